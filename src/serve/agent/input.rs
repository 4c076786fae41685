//! What a tool of an agent is about to write, read from the shape of its input.

use serde_json::{Map, Value};

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
        /// What goes and what comes in its place, in order.
        edits: Vec<Edit>,
    },
    /// What belongs to no file; the name says of which kind it is.
    Loose {
        /// A name that reports can show.
        name: &'static str,
        /// The text.
        text: String,
    },
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What stands there; empty where something is put in.
    pub old: String,
    /// What comes.
    pub new: String,
    /// It is replaced wherever it stands.
    pub all: bool,
}

/// Where the path of a file stands in the input of a tool.
const PATHS: &[&str] = &[
    "file_path",
    "filePath",
    "path",
    "notebook_path",
    "absolute_path",
    "target_file",
    "filename",
];
/// Where its whole content stands.
const WHOLE: &[&str] = &["content", "contents", "file_text", "fileText"];
/// Where the two sides of a replacement stand.
const SIDES: &[(&str, &str)] = &[
    ("old_string", "new_string"),
    ("oldString", "newString"),
    ("old_str", "new_str"),
    ("oldStr", "newStr"),
];
/// Where text stands that is put in.
const INSERTED: &[&str] = &[
    "new_source",
    "insert_text",
    "new_str",
    "newStr",
    "new_string",
    "newString",
];
/// Where several replacements stand.
const SEVERAL: &[&str] = &["edits", "replacements"];
/// Where a command of a shell stands.
const COMMANDS: &[&str] = &["command", "cmd"];

/// Bytes of a file times edits of it that are worked out.
const MOST_EDITED: usize = 1 << 28;

/// Takes apart the input of a tool.
pub(super) fn read(value: Value, pieces: &mut Vec<Piece>) {
    // Copilot's arguments are an object, or one written as a string.
    let value = match value {
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(inner @ Value::Object(_)) => inner,
            _ => Value::String(text),
        },
        value => value,
    };
    match value {
        Value::Object(mut input) => {
            file(&mut input, pieces);
            commands(&mut input, pieces);
            loose(Value::Object(input), pieces);
        }
        value => loose(value, pieces),
    }
}

/// Takes out what is written to a file.
fn file(input: &mut Map<String, Value>, pieces: &mut Vec<Piece>) {
    let path = PATHS
        .iter()
        .find_map(|name| input.get(*name)?.as_str().map(str::to_owned));
    let Some(path) = path else { return };
    for name in WHOLE {
        if let Some(text) = take(name, input) {
            pieces.push(Piece::Whole {
                path: path.clone(),
                text,
            });
        }
    }
    let mut edits = Vec::new();
    let pair = |from: &mut Map<String, Value>, edits: &mut Vec<Edit>| {
        let all = ["replace_all", "replaceAll"]
            .iter()
            .any(|name| from.get(*name) == Some(&Value::Bool(true)));
        for (old, new) in SIDES {
            // Without both sides it is no replacement.
            if from.get(*old).is_some_and(Value::is_string)
                && from.get(*new).is_some_and(Value::is_string)
            {
                let (old, new) = (take(old, from), take(new, from));
                edits.push(Edit {
                    old: old.unwrap_or_default(),
                    new: new.unwrap_or_default(),
                    all,
                });
            }
        }
        for name in INSERTED {
            if let Some(new) = take(name, from) {
                edits.push(Edit {
                    old: String::new(),
                    new,
                    all: false,
                });
            }
        }
    };
    pair(input, &mut edits);
    for name in SEVERAL {
        if let Some(Value::Array(several)) = input.get_mut(*name) {
            for one in several.iter_mut().filter_map(Value::as_object_mut) {
                pair(one, &mut edits);
            }
        }
    }
    if !edits.is_empty() {
        pieces.push(Piece::Edits { path, edits });
    }
}

/// Takes out a member that is a string.
fn take(name: &str, from: &mut Map<String, Value>) -> Option<String> {
    if !from.get(name)?.is_string() {
        return None;
    }
    match from.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Takes out commands of a shell: text, or its words.
fn commands(input: &mut Map<String, Value>, pieces: &mut Vec<Piece>) {
    for name in COMMANDS {
        let text = match input.get(*name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(words)) if words.iter().all(Value::is_string) => {
                let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
                words.join(" ")
            }
            _ => continue,
        };
        input.remove(*name);
        if !patch(&text, pieces) {
            pieces.push(Piece::Loose {
                name: "tool-call.sh",
                text,
            });
        }
    }
}

