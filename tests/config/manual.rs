//! The schema and the manual are the program's own.

use keysweep::config::{self, Config, FILE, KEYS, Whose};
use serde_json::Value;

fn docs(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    std::fs::read_to_string(path).expect("the file is there")
}

#[test]
fn the_committed_schema_is_the_generated_one() {
    assert!(
        docs("config.schema.json") == config::schema(),
        "stale: `cargo run -- generate config-schema > docs/config.schema.json`"
    );
}

#[test]
fn the_manual_has_the_generated_table() {
    assert!(
        docs("configuration.md").contains(&config::table()),
        "stale: put what `cargo run -- generate config-table` prints into docs/configuration.md"
    );
}

/// Schema and reader are of one mind, as far as a schema can be.
#[test]
fn what_the_schema_takes_is_read_and_the_other_way_round() {
    let schema: Value = serde_json::from_str(&config::schema()).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let of = |section: &str, key: &str, value: &str| format!("[{section}]\n{key} = {value}\n");
    let mut texts: Vec<String> = KEYS
        .iter()
        .flat_map(|key| {
            [
                key.default,
                "true",
                "7",
                "-1",
                "\"64K\"",
                "\"much\"",
                "\"high\"",
                "[\"x\"]",
                "[7]",
                "[\"shallow\"]",
                "[\"io\"]",
                "{}",
                "[\"\"]",
                "99999999999999",
            ]
            .map(|value| of(key.section, key.name, value))
        })
        .collect();
    texts.push(of("scan", "exlude", "[]"));
    texts.push("[scna]\n".to_owned());
    texts.push("exclude = []\n".to_owned());
    let (mut taken, mut refused) = (0, 0);
    for text in texts {
        let read = Config::parse(FILE, text.as_bytes(), Whose::Repository);
        let value: toml::Value = toml::from_str(&text).expect("TOML");
        let valid = validator.is_valid(&serde_json::to_value(value).expect("JSON"));
        assert_eq!(read.is_ok(), valid, "{text}: {read:?}");
        match valid {
            true => taken += 1,
            false => refused += 1,
        }
    }
    assert!(
        taken > 2 * KEYS.len() && refused > 2 * KEYS.len(),
        "{taken} {refused}"
    );
}

#[test]
fn the_manuals_example_is_a_configuration() {
    let manual = docs("configuration.md");
    let example = manual
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("an example");
    let read = Config::parse(FILE, example.as_bytes(), Whose::Repository).expect("reads");
    assert!(!read.exclude.is_empty() && !read.rule_files.is_empty());
}
