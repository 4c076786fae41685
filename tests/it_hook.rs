//! `keysweep hook` behind real git hooks and behind the real pre-commit.
//!
//! pre-commit is looked for in `KEYSWEEP_PRE_COMMIT` and on the path. Where it is not there, its
//! tests say on standard error that they were left out; `.ci/run` installs it.

mod common;

#[path = "hook/mod.rs"]
mod hook;
