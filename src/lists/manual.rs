//! What the manual says of each kind of list, from its description.

use super::kinds;
use crate::rule::{Holds, ListField, ListKind};

/// Characters of a line of prose in the manual.
const WIDTH: usize = 108;

/// The part of `docs/lists.md` that is generated: a table of the kinds, and a section for each.
pub fn table() -> String {
    let mut out = String::from(
        "| kind | list of | joined to findings by | checked against |\n|---|---|---|---|\n",
    );
    for kind in kinds() {
        out.push_str(&format!(
            "| [`{0}`](#{0}) | {1} | {2} | {3} |\n",
            kind.id,
            kind.name,
            joined_by(kind),
            kind.checked
        ));
    }
    for kind in kinds() {
        out.push_str(&section(kind));
    }
    out
}

fn section(kind: &ListKind) -> String {
    let holds = match kind.holds {
        Holds::All => "One list has every token of the server.",
        Holds::User => {
            "One list has the tokens of one user: `--complete` says that the file has those of all."
        }
        Holds::Names => "The list has names and nothing of the tokens.",
    };
    let about = match kind.about.as_ref() {
        "" => String::new(),
        about => format!(" {about}"),
    };
    let said = format!(
        "{} ([documentation]({})). {holds}{about}",
        kind.name, kind.docs
    );
    format!(
        "\n### {}\n\n{}\n\n```sh\n{}\n```\n",
        kind.id,
        folded(&said),
        kind.export
    )
}

/// The text in lines of at most [`WIDTH`] characters, where its words allow that.
fn folded(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        match width {
            0 => {}
            _ if width + 1 + length > WIDTH => {
                out.push('\n');
                width = 0;
            }
            _ => {
                out.push(' ');
                width += 1;
            }
        }
        out.push_str(word);
        width += length;
    }
    out
}

/// By what a finding meets a row.
fn joined_by(kind: &ListKind) -> String {
    let has = |wanted: ListField| {
        let mut fields = kind.reads.iter().flat_map(|read| read.fields.iter());
        fields.any(|(field, _)| *field == wanted)
    };
    let ways = [
        (has(ListField::Secret), "the token itself"),
        (has(ListField::Hash), "hash"),
        (kind.by_id, "id"),
        (has(ListField::Handle), "characters that it shows"),
    ];
    let ways: Vec<&str> = ways
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, way)| *way)
        .collect();
    match ways.is_empty() {
        true => "–".to_owned(),
        false => ways.join(", "),
    }
}
