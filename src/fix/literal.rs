//! Where the literals of a program stand: enough of each language to tell a text from a comment and from code.

use std::ops::Range;

use super::family::Family;

/// A literal that is a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// With its prefix and quotes, in bytes.
    pub whole: Range<usize>,
    /// What stands between the quotes.
    pub inside: Range<usize>,
    /// What stands before the first quote (`f`, `rb`, `@`), in lower case.
    pub prefix: String,
    /// The quotes at its start.
    pub quote: &'static str,
}

/// What holds a stretch of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// A literal.
    Text(Literal),
    /// A comment.
    Comment,
    /// Code.
    Code,
}

/// How a language writes texts and comments.
struct Syntax {
    line_comments: &'static [&'static str],
    block_comment: Option<(&'static str, &'static str)>,
    /// Quotes, the longest first; and whether such a text may go over several lines.
    quotes: &'static [(&'static str, bool)],
    /// Letters that may stand right before a quote.
    prefixes: &'static str,
    /// `'` is for one character, or for a lifetime.
    characters: bool,
    /// Whether a text with such a prefix and quote has no escapes.
    raw: fn(&str, &str) -> bool,
}

const C: Syntax = Syntax {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    quotes: &[("\"", false)],
    prefixes: "",
    characters: true,
    raw: |_, _| false,
};

/// Languages with literals.
const LANGUAGES: &[(&[Family], Syntax)] = &[
    (
        &[Family::Python],
        Syntax {
            line_comments: &["#"],
            block_comment: None,
            quotes: &[("\"\"\"", true), ("'''", true), ("\"", false), ("'", false)],
            prefixes: "rRbBfFuU",
            characters: false,
            ..C
        },
    ),
    (
        &[Family::JavaScript],
        Syntax {
            quotes: &[("\"", false), ("'", false), ("`", true)],
            characters: false,
            ..C
        },
    ),
    (
        &[Family::Go],
        Syntax {
            quotes: &[("\"", false), ("`", true)],
            raw: |_, quote| quote == "`",
            ..C
        },
    ),
    (
        &[Family::Java],
        Syntax {
            quotes: &[("\"\"\"", true), ("\"", false)],
            ..C
        },
    ),
    (
        &[Family::CSharp],
        Syntax {
            quotes: &[("\"\"\"", true), ("\"", false)],
            prefixes: "$@",
            raw: |prefix, quote| prefix.contains('@') || quote == "\"\"\"",
            ..C
        },
    ),
    (
        &[Family::Rust],
        Syntax {
            quotes: &[("\"", true)],
            prefixes: "rbc#",
            raw: |prefix, _| prefix.contains('r'),
            ..C
        },
    ),
    (
        &[Family::Kotlin],
        Syntax {
            quotes: &[("\"\"\"", true), ("\"", false)],
            raw: |_, quote| quote == "\"\"\"",
            ..C
        },
    ),
    (
        &[Family::Scala],
        Syntax {
            quotes: &[("\"\"\"", true), ("\"", false)],
            prefixes: "sfraw",
            raw: |prefix, quote| prefix == "raw" || quote == "\"\"\"",
            ..C
        },
    ),
    (
        &[Family::Swift],
        Syntax {
            quotes: &[("\"\"\"", true), ("\"", false)],
            prefixes: "#",
            characters: false,
            raw: |prefix, _| prefix.contains('#'),
            ..C
        },
    ),
    (
        &[Family::C, Family::Cpp],
        Syntax {
            prefixes: "LuUR8",
            ..C
        },
    ),
    (
        &[Family::Ruby],
        Syntax {
            line_comments: &["#"],
            block_comment: None,
            quotes: &[("\"", false), ("'", false)],
            characters: false,
            ..C
        },
    ),
    (
        &[Family::Php],
        Syntax {
            line_comments: &["//", "#"],
            quotes: &[("\"", true), ("'", true)],
            characters: false,
            ..C
        },
    ),
    (
        &[Family::Terraform],
        Syntax {
            line_comments: &["#", "//"],
            quotes: &[("\"", false)],
            characters: false,
            ..C
        },
    ),
];

