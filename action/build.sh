#!/usr/bin/env bash
# Second step: the program, built from the action's own folder unless the cache had it.
set -euo pipefail
# shellcheck source=action/lib.sh
source "$GITHUB_ACTION_PATH/action/lib.sh"

guard
check_runner
binary="$work/bin/keysweep"
if [[ -n ${KEYSWEEP_ACTION_BINARY:-} ]] || [[ -x $binary ]]; then
  exit 0
fi
command -v cargo >/dev/null ||
  fail 'cargo is not installed on this runner, and the cache has no program: install Rust before this action'
# Not from the workspace: cargo would obey the configuration and toolchain file of what is scanned.
cd "$GITHUB_ACTION_PATH"
# A build script prints what it likes; none of it is a command for the log.
token="keysweep-$RANDOM$RANDOM$RANDOM"
printf '::stop-commands::%s\n' "$token"
status=0
cargo build --release --locked --target-dir "$work/target" || status=$?
printf '::%s::\n' "$token"
((status == 0)) || fail 'the program could not be built; the log above says why'
mkdir -p "$work/bin"
cp "$work/target/release/keysweep" "$binary"
