#!/bin/sh
# What pre-commit runs for the hook `keysweep`: the program, built from this checkout when it is run for
# the first time. The build takes exactly the dependencies of Cargo.lock, which pre-commit's own way to
# build Rust does not.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
root=$here/target/pre-commit
program=$root/bin/keysweep

if [ ! -x "$program" ] && [ ! -x "$program.exe" ]; then
  if ! command -v cargo >/dev/null 2>&1; then
    echo 'keysweep is built from source, which needs cargo (https://rustup.rs); the hook' >&2
    echo 'keysweep-system takes a program that is there already' >&2
    exit 1
  fi
  echo 'keysweep: building this version once, from locked dependencies; it takes some minutes' >&2
  (
    # Git tells a hook which repository it is about; that is not the one that is built.
    # shellcheck disable=SC2046
    unset $(git rev-parse --local-env-vars)
    cd "$here"
    cargo install --quiet --locked --path . --bin keysweep --root "$root" --target-dir target
  ) >&2
fi

exec "$program" hook "$@"
