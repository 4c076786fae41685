//! Any JSON as the payload of an event: refused, or a plan of lines that a shell may use as they
//! are.

#[path = "../../src/cli/event.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod event;

const EVENTS: [&str; 7] = [
    "push",
    "pull_request",
    "merge_group",
    "schedule",
    "workflow_run",
    "workflow_dispatch",
    "issues",
];

/// Runs one input.
pub fn check(bytes: &[u8]) {
    let Some((first, text)) = bytes.split_first() else {
        return;
    };
    let Ok(payload) = serde_json::from_slice(text) else {
        return;
    };
    let name = EVENTS[usize::from(*first) % EVENTS.len()];
    let Ok(lines) = event::planned(name, &payload) else {
        return;
    };
    for line in lines.lines() {
        let (name, value) = line.split_once('=').expect("name and value");
        let id = |text: &str| {
            matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
        };
        let fits = match name {
            "kind" => ["range", "history", "tree", "none"].contains(&value),
            "base" | "head" => value.is_empty() || id(value),
            "dots" => ["", "..", "..."].contains(&value),
            "number" => value.bytes().all(|b| b.is_ascii_digit()),
            "branch" => {
                !value.starts_with('-')
                    && !value.chars().any(|c| c.is_whitespace() || c.is_control())
            }
            "why" => !value.chars().any(char::is_control),
            _ => false,
        };
        assert!(fits, "{line:?}");
    }
}
