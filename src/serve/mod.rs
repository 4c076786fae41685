//! What other programs ask while somebody works: the hooks of coding agents, the Model Context Protocol, and
//! the Language Server Protocol. One file a protocol.
//!
//! Everything here turns messages into questions and reports into messages. It opens nothing and prints nothing:
//! `cli` reads standard input, scans, and writes the answers. No answer holds a value, because answers are made
//! of reports, which are masked.

pub mod agent;
mod comment;
mod json;
pub mod lsp;
pub mod mcp;
mod words;

pub use words::{not_read, sentence, stops};
