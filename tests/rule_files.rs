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

/// The schema that editors complete rule files by.
mod schema {
    use std::fs;
    use std::path::Path;

    use keysweep::rule::{load_file, schema};
    use serde_json::Value;

    fn json(text: &str) -> Value {
        let value: toml::Value = toml::from_str(text).expect("TOML");
        serde_json::to_value(value).expect("JSON")
    }

    #[test]
    fn the_committed_one_is_the_generated_one() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.schema.json");
        let committed = fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == schema(),
            "stale: `cargo run -- generate rules-schema > docs/rules.schema.json`"
        );
    }

    #[test]
    fn it_takes_every_built_in_file_and_the_manuals() {
        let schema: Value = serde_json::from_str(&schema()).expect("JSON");
        assert!(
            schema["$id"]
                .as_str()
                .is_some_and(|id| id.ends_with("/docs/rules.schema.json"))
        );
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts: Vec<(String, String)> = fs::read_dir(top.join("rules"))
            .expect("there")
            .map(|entry| entry.expect("readable").path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
            .filter(|path| !path.ends_with("lifetimes.toml"))
            .map(|path| {
                (
                    path.display().to_string(),
                    fs::read_to_string(&path).expect("UTF-8"),
                )
            })
            .collect();
        assert!(texts.len() > 100, "{}", texts.len());
        let manual = fs::read_to_string(top.join("docs/rules.md")).expect("there");
        let blocks = manual.split("```toml\n").skip(1);
        let blocks = blocks.filter_map(|block| block.split("```").next());
        texts.extend(blocks.map(|text| ("docs/rules.md".to_owned(), text.to_owned())));
        texts.push((
            "facts".to_owned(),
            RULE.replace("WITH", "facts = \"jwt\"\n"),
        ));
        texts.push((
            "packs".to_owned(),
            format!("extends = [\"a.toml\"]\n{}", RULE.replace("WITH", "")),
        ));
        for (name, text) in texts {
            let errors: Vec<String> = validator
                .iter_errors(&json(&text))
                .map(|error| format!("{name}: {}: {error}", error.instance_path))
                .collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }

    const RULE: &str =
        "[[rule]]\nid = \"a-b\"\nname = \"x\"\nseverity = \"high\"\npattern = 'abcd[0-9]{9}'\nWITH";

    /// What the schema refuses the reader refuses, and the other way round, as far as names go.
    #[test]
    fn it_refuses_unknown_keys_and_names_as_the_reader_does() {
        let schema: Value = serde_json::from_str(&schema()).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let rule = |with: &str| RULE.replace("WITH", with);
        for (text, fine) in [
            (rule(""), true),
            (rule("checks = [\"random\"]\n"), true),
            (rule("where = { path = [\"a\"], ext = [\"b\"] }\n"), true),
            (rule("source = \"observed\"\n"), true),
            (rule("patern = 'x'\n"), false),
            (rule("checks = [\"rnadom\"]\n"), false),
            (rule("where = { paths = [\"a\"] }\n"), false),
            (rule("source = \"heard\"\n"), false),
            (rule("exposure = \"open\"\n"), false),
            (rule("on = \"yes\"\n"), false),
            (rule("tail-cap = -1\n"), false),
            (format!("rules = []\n{}", rule("")), false),
            (format!("[provider]\nalias = []\n{}", rule("")), false),
            (rule("").replace("severity = \"high\"\n", ""), false),
            (rule("").replace("\"high\"", "\"worst\""), false),
            (rule("").replace("\"a-b\"", "\"A B\""), false),
        ] {
            assert_eq!(load_file("a.toml", &text).is_ok(), fine, "{text}");
            assert_eq!(validator.is_valid(&json(&text)), fine, "{text}");
        }
    }
}
