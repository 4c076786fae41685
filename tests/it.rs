//! The tests of the whole program, in one binary: it links once, and a helper that nobody uses is seen.
//! Each module is about one part of the product as people meet it; the laws hold for all of them.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod action;
mod archives;
mod arrival;
mod audit;
mod bad_input;
mod calendar;
mod ci;
mod cli;
mod cmd;
mod common;
mod compare;
mod config;
mod corpus;
mod cost;
mod docs;
mod explain;
mod facts;
mod fit;
mod fix;
mod history;
mod hook;
mod init;
mod inventory;
mod judge;
mod laws;
mod lists;
#[cfg(feature = "live")]
mod live;
mod made;
mod new_rule;
mod range;
mod register;
mod rule_files;
mod rules;
mod serve;
mod show;
mod sources;
mod story;
mod suppress;
mod ways;
mod words;
