//! What an agent is about to write.

/// A text that the agent is about to write or to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The whole content of a file.
    Whole {
        /// Its path, as the agent wrote it.
        path: String,
        /// What it is to hold.
        text: String,
    },
    /// Replacements in a file.
    Edits {
        /// Its path, as the agent wrote it.
        path: String,
        /// The path that it had before, where it is moved.
        from: Option<String>,
        /// What goes and what comes in its place, in order.
        edits: Vec<Edit>,
    },
    /// What belongs to no file; the name says of which kind it is.
    Loose {
        /// A name that reports can show.
        name: &'static str,
        /// The text.
        text: String,
        /// Files that it says to change: what they hold is no news.
        files: Vec<String>,
    },
}

/// One replacement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// What stands there; empty where something is put in.
    pub old: String,
    /// What comes.
    pub new: String,
    /// It is replaced wherever it stands.
    pub all: bool,
}
