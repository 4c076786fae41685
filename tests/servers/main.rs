//! The proof of `keysweep live` against real servers. `.ci/servers/run with -- cargo test --locked --test servers`
//! starts them and calls this; without them every test says that it was left out, and passes.
//!
//! [`kinds`] describes each server, [`optional`] those that run only when they are asked for, [`round`] is what all of them go through and [`rotation`] a part of it, [`killed`]
//! ends rotations in their midst, and [`oddities`] has what single servers answer otherwise than one believes.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]
#![allow(
    clippy::print_stderr,
    reason = "what was left out is said, and how long a server took"
)]

#[allow(
    dead_code,
    unused_imports,
    reason = "shared with the other tests, which use all of it"
)]
#[path = "../common/mod.rs"]
mod common;
mod consumer;
mod desk;
mod killed;
mod kinds;
mod oddities;
mod optional;
mod rotation;
mod round;
