#!/usr/bin/env bash
# First step: is this an event to run on, and under which name is the program cached?
set -euo pipefail
# shellcheck source=action/lib.sh
source "$GITHUB_ACTION_PATH/action/lib.sh"

guard
check_runner
check_event

# The program is made of these files of the action's own folder, and of nothing in the workspace.
hash=$(
  cd "$GITHUB_ACTION_PATH"
  find src rules build.rs Cargo.toml Cargo.lock -type f | LC_ALL=C sort | while IFS= read -r file; do
    printf '%s\n' "$file"
    git hash-object --no-filters "$file"
  done | git hash-object --stdin
)
output cache-key "keysweep-${RUNNER_OS:-Linux}-${RUNNER_ARCH:-X64}-$hash"
