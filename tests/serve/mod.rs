//! What other programs ask while somebody works, each driven as they do it: a process with pipes.

mod agent;
mod hostile;
mod lsp;
mod mcp;
