# shellcheck shell=bash
# What the action's scripts share. To be sourced.
#
# Everything is written below $RUNNER_TEMP. No line of the log begins with text of a repository, and
# what other programs say is not passed on: a build log takes commands from lines.

# The folder for everything that the action writes, and in it the one of the scan step, which is new
# in every run: nobody has put links there.
work="${RUNNER_TEMP:-}/keysweep"
# shellcheck disable=SC2034 # used by those who source this
run="$work/run"

warning() { printf '::warning title=keysweep::%s\n' "$1"; }
notice() { printf '::notice title=keysweep::%s\n' "$1"; }

# Sets an output of the step.
output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# Ends with what went wrong and what to do about it.
fail() {
  printf '::error title=keysweep::%s\n' "$1"
  # When outputs cannot be written, that was said by whoever found out.
  { output exit-code 2 && output complete false; } 2>/dev/null || true
  end 2
}

# From here on, what nobody foresaw (a full disk, a tool that is not there) ends in status 2 and with
# words, never in a status that means results.
guard() {
  ended=''
  trap 'unforeseen $?' EXIT
}
unforeseen() {
  if (($1 != 0)) && [[ -z $ended ]]; then
    fail 'the action stopped where it should not; the lines above may say why'
  fi
}

# Ends with a status that is meant.
end() {
  ended=yes
  exit "$1"
}

# Stops when the runner's own files are not there: nothing could be reported.
check_runner() {
  local probe
  if [[ -L $work ]] || { [[ -d $work ]] && [[ ! -O $work ]]; }; then
    fail 'the folder keysweep in the temporary folder of the runner (RUNNER_TEMP) is a link or belongs to somebody else; the action does not write through it'
  fi
  # mktemp makes a file that was not there, so that no link is followed.
  if [[ -z ${RUNNER_TEMP:-} ]] ||
    ! { mkdir -p "$work" && probe=$(mktemp "$work/probe.XXXXXXXX"); } 2>/dev/null; then
    fail 'the temporary folder of the runner (RUNNER_TEMP) cannot be written; the action keeps its files there'
  fi
  rm -f "$probe"
  if [[ -z ${GITHUB_OUTPUT:-} ]] || ! { : >>"$GITHUB_OUTPUT"; } 2>/dev/null; then
    fail 'the outputs of the step (GITHUB_OUTPUT) cannot be written; nothing was scanned'
  fi
}

# Workflows of these events hold secrets and a writing token while the content comes from anybody.
check_event() {
  case ${GITHUB_EVENT_NAME:-} in
    '') fail 'GITHUB_EVENT_NAME is not set: the action runs inside a workflow' ;;
    pull_request_target | workflow_run)
      if [[ ${KEYSWEEP_ALLOW_UNTRUSTED:-false} != true ]]; then
        fail "refused on ${GITHUB_EVENT_NAME}: its workflow holds secrets while the content is foreign. Use pull_request, or set allow-untrusted-events: true if you know why"
      fi
      ;;
  esac
}

# The SHA-256 of a file, in hexadecimal digits.
checksum() {
  local sum
  if command -v sha256sum >/dev/null; then
    sum=$(sha256sum <"$1")
  else
    sum=$(shasum -a 256 <"$1")
  fi
  printf '%s' "${sum%% *}"
}

# git in the workspace: nothing of its configuration runs a program, nothing asks for a password,
# and no repository above the workspace is taken for it.
in_repo() {
  GIT_TERMINAL_PROMPT=0 GIT_CEILING_DIRECTORIES="$(dirname "$GITHUB_WORKSPACE")" git \
    -c safe.directory="$GITHUB_WORKSPACE" -c core.hooksPath=/dev/null -c core.fsmonitor=false \
    -c gc.auto=0 -C "$GITHUB_WORKSPACE" "$@" 2>/dev/null
}