/// Every string that is left: as JSON, so that names stand beside values, and those that JSON writes otherwise
/// than they are once more by themselves.
fn loose(value: Value, pieces: &mut Vec<Piece>) {
    let mut plain = Vec::new();
    let mut open = vec![&value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if patch(text, pieces) => {}
            Value::String(text) if text.contains(['\n', '"', '\\', '\t', '\r']) => {
                plain.push(text.as_str())
            }
            Value::Array(all) => open.extend(all.iter().rev()),
            Value::Object(all) => open.extend(all.values().rev()),
            _ => {}
        }
    }
    if !plain.is_empty() {
        let text = plain.join("\n\n");
        pieces.push(Piece::Loose {
            name: "tool-call",
            text,
        });
    }
    let nothing = match &value {
        Value::Object(all) => all.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    };
    if !nothing {
        let text = serde_json::to_string_pretty(&value).unwrap_or_default();
        pieces.push(Piece::Loose {
            name: "tool-call.json",
            text,
        });
    }
}

/// Takes apart a patch of the form `*** Begin Patch`, which Codex and others apply
/// (<https://developers.openai.com/api/docs/guides/tools-apply-patch>): each stretch of a file is a replacement.
/// Says whether it was one.
fn patch(text: &str, pieces: &mut Vec<Piece>) -> bool {
    let Some(at) = text.find("*** Begin Patch") else {
        return false;
    };
    // What stands before it may be a command that it is given to.
    let before = text[..at].trim();
    if !before.is_empty() {
        pieces.push(Piece::Loose {
            name: "tool-call.sh",
            text: before.to_owned(),
        });
    }
    let mut file: Option<(String, Vec<Edit>)> = None;
    let mut close = |file: &mut Option<(String, Vec<Edit>)>| {
        if let Some((path, mut edits)) = file.take() {
            edits.retain(|edit| edit.old != edit.new);
            if !edits.is_empty() {
                pieces.push(Piece::Edits { path, edits });
            }
        }
    };
    for line in text[at..].lines().skip(1) {
        let heads = ["*** Add File: ", "*** Update File: ", "*** Move to: "];
        if let Some(path) = heads.iter().find_map(|head| line.strip_prefix(head)) {
            close(&mut file);
            file = Some((path.trim().to_owned(), vec![Edit::nothing()]));
        } else if line.starts_with("*** ") {
            close(&mut file);
        } else if let Some((_, edits)) = &mut file {
            if line.starts_with("@@") {
                edits.push(Edit::nothing());
            } else if let Some(edit) = edits.last_mut() {
                edit.line(line);
            }
        } else if !line.trim().is_empty() {
            // A line that belongs to no file is looked at like everything that is not understood.
            file = Some(("tool-call".to_owned(), vec![Edit::nothing()]));
            if let Some((_, edits)) = &mut file {
                edits[0].line(&format!("+{line}"));
            }
        }
    }
    close(&mut file);
    true
}

impl Edit {
    fn nothing() -> Edit {
        Edit {
            old: String::new(),
            new: String::new(),
            all: false,
        }
    }

    /// A line of a patch: what goes, what comes, or what stays.
    fn line(&mut self, line: &str) {
        let (sides, text): (&mut [&mut String], &str) = match line.as_bytes().first() {
            Some(b'-') => (&mut [&mut self.old], &line[1..]),
            Some(b'+') => (&mut [&mut self.new], &line[1..]),
            Some(b' ') => (&mut [&mut self.old, &mut self.new], &line[1..]),
            _ => (&mut [&mut self.old, &mut self.new], line),
        };
        for side in sides {
            side.push_str(text);
            side.push('\n');
        }
    }
}

/// What a file holds after the edits; `None` where one of them does not fit, so that the agent's tool refuses it
/// or does what nobody can tell from here.
pub fn edited(text: &str, edits: &[Edit]) -> Option<String> {
    // Each edit goes over the whole text.
    if text.len().saturating_mul(edits.len()) > MOST_EDITED {
        return None;
    }
    let mut text = text.to_owned();
    for edit in edits {
        if edit.old.is_empty() || !text.contains(&edit.old) {
            return None;
        }
        text = match edit.all {
            true => text.replace(&edit.old, &edit.new),
            false => text.replacen(&edit.old, &edit.new, 1),
        };
    }
    Some(text)
}
