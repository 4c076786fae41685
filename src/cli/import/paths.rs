//! Patterns of paths: other tools write them as regular expressions that are searched for anywhere in a path,
//! ours as in a .gitignore. What can be said in both is translated, everything else is told.

/// More patterns than this out of one expression are not written.
const MOST: usize = 60;

/// One expression as lines of an ignore file.
#[derive(Debug, PartialEq, Eq)]
pub struct Globs {
    /// The lines.
    pub lines: Vec<String>,
    /// Whether they hide exactly the same; else less.
    pub exact: bool,
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    /// `.*` and its like.
    Any,
    /// One of several, each without parts of its own but text.
    Either(Vec<String>),
}

/// Translates an expression; `None` for what a pattern cannot say.
pub fn globs(expression: &str) -> Option<Globs> {
    let (start, rest) = match expression.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, expression),
    };
    let (end, rest) = match rest.strip_suffix('$') {
        Some(before) if !before.ends_with('\\') => (true, before),
        _ => (false, rest),
    };
    let parts = parts(rest)?;
    let leading = matches!(parts.first(), Some(Part::Any));
    let trailing = matches!(parts.last(), Some(Part::Any));
    let mut texts = vec![String::new()];
    for part in &parts {
        texts = match part {
            Part::Text(text) => texts.iter().map(|it| format!("{it}{text}")).collect(),
            Part::Any => texts.iter().map(|it| format!("{it}*")).collect(),
            Part::Either(all) => texts
                .iter()
                .flat_map(|it| all.iter().map(move |one| format!("{it}{one}")))
                .collect(),
        };
        if texts.len() > MOST {
            return None;
        }
    }
    let ends = Ends {
        start: start && !leading,
        end: end && !trailing,
        leading,
    };
    let mut out = Globs {
        lines: Vec::new(),
        exact: true,
    };
    for text in texts {
        let (line, exact) = line(&text, ends)?;
        out.exact &= exact;
        out.lines.push(line);
    }
    Some(out)
}

/// Where an expression is bound.
#[derive(Clone, Copy)]
struct Ends {
    start: bool,
    end: bool,
    /// It begins with anything.
    leading: bool,
}

/// One line, and whether it hides the same.
fn line(text: &str, ends: Ends) -> Option<(String, bool)> {
    let text = text.trim_end_matches('*');
    let bare = text.trim_start_matches('*');
    if bare.is_empty() || bare.contains("**") {
        return None;
    }
    let bare = bare.trim_start_matches('/');
    Some(match (ends.start, ends.end) {
        (true, true) => (format!("/{bare}"), true),
        (true, false) if bare.ends_with('/') => (format!("/{bare}"), true),
        (true, false) => (format!("/{bare}*"), !bare.contains('/')),
        // A name that ends so: `*.png`.
        (false, true) if !bare.contains('/') => (format!("*{bare}"), true),
        (false, true) => (format!("**/{bare}"), false),
        (false, false) if bare.ends_with('/') => {
            let inner = bare.trim_end_matches('/').contains('/');
            let line = if inner {
                format!("**/{bare}")
            } else {
                bare.to_owned()
            };
            (line, ends.leading && text.starts_with("*/"))
        }
        (false, false) if !bare.contains('/') => (bare.to_owned(), false),
        (false, false) => (format!("**/{bare}"), false),
    })
}

/// The parts of an expression; `None` when one of them means more than text, anything, and alternatives.
fn parts(expression: &str) -> Option<Vec<Part>> {
    let mut out: Vec<Part> = Vec::new();
    let mut text = String::new();
    let mut chars = expression.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                c @ ('.' | '/' | '-' | '_' | ' ' | '+' | '(' | ')' | '$' | '#' | '@' | '~') => {
                    text.push(c)
                }
                _ => return None,
            },
            '.' => {
                let many = matches!(chars.peek(), Some('*' | '+'));
                if many {
                    chars.next();
                    if chars.peek() == Some(&'?') {
                        chars.next();
                    }
                    flush(&mut text, &mut out);
                    out.push(Part::Any);
                } else {
                    // A dot that nobody escaped means a dot in the names of files.
                    text.push('.');
                }
            }
            '(' => {
                let mut inner = String::new();
                loop {
                    match chars.next()? {
                        ')' => break,
                        '(' | '[' => return None,
                        c => inner.push(c),
                    }
                }
                if matches!(chars.peek(), Some('?' | '*' | '+' | '{')) {
                    return None;
                }
                flush(&mut text, &mut out);
                out.push(alternatives(inner.trim_start_matches("?:"))?);
            }
            '[' | ']' | '{' | '}' | '?' | '*' | '+' | '|' | '^' | '$' | ')' => return None,
            c => text.push(c),
        }
    }
    flush(&mut text, &mut out);
    Some(out)
}

fn alternatives(inner: &str) -> Option<Part> {
    if matches!(inner, ".*" | ".*?" | ".+" | "^|/" | "/|^") {
        return Some(Part::Any);
    }
    let all: Option<Vec<String>> = inner
        .split('|')
        .map(|one| match parts(one)?.as_slice() {
            [] => Some(String::new()),
            [Part::Text(text)] => Some(text.clone()),
            _ => None,
        })
        .collect();
    all.map(Part::Either)
}

fn flush(text: &mut String, out: &mut Vec<Part>) {
    if !text.is_empty() {
        out.push(Part::Text(std::mem::take(text)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pattern_can_say_is_translated() {
        for (expression, lines, exact) in [
            (r"^vendor/", vec!["/vendor/"], true),
            (r"^docs/.*", vec!["/docs/"], true),
            (r"^go\.sum$", vec!["/go.sum"], true),
            (r"(.*?)(png|jpe?g)$", vec![], false),
            (r"(.*?)\.(png|gif)$", vec!["*.png", "*.gif"], true),
            (r".*\.lock$", vec!["*.lock"], true),
            (r"node_modules/", vec!["node_modules/"], false),
            (
                r"src/test/resources/",
                vec!["**/src/test/resources/"],
                false,
            ),
            (r"package-lock\.json", vec!["package-lock.json"], false),
            (r"gitleaks.toml", vec!["gitleaks.toml"], false),
            (r"^\w+$", vec![], false),
            (r".*", vec![], false),
        ] {
            let found = globs(expression);
            let want = (!lines.is_empty()).then(|| Globs {
                lines: lines.iter().map(|line| (*line).to_owned()).collect(),
                exact,
            });
            assert_eq!(found, want, "{expression}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_expression_ends_the_program(text in "[\\^$.*+?()|\\[\\]{}a-z/\\\\]{0,40}") {
            let _ = globs(&text);
        }
    }
}