fn syntax(family: Family) -> Option<&'static Syntax> {
    let of = LANGUAGES.iter().find(|(all, _)| all.contains(&family));
    of.map(|(_, syntax)| syntax)
}

/// Whether files of a family are programs with literals.
pub(super) fn is_program(family: Family) -> bool {
    syntax(family).is_some()
}

/// What holds the stretch `span` of a program; `None` for a family that is no language. Takes steps in
/// proportion to the text.
pub(super) fn held(family: Family, text: &str, span: &Range<usize>) -> Option<Held> {
    let held = stretches(family, text, span.start)?.pop();
    Some(match held {
        Some((stretch, Held::Comment)) if stretch.contains(&span.start) => Held::Comment,
        Some((_, Held::Text(literal)))
            if literal.inside.start <= span.start && span.end <= literal.inside.end =>
        {
            Held::Text(literal)
        }
        _ => Held::Code,
    })
}

/// The comments and literals of a program that begin at `until` or before, in order.
pub(super) fn stretches(
    family: Family,
    text: &str,
    until: usize,
) -> Option<Vec<(Range<usize>, Held)>> {
    let syntax = syntax(family)?;
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() && at <= until {
        let rest = &text[at..];
        let line = syntax
            .line_comments
            .iter()
            .find(|mark| rest.starts_with(**mark));
        let block = syntax
            .block_comment
            .filter(|(open, _)| rest.starts_with(open));
        if line.is_some() {
            let end = rest.find('\n').map_or(text.len(), |len| at + len);
            out.push((at..end, Held::Comment));
            at = end.max(at + 1);
        } else if let Some((open, close)) = block {
            let end = rest[open.len()..].find(close);
            let end = end.map_or(text.len(), |len| at + open.len() + len + close.len());
            out.push((at..end, Held::Comment));
            at = end;
        } else if syntax.characters && bytes[at] == b'\'' {
            at = after_character(text, at);
        } else if let Some((quote, lines)) = syntax.quotes.iter().find(|(q, _)| rest.starts_with(q))
        {
            let literal = literal(syntax, text, at, quote, *lines);
            at = literal.whole.end.max(at + 1);
            out.push((literal.whole.clone(), Held::Text(literal)));
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    Some(out)
}

/// The literal whose first quote stands at `at`.
fn literal(syntax: &Syntax, text: &str, at: usize, quote: &'static str, lines: bool) -> Literal {
    let bytes = text.as_bytes();
    let is_prefix = |b: &u8| syntax.prefixes.as_bytes().contains(b);
    let long = bytes[..at]
        .iter()
        .rev()
        .take_while(|b| is_prefix(b))
        .count();
    // A word that ends in such letters is no prefix.
    let before = at.checked_sub(long + 1).map(|at| bytes[at]);
    let word = before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    let start = if word || long > 4 { at } else { at - long };
    let prefix = text[start..at].to_ascii_lowercase();
    let hashes = prefix.matches('#').count();
    let raw = (syntax.raw)(&prefix, quote);
    let close = format!("{quote}{}", "#".repeat(hashes));
    let doubled = prefix.contains('@');
    let open = at + quote.len();
    let mut end = open;
    while end < bytes.len() {
        let rest = &text[end..];
        if doubled && rest.starts_with("\"\"") {
            end += 2;
        } else if rest.starts_with(&close) {
            return Literal {
                whole: start..end + close.len(),
                inside: open..end,
                prefix,
                quote,
            };
        } else if bytes[end] == b'\n' && !lines && !doubled {
            break;
        } else if bytes[end] == b'\\' && !raw {
            end += 1;
            end += text[end..].chars().next().map_or(0, char::len_utf8);
        } else {
            end += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    // It does not end: nothing is known of what follows on its line.
    Literal {
        whole: start..end,
        inside: open..open,
        prefix,
        quote,
    }
}

/// The place behind a character's literal, or behind the `'` alone where it begins a lifetime.
fn after_character(text: &str, at: usize) -> usize {
    let rest = &text[at + 1..];
    let mut chars = rest.char_indices();
    let Some((_, first)) = chars.next() else {
        return at + 1;
    };
    if first == '\\' {
        // The longest escape is `'\u{10ffff}'`.
        let close = rest
            .char_indices()
            .skip(2)
            .take(10)
            .find(|(_, c)| *c == '\'');
        return close.map_or(at + 2, |(len, _)| at + 1 + len + 1);
    }
    match chars.next() {
        Some((len, '\'')) => at + 1 + len + 1,
        _ => at + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stretch of `@@@` in a text.
    fn of(family: Family, text: &str) -> Held {
        let at = text.find("@@@").expect("marked");
        held(family, text, &(at..at + 3)).expect("a language")
    }

    fn whole(family: Family, text: &str) -> String {
        match of(family, text) {
            Held::Text(literal) => text[literal.whole].to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn texts_are_told_from_comments_and_code() {
        use Family::*;
        for (family, text, want) in [
            (Python, "a = \"@@@\"  # x", "\"@@@\""),
            (Python, "a = '# \"@@@'", "'# \"@@@'"),
            (Python, "# it's \"@@@\"", "Comment"),
            (Python, "a = rb'@@@'", "rb'@@@'"),
            (Python, "far'@@@'", "'@@@'"),
            (Python, "a = \"\"\"x\n@@@\"\"\"", "\"\"\"x\n@@@\"\"\""),
            (Python, "a = 'it\\'s @@@'", "'it\\'s @@@'"),
            (JavaScript, "const a = `x ${b} @@@`;", "`x ${b} @@@`"),
            (JavaScript, "// don't\nconst a = '@@@';", "'@@@'"),
            (JavaScript, "/* it's */ const a = \"@@@\";", "\"@@@\""),
            (Go, "r := '\"'; a := \"@@@\"", "\"@@@\""),
            (Go, "a := `@@@`", "`@@@`"),
            (
                Rust,
                "fn f<'a>(x: &'a str) { let c = '\"'; g(\"@@@\") }",
                "\"@@@\"",
            ),
            (Rust, "let a = r#\"x\"@@@\"#;", "r#\"x\"@@@\"#"),
            (Java, "char c = '\\''; String a = \"@@@\";", "\"@@@\""),
            (CSharp, "var a = @\"c:\\@@@\"\"x\";", "@\"c:\\@@@\"\"x\""),
            (CSharp, "var a = $\"{b}@@@\";", "$\"{b}@@@\""),
            (Php, "$a = '@@@'; # x", "'@@@'"),
            (
                Kotlin,
                "val a = \"\"\"x\\@@@\"\"\" // it's",
                "\"\"\"x\\@@@\"\"\"",
            ),
            (Scala, "val a = s\"$b @@@\"", "s\"$b @@@\""),
            (Swift, "let a = #\"x\"@@@\"#", "#\"x\"@@@\"#"),
            (C, "char c = '\"'; x = \"@@@\"; /* ' */", "\"@@@\""),
            (Cpp, "auto a = L\"@@@\";", "L\"@@@\""),
            (Ruby, "a = \"@@@\" # it's", "\"@@@\""),
            (Terraform, "a = \"@@@\"", "\"@@@\""),
            (Python, "a = @@@", "Code"),
            (Python, "a = \"open\nb = '@@@'", "'@@@'"),
        ] {
            assert_eq!(whole(family, text), want, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_a_panic(text in "[\"'`#/*\\\\r@$a\né ]{0,60}", at in 0usize..60) {
            for family in [Family::Python, Family::Rust, Family::CSharp, Family::JavaScript, Family::Php, Family::Swift, Family::Scala, Family::Cpp] {
                if text.is_char_boundary(at.min(text.len())) {
                    let at = at.min(text.len());
                    let _ = held(family, &text, &(at..at));
                }
            }
        }
    }
}
