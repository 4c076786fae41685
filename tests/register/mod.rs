//! The register of a repository, `tokens.toml`, as the command line reads and tells it.

mod notices;
