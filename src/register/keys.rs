//! The keys of the register, and what stands behind each.

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A short name of the token.
    Id,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A day or a moment.
    Day,
    /// A day, a moment, or `never`.
    End,
    /// How long: `90d`.
    Span,
    /// The fingerprint of reports.
    Fingerprint,
    /// `deployed`, `overlap` or `revoked`.
    State,
    /// Keys of `[policy]`.
    Require,
    /// `{ until, by, why }`.
    Exception,
    /// `[[token.version]]`.
    Versions,
}

/// The keys of a table.
pub type Keys = &'static [(&'static str, Key)];

/// `[policy]`.
pub const POLICY: Keys = &[
    ("max_age", Key::Span),
    ("warn_before", Key::Span),
    ("require", Key::Require),
];

/// `[[token]]`, in the order in which `tokens init` writes them.
pub const ENTRY: Keys = &[
    ("id", Key::Id),
    ("server", Key::Text),
    ("kind", Key::Text),
    ("name", Key::Text),
    ("owner", Key::Text),
    ("backup", Key::Text),
    ("purpose", Key::Text),
    ("scope", Key::Texts),
    ("added", Key::Day),
    ("created", Key::Day),
    ("expires", Key::End),
    ("rotate_every", Key::Span),
    ("rotated", Key::Day),
    ("overlap", Key::Span),
    ("stores", Key::Texts),
    ("refs", Key::Texts),
    ("fingerprint", Key::Fingerprint),
    ("exception", Key::Exception),
    ("version", Key::Versions),
];

/// `exception`.
pub const EXCEPTION: Keys = &[("until", Key::Day), ("by", Key::Text), ("why", Key::Text)];

/// `[[token.version]]`.
pub const VERSION: Keys = &[
    ("server_id", Key::Text),
    ("created", Key::Day),
    ("expires", Key::End),
    ("state", Key::State),
    ("by", Key::Text),
];

/// What a key of an entry takes.
pub fn entry_key(name: &str) -> Option<Key> {
    ENTRY
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, of)| *of)
}
