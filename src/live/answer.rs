//! What a server answered: a status and at most a mebibyte of bytes, which are never shown.

use std::cell::OnceCell;

use serde_json::Value;

/// An answer.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// It says of itself that it is a page of HTML, which an API does not answer with: a proxy does.
    pub html: bool,
    body: Vec<u8>,
    json: OnceCell<Option<Value>>,
}

impl Answer {
    pub(super) fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        let kind = content_type.to_ascii_lowercase();
        let start = body.trim_ascii_start();
        let html = kind.contains("text/html")
            || start
                .get(..9)
                .is_some_and(|s| s.eq_ignore_ascii_case(b"<!doctype"))
            || start
                .get(..5)
                .is_some_and(|s| s.eq_ignore_ascii_case(b"<html"));
        Answer {
            status,
            html,
            body,
            json: OnceCell::new(),
        }
    }

    /// The body as JSON, where it is that and not deeper than serde reads.
    pub fn json(&self) -> Option<&Value> {
        self.json
            .get_or_init(|| serde_json::from_slice(&self.body).ok())
            .as_ref()
    }

    /// The bytes.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What stands at a JSON pointer and is not null.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.json()?
            .pointer(pointer)
            .filter(|value| !value.is_null())
    }
}
