#!/usr/bin/env bash
# Third step: finds out what the event brought, fetches what the checkout lacks, scans, and reports:
# annotations on standard output, the step summary, SARIF and JSON files, and outputs.
set -euo pipefail
# shellcheck source=action/lib.sh
source "$GITHUB_ACTION_PATH/action/lib.sh"
# shellcheck source=action/history.sh
source "$GITHUB_ACTION_PATH/action/history.sh"

guard
check_runner
check_event
binary="${KEYSWEEP_ACTION_BINARY:-$work/bin/keysweep}"
[[ -x $binary ]] || fail 'the program is not there: the build step did not run'
if [[ -z ${KEYSWEEP_ACTION_BINARY:-} ]] &&
  { [[ -L $binary ]] || [[ $(checksum "$binary") != "${KEYSWEEP_SHA256:-}" ]]; }; then
  fail 'the program is not the one that the build step left; nothing was scanned'
fi
# Only the top of a working tree will do: no repository above it, and no bare one.
if [[ -z ${GITHUB_WORKSPACE:-} ]] || [[ ! -e $GITHUB_WORKSPACE/.git ]] ||
  [[ $(in_repo rev-parse --is-inside-work-tree) != true ]]; then
  fail 'there is no checkout in the workspace: put a step with actions/checkout before this action'
fi
cd "$GITHUB_WORKSPACE"

json="$run/report.json" html="$run/report.html" csv="$run/report.csv" sarif="$run/report.sarif" summary="$run/summary.md"
{ rm -rf "$run" && mkdir "$run"; } ||
  fail 'the report files of an earlier run, below RUNNER_TEMP, cannot be removed; nothing was scanned'

# What is to be scanned. The lines were checked by the program: object ids and a branch's name.
kind='' base='' branch='' head='' dots='' number='' why=''
{ "$binary" event plan >"$run/plan"; } || fail 'the payload of the event cannot be used; the line above says why'
while IFS='=' read -r name value; do
  case $name in
    kind) kind=$value ;;
    base) base=$value ;;
    branch) branch=$value ;;
    head) head=$value ;;
    dots) dots=$value ;;
    number) number=$value ;;
    why) why=$value ;;
  esac
done <"$run/plan"

# An audit is about all that is there, not about what the event brought.
if [[ ${KEYSWEEP_AUDIT:-false} == true ]]; then
  kind=audit base='' branch=''
fi

if [[ $kind == none ]]; then
  notice "nothing to scan: $why"
  output exit-code 0
  output findings 0
  output new-findings 0
  output new-suppressions 0
  output complete true
  end 0
fi

# What the checkout lacks; the whole tree when it cannot be had.
if [[ $kind == range && -n $branch ]]; then
  base=$(tip_of "$branch") || base=''
fi
if [[ $kind == range ]] && { [[ -z $base ]] || ! bring_range "$base" "$head"; }; then
  warning 'the commits to be scanned are not here and could not be fetched (does the checkout keep its credentials?), so the whole tree is scanned instead'
  kind=tree
fi
if [[ $kind == history || $kind == audit ]] && ! bring_history; then
  warning 'the history is not here and could not be fetched (does the checkout keep its credentials?), so the whole tree is scanned instead'
  kind=tree
fi

# The tree of the head commit, as an index of its own: the workspace may hold a merge, or files
# that other steps made.
tree=$head
if [[ -z $tree ]] || ! in_repo cat-file -e "$tree^{commit}"; then
  tree=$(in_repo rev-parse --verify 'HEAD^{commit}') ||
    fail 'the checkout has no commit; nothing was scanned'
fi
GIT_INDEX_FILE="$run/index" in_repo read-tree "$tree" ||
  fail 'the tree of the checkout cannot be read; is it a whole checkout?'

wishes=()
while IFS= read -r wish; do
  [[ -z $wish ]] || wishes+=(--fail-on "$wish")
done <<<"${KEYSWEEP_FAIL_ON:-}"
if [[ ${KEYSWEEP_FAIL_ON_NEW_SUPPRESSIONS:-false} == true ]]; then
  wishes+=(--fail-on-new-suppressions)
fi

# What is scanned does not decide how it is judged: a tree goes by the policy of the base, too.
trust=()
if [[ -n $base ]] && in_repo cat-file -e "$base^{commit}"; then
  trust=(--policy-from "$base")
fi

status=0
reports=(--format github --output "json=$json" --output "html=$html" --output "csv=$csv" --output "markdown=$summary")
case $kind in
  range) "$binary" history --range "$base$dots$head" "${wishes[@]}" "${reports[@]}" || status=$? ;;
  # What actions/checkout leaves in .git/config is the runner's and no matter of the repository.
  history) "$binary" history --no-git-config "${wishes[@]}" "${reports[@]}" || status=$? ;;
  audit) "$binary" audit --no-git-config "${wishes[@]}" "${reports[@]}" || status=$? ;;
  tree) GIT_INDEX_FILE="$run/index" "$binary" scan --index "${trust[@]}" "${wishes[@]}" "${reports[@]}" || status=$? ;;
  *) fail 'the plan for this event is not understood; is the program the one of this action?' ;;
esac

# Code scanning compares trees, so it gets the tree whatever the run was about.
GIT_INDEX_FILE="$run/index" "$binary" scan --index "${trust[@]}" --fail-on none --quiet \
  --output "sarif=$sarif" >/dev/null || true
[[ -s $sarif ]] || warning 'the tree could not be scanned for code scanning'

if [[ -s $json ]]; then
  "$binary" event counts "$json" >>"$GITHUB_OUTPUT"
  output json-file "$json"
  output html-file "$html"
  output csv-file "$csv"
else
  output complete false
fi
if [[ -s $sarif ]]; then
  output sarif-file "$sarif"
  if [[ -n $number ]]; then
    output sarif-ref "refs/pull/$number/head"
    output sarif-sha "$tree"
  else
    output sarif-ref "${GITHUB_REF:-}"
    output sarif-sha "${GITHUB_SHA:-$tree}"
  fi
fi
output exit-code "$status"

# A host refuses a summary over 1,024 KiB, with all that other steps put there.
if [[ -n ${GITHUB_STEP_SUMMARY:-} && -s $summary ]]; then
  there=0
  [[ ! -f $GITHUB_STEP_SUMMARY ]] || there=$(wc -c <"$GITHUB_STEP_SUMMARY")
  if ((there + $(wc -c <"$summary") > 1024 * 1024)); then
    warning 'the step summary is full, so the results are only in the log and the report files'
  elif ! cat "$summary" >>"$GITHUB_STEP_SUMMARY" 2>/dev/null; then
    warning 'the step summary (GITHUB_STEP_SUMMARY) cannot be written; the results are in the log and the report files'
  fi
fi
end "$status"
