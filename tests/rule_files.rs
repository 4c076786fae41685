//! The rule files have one form, so that a diff of them shows what changed and nothing else: keys in
//! one order, a list on one line where that is short enough.
//!
//! `KEYSWEEP_WRITE=1 cargo test --test it rule_files` writes them so.

use std::fs;
use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Table, Value};

/// The keys of `[provider]`, in order.
const PROVIDER: &[&str] = &[
    "name",
    "docs",
    "rotate",
    "console",
    "aliases",
    "common-word",
    "free-forms",
];
/// The keys of `[[rule]]`, in order: what it is, what finds it, what it is tried on.
const RULE: &[&str] = &[
    "id", "name", "provider", "source", "severity", "exposure", "docs", "rotate", "console",
    "generic", "pattern", "strict", "tail-cap", "open", "drawn", "words", "value", "with", "path",
    "magic", "checks", "facts", "where", "shown", "on", "match", "near", "shares",
];
/// The keys of `[[life]]`, in order.
const LIFE: &[&str] = &[
    "rule",
    "longest",
    "ended",
    "class",
    "form-since",
    "source",
    "checked",
];
/// No list is written on one line that is longer, in bytes.
const WIDTH: usize = 120;

/// The file as it is to be written.
fn formed(text: &str) -> Result<String, toml_edit::TomlError> {
    let mut document: DocumentMut = text.parse()?;
    for (name, item) in document.iter_mut() {
        match item {
            Item::Table(table) if name == "provider" => form(table, PROVIDER),
            Item::ArrayOfTables(tables) => {
                let order = if name == "life" { LIFE } else { RULE };
                tables.iter_mut().for_each(|table| form(table, order));
            }
            _ => {}
        }
    }
    Ok(document.to_string())
}

fn form(table: &mut Table, order: &[&str]) {
    let place = |key: &str| {
        let known = order.iter().position(|known| *known == key);
        known.unwrap_or(order.len())
    };
    table.sort_values_by(|a, _, b, _| place(a.get()).cmp(&place(b.get())));
    for (key, item) in table.iter_mut() {
        if let Some(Value::Array(array)) = item.as_value_mut() {
            lay_out(array, key.get().len() + " = ".len());
        }
    }
}

/// A list behind `before` bytes of its line: on that line, or an element a line. One with comments in it
/// stays as it is.
fn lay_out(array: &mut Array, before: usize) {
    if array
        .to_string()
        .lines()
        .any(|line| line.trim_start().starts_with('#'))
    {
        return;
    }
    let decorate = |array: &mut Array, prefix: &dyn Fn(usize) -> String| {
        for (n, value) in array.iter_mut().enumerate() {
            value.decor_mut().set_prefix(prefix(n));
            value.decor_mut().set_suffix("");
        }
    };
    decorate(array, &|n| if n == 0 { "" } else { " " }.to_owned());
    array.set_trailing("");
    array.set_trailing_comma(false);
    if before + array.to_string().trim().len() > WIDTH && !array.is_empty() {
        decorate(array, &|_| "\n    ".to_owned());
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
}

#[test]
fn every_rule_file_has_the_one_form() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut other = Vec::new();
    for entry in fs::read_dir(&rules).expect("a directory") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|ext| ext != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path)
            .expect("text")
            .replace("\r\n", "\n");
        let wanted = formed(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        if wanted != text {
            other.push(path.file_name().expect("a name").display().to_string());
            if std::env::var_os("KEYSWEEP_WRITE").is_some() {
                fs::write(&path, wanted).expect("writable");
            }
        }
    }
    assert!(
        other.is_empty(),
        "not in the one form; `KEYSWEEP_WRITE=1 cargo test --test it rule_files` writes it: {other:?}"
    );
}

#[test]
fn the_form_has_one_order_and_short_lists() {
    let text = "[[rule]]\nname = \"x\"\nid = \"a\"\nnear = [\n  \"b\",\n]\n# why\nmatch = [\"c\", \"d\"]\n";
    let want =
        "[[rule]]\nid = \"a\"\nname = \"x\"\n# why\nmatch = [\"c\", \"d\"]\nnear = [\"b\"]\n";
    assert_eq!(formed(text).expect("TOML"), want);
    let long = "x".repeat(60);
    let text = format!("[[rule]]\nid = \"a\"\nmatch = [\"{long}\", \"{long}\"]\n");
    let want = format!("[[rule]]\nid = \"a\"\nmatch = [\n    \"{long}\",\n    \"{long}\",\n]\n");
    assert_eq!(formed(&text).expect("TOML"), want);
    assert_eq!(formed(&want).expect("TOML"), want);
}
