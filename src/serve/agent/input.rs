//! What a tool of an agent is about to write, read from the shape of its input.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::edit::{Edit, Piece};
use super::patch::take_apart;
use crate::serve::json;

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

/// Bytes that a file may have after an edit of it.
const LONGEST: usize = 64 << 20;
/// Bytes that all edits of a file together may go over.
const MOST_EDITED: usize = 1 << 30;

/// Takes apart the input of a tool.
pub(super) fn read(value: Value, pieces: &mut Vec<Piece>) {
    // Copilot's arguments are an object, or one written as a string.
    let value = match value {
        Value::String(text) => match json::read(text.as_bytes()) {
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

/// Takes out what is written to a file. Where there are several paths the tool knows which one it means, and nobody
/// else: it is judged at each.
fn file(input: &mut Map<String, Value>, pieces: &mut Vec<Piece>) {
    let paths = PATHS
        .iter()
        .filter_map(|name| input.get(*name)?.as_str().map(str::to_owned));
    let paths: BTreeSet<String> = paths.collect();
    if paths.is_empty() {
        return;
    }
    for name in WHOLE {
        if let Some(text) = take(name, input) {
            pieces.extend(paths.iter().map(|path| Piece::Whole {
                path: path.clone(),
                text: text.clone(),
            }));
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
        pieces.extend(paths.into_iter().map(|path| Piece::Edits {
            path,
            from: None,
            edits: edits.clone(),
        }));
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
        if !take_apart(&text, pieces) {
            pieces.push(Piece::Loose {
                name: "tool-call.sh",
                text,
                files: Vec::new(),
            });
        }
    }
}

/// Every string that is left: as JSON, so that names stand beside values, and those that JSON writes otherwise
/// than they are once more by themselves.
fn loose(mut value: Value, pieces: &mut Vec<Piece>) {
    let mut plain = Vec::new();
    let mut open = vec![&mut value];
    while let Some(value) = open.pop() {
        match value {
            // Its parts are looked at.
            Value::String(text) if take_apart(text, pieces) => text.clear(),
            Value::String(text) if text.contains(['\n', '"', '\\', '\t', '\r']) => {
                plain.push(text.clone())
            }
            Value::Array(all) => open.extend(all.iter_mut().rev()),
            Value::Object(all) => open.extend(all.values_mut().rev()),
            _ => {}
        }
    }
    if !plain.is_empty() {
        let text = plain.join("\n\n");
        pieces.push(Piece::Loose {
            name: "tool-call",
            text,
            files: Vec::new(),
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
            files: Vec::new(),
        });
    }
}

/// What a file holds after the edits; `None` where one of them does not fit, so that the agent's tool refuses it
/// or does what nobody can tell from here.
///
/// # Errors
/// It would take too long or become too large: a few edits that double a text make it larger than any memory.
pub fn edited(text: &str, edits: &[Edit]) -> Result<Option<String>, String> {
    let mut text = text.to_owned();
    let mut steps = 0_usize;
    for edit in edits {
        if edit.old.is_empty() || !text.contains(&edit.old) {
            return Ok(None);
        }
        let times = match edit.all {
            true => text.matches(&edit.old).count(),
            false => 1,
        };
        let length = text.len() - times * edit.old.len();
        let length = length.saturating_add(times.saturating_mul(edit.new.len()));
        // Each edit goes over the whole text.
        steps = steps.saturating_add(text.len().max(length));
        if length > LONGEST || steps > MOST_EDITED {
            return Err("the edits make the file too large to be worked out".to_owned());
        }
        text = text.replacen(&edit.old, &edit.new, times);
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(old: &str, new: &str, all: bool) -> Edit {
        Edit {
            old: old.to_owned(),
            new: new.to_owned(),
            all,
        }
    }

    #[test]
    fn edits_are_worked_out_in_order_and_those_that_explode_are_refused() {
        let text = |edits: &[Edit]| edited("a b a", edits);
        assert_eq!(text(&[edit("a", "c", false)]), Ok(Some("c b a".into())));
        assert_eq!(
            text(&[edit("a", "c", true), edit("c b c", "", false)]),
            Ok(Some(String::new()))
        );
        assert_eq!(text(&[edit("x", "c", true)]), Ok(None));
        assert_eq!(text(&[edit("", "c", true)]), Ok(None));
        // Forty edits of four bytes each would make terabytes.
        assert!(text(&vec![edit("a", "aa", true); 40]).is_err());
        assert!(
            edited(
                &"a".repeat(1 << 20),
                &[edit("a", &"b".repeat(1 << 20), true)]
            )
            .is_err()
        );
        // Each one goes over the whole.
        let long = "a".repeat(1 << 20);
        assert!(edited(&long, &vec![edit("a", "b", false); 1000]).is_ok());
        assert!(edited(&long, &vec![edit("a", "b", false); 1100]).is_err());
    }
}
