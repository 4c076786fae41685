#!/usr/bin/env bash
# First step: is this an event to run on, and under which name is the program cached?
set -euo pipefail
# shellcheck source=action/lib.sh
source "$GITHUB_ACTION_PATH/action/lib.sh"

guard
check_runner
check_event

# The program is made of these files of the action's own folder, and of nothing in the workspace.
# One process hashes them all: a thousand of them would take seconds.
hash=$(
  cd "$GITHUB_ACTION_PATH"
  files=$(find src rules build.rs Cargo.toml Cargo.lock -type f | LC_ALL=C sort)
  {
    printf '%s\n' "$files"
    git hash-object --no-filters --stdin-paths <<<"$files"
  } | git hash-object --stdin
)
output cache-key "keysweep-${RUNNER_OS:-Linux}-${RUNNER_ARCH:-X64}-$hash"
