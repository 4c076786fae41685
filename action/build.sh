#!/usr/bin/env bash
# The program: that of the release of this commit, checked by its checksum, or built from the action's own folder
# where there is none, or the workflow asks for that; from the cache only where the workflow asks for it. What lies
# in the folder already is neither run nor built upon. The checksum goes to the next step as an output, which the
# runner keeps.
set -euo pipefail
# shellcheck source=action/lib.sh
source "$GITHUB_ACTION_PATH/action/lib.sh"
# shellcheck source=action/fetch.sh
source "$GITHUB_ACTION_PATH/action/fetch.sh"

guard
check_runner
if [[ -n ${KEYSWEEP_ACTION_BINARY:-} ]]; then
  exit 0
fi
binary="$work/bin/keysweep"
if [[ ${KEYSWEEP_CACHE_HIT:-} == true ]] && [[ -f $binary && ! -L $binary && -x $binary ]]; then
  output sha256 "$(checksum "$binary")"
  exit 0
fi
if [[ ${KEYSWEEP_BUILD:-false} != true ]]; then
  if fetch_release "$binary"; then
    output program release
    output sha256 "$(checksum "$binary")"
    exit 0
  fi
  notice "keysweep is built from its source, which takes minutes: $why"
fi
command -v cargo >/dev/null ||
  fail 'cargo is not installed on this runner: install Rust before this action, or use a released version of it'
{ rm -rf "${work:?}/bin" && mkdir "$work/bin" && target=$(mktemp -d "$work/target.XXXXXXXX"); } ||
  fail 'the files of an earlier run, below RUNNER_TEMP, cannot be removed; nothing was built'
# Not from the workspace: cargo would obey the configuration and toolchain file of what is scanned.
cd "$GITHUB_ACTION_PATH"
# A build script prints what it likes; none of it is a command for the log.
token="keysweep-$RANDOM$RANDOM$RANDOM"
printf '::stop-commands::%s\n' "$token"
status=0
cargo build --release --locked --target-dir "$target" || status=$?
printf '::%s::\n' "$token"
((status == 0)) || fail 'the program could not be built; the log above says why'
cp "$target/release/keysweep" "$binary"
rm -rf "$target"
output program source
output sha256 "$(checksum "$binary")"
