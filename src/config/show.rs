//! The whole configuration with where each value comes from.

use super::{Config, FILE, KEYS};

/// TOML that could stand in a file: every key, with its value and, as a comment, where that comes
/// from: a line of the file, or the default.
pub fn show(config: &Config) -> String {
    let mut out = match config.is_some() {
        true => format!("# {}\n", one_line(&config.file)),
        false => format!("# no {FILE}: every value is the default\n"),
    };
    let mut section = "";
    for key in KEYS {
        if key.section != section {
            section = key.section;
            out.push_str(&format!("\n[{section}]\n"));
        }
        let (value, origin) = match config.said.get(&(key.section, key.name)) {
            Some(said) => {
                let at = format!("{}:{}", one_line(&config.file), said.line);
                (one_line(&said.value), at)
            }
            None if key.note.is_empty() => (key.default.to_owned(), "default".to_owned()),
            None => (key.default.to_owned(), format!("default; {}", key.note)),
        };
        out.push_str(&format!("{} = {value}  # {origin}\n", key.name));
    }
    out
}

/// A value over several lines as one. Comments within a list end with their lines, so they go.
fn one_line(text: &str) -> String {
    if !text.contains('\n') {
        return text.to_owned();
    }
    let wrapped: Result<toml::Table, _> = format!("x = {text}").parse();
    match wrapped.as_ref().map(|table| table.get("x")) {
        Ok(Some(value)) => value.to_string(),
        _ => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}
