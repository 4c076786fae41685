//! Repairs of Terraform: `var.x`, and a variable that is marked as sensitive.

use std::ops::Range;

use super::family::Family;
use super::literal::{Held, held, stretches};
use super::{Edit, Repair, Unfixable, line_of};

pub(super) fn repair(text: &str, span: &Range<usize>, name: &str) -> Result<Repair, Unfixable> {
    let literal = match held(Family::Terraform, text, span) {
        Some(Held::Text(literal)) => literal,
        Some(Held::Comment) => return Err(Unfixable::Comment),
        _ => return Err(Unfixable::NoLiteral),
    };
    match block(text, literal.whole.start).as_deref() {
        Some("variable") => return Err(Unfixable::Default),
        // They are read before any variable is.
        Some("terraform" | "moved" | "import") => return Err(Unfixable::Constant),
        _ => {}
    }
    let line = line_of(text, literal.whole.start);
    let before = text[line.start..literal.whole.start].trim_end();
    if text[literal.whole.end..]
        .trim_start()
        .starts_with(['{', '"'])
        || before.is_empty() && line.start == 0
    {
        return Err(Unfixable::NoExpression);
    }
    let mut variable = name.to_ascii_lowercase();
    if text.contains(&format!("variable \"{variable}\"")) {
        variable.push_str("_value");
    }
    let edit = match *span == literal.inside {
        true => Edit::replace(&literal.whole, format!("var.{variable}")),
        false => Edit::replace(span, format!("${{var.{variable}}}")),
    };
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let declared = format!(
        "{end}\nvariable \"{variable}\" {{\n  type      = string\n  sensitive = true\n}}\n"
    );
    let step = format!(
        "Set TF_VAR_{variable} where Terraform runs, from a secret store; state still holds the value."
    );
    Ok(Repair {
        edits: vec![edit, Edit::insert(text.len(), declared)],
        steps: vec![step],
        ..Repair::default()
    })
}

/// The first word of the outermost block that holds a place.
fn block(text: &str, at: usize) -> Option<String> {
    let quoted = stretches(Family::Terraform, text, at).unwrap_or_default();
    let mut quoted = quoted.iter().map(|(stretch, _)| stretch).peekable();
    let (mut depth, mut head, mut pos) = (0usize, None, 0);
    for line in text[..at].split_inclusive('\n') {
        if depth == 0 {
            let word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            let word: String = line.trim().chars().take_while(word).collect();
            head = (!word.is_empty()).then_some(word);
        }
        for here in pos..pos + line.len() {
            while quoted.peek().is_some_and(|stretch| stretch.end <= here) {
                quoted.next();
            }
            if quoted.peek().is_some_and(|stretch| stretch.contains(&here)) {
                continue;
            }
            match text.as_bytes()[here] {
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        pos += line.len();
    }
    head.filter(|_| depth > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str) -> String {
        let at = text.find("@@@").expect("marked");
        match repair(text, &(at..at + 3), "API_TOKEN") {
            Ok(repair) => super::super::apply(text, &repair.edits).expect("fits"),
            Err(why) => why.name().to_owned(),
        }
    }

    #[test]
    fn a_sensitive_variable_takes_the_place_of_the_value() {
        let declared = "\nvariable \"api_token\" {\n  type      = string\n  sensitive = true\n}\n";
        for (text, want) in [
            (
                "provider \"x\" {\n  token = \"@@@\"\n}\n",
                format!("provider \"x\" {{\n  token = var.api_token\n}}\n{declared}"),
            ),
            (
                "locals {\n  h = \"Bearer @@@\"\n}\n",
                format!("locals {{\n  h = \"Bearer ${{var.api_token}}\"\n}}\n{declared}"),
            ),
            (
                "variable \"t\" {\n  default = \"@@@\"\n}\n",
                "default".to_owned(),
            ),
            (
                "terraform {\n  backend \"http\" {\n    password = \"@@@\"\n  }\n}\n",
                "constant".to_owned(),
            ),
            ("# token = \"@@@\"\n", "comment".to_owned()),
        ] {
            assert_eq!(fixed(text), want, "{text}");
        }
    }
}
