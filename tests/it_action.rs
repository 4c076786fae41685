//! The GitHub Action: its own scripts, in the order and with the environment that `action.yml`
//! gives them, against a repository in the state that a runner would have.

mod common;

#[path = "archives/make.rs"]
mod archive;

#[path = "action/mod.rs"]
mod action;
