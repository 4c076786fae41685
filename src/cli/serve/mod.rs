//! What other programs start and ask while somebody works: `hook --agent`, `mcp`, `lsp`. The protocols are in
//! [`keysweep::serve`]; here texts are scanned as `scan` and `staged` do it, and messages go in and out.

pub mod agent;
pub mod lsp;
pub mod mcp;
mod texts;
