//! Repairs of programs: the literal that holds the value becomes a look at the environment.

use std::ops::Range;

use super::family::Family;
use super::literal::{Held, Literal, held, stretches};
use super::{Edit, Unfixable};

/// How a language reads a variable, and how it joins texts.
struct Reads {
    /// The expression.
    call: String,
    /// What stands between texts that are joined.
    join: &'static str,
}

/// The edits that take the value at `span` out of a program; `name` is the variable it is read from.
pub(super) fn edits(
    family: Family,
    text: &str,
    span: &Range<usize>,
    name: &str,
) -> Result<Vec<Edit>, Unfixable> {
    let literal = match held(family, text, span) {
        Some(Held::Text(literal)) => literal,
        Some(Held::Comment) => return Err(Unfixable::Comment),
        Some(Held::Code) | None => return Err(Unfixable::NoLiteral),
    };
    fits(family, text, &literal)?;
    let reads = reads(family, &literal, name);
    let with = replacement(family, text, span, &literal, &reads)?;
    let mut edits = vec![Edit::replace(&literal.whole, with)];
    edits.extend(import(family, text));
    Ok(edits)
}

/// Whether the place takes an expression.
fn fits(family: Family, text: &str, literal: &Literal) -> Result<(), Unfixable> {
    let before = text[..literal.whole.start].trim_end();
    let after = text[literal.whole.end..].trim_start();
    let line = line_before(text, literal.whole.start);
    let words = || line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let has = |word: &str| words().any(|have| have == word);
    if literal.inside.is_empty() || text[literal.inside.clone()].contains('\n') {
        return Err(Unfixable::SeveralLines);
    }
    if is_composed(family, literal, &text[literal.inside.clone()]) {
        return Err(Unfixable::Composed);
    }
    // Texts that stand beside each other are one.
    let quote = |c: Option<char>| c.is_some_and(|c| matches!(c, '"' | '\'' | '`'));
    let joined = after.starts_with(['"', '\'', '`']) || quote(before.chars().next_back());
    let plus = before.ends_with(['+', '.']) && !before.ends_with("++") || after.starts_with('+');
    let dot = family == Family::Php && after.starts_with('.');
    if joined || plus || dot {
        return Err(Unfixable::Composed);
    }
    let constant = match family {
        Family::Go => has("const") || in_go_constants(text, literal.whole.start),
        Family::Rust => has("const") || has("static") || before.ends_with("!("),
        Family::CSharp => has("const") || has("case") || line.trim_start().starts_with('['),
        Family::Java => has("case") || line.trim_start().starts_with('@') || has("default"),
        Family::Kotlin => has("const") || line.trim_start().starts_with('@'),
        Family::Scala | Family::Swift => has("case") || line.trim_start().starts_with('@'),
        // What stands outside of functions is worked out before the program runs.
        Family::C => {
            is_before_run(line, before) || has("static") || depth(family, text, &literal.whole) == 0
        }
        Family::Cpp => is_before_run(line, before) || has("constexpr") || has("case"),
        Family::Php => {
            let property = ["public", "private", "protected", "static", "var", "const"];
            property.iter().any(|word| has(word)) || has("function") || line.contains("#[")
        }
        _ => false,
    };
    if constant {
        return Err(Unfixable::Constant);
    }
    let member = before.ends_with(['{', ',']) && after.starts_with(':');
    let imported = has("import") || has("require") || has("from") && !line.contains('=');
    if family == Family::JavaScript && (member || imported) {
        return Err(Unfixable::NoExpression);
    }
    Ok(())
}

/// Whether a text is put together at run time.
fn is_composed(family: Family, literal: &Literal, inside: &str) -> bool {
    match family {
        Family::Python => literal.prefix.contains('f'),
        Family::CSharp => literal.prefix.contains('$'),
        Family::JavaScript => literal.quote == "`" && inside.contains("${"),
        Family::Ruby => literal.quote == "\"" && inside.contains("#{"),
        Family::Php => literal.quote == "\"" && inside.contains(['$']),
        Family::Kotlin => inside.contains('$'),
        Family::Scala => !literal.prefix.is_empty(),
        Family::Swift => inside.contains("\\(") || inside.contains("\\#("),
        // Characters of another width, and texts with a delimiter of their own.
        Family::C | Family::Cpp => !literal.prefix.is_empty(),
        _ => false,
    }
}

/// Whether a place of C or C++ takes no call: a macro, or the text of an array.
fn is_before_run(line: &str, before: &str) -> bool {
    let array = before
        .strip_suffix('=')
        .is_some_and(|name| name.trim_end().ends_with(']'));
    line.trim_start().starts_with('#') || array
}

/// How many braces are open before a place.
fn depth(family: Family, text: &str, place: &Range<usize>) -> usize {
    let mut open = 0usize;
    let mut at = 0;
    let skipped = stretches(family, text, place.start).unwrap_or_default();
    for (stretch, _) in skipped {
        let end = stretch.start.min(place.start).max(at);
        for byte in text[at..end].bytes() {
            match byte {
                b'{' => open += 1,
                b'}' => open = open.saturating_sub(1),
                _ => {}
            }
        }
        at = stretch.end.max(at);
    }
    open
}

/// The text of the line up to a place.
fn line_before(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    &text[start..at]
}

/// Whether a place stands inside of `const ( … )`.
fn in_go_constants(text: &str, at: usize) -> bool {
    let mut inside = false;
    for line in text[..at].lines() {
        match line.trim_end() {
            "const (" => inside = true,
            ")" => inside = false,
            _ => {}
        }
    }
    inside
}

fn reads(family: Family, literal: &Literal, name: &str) -> Reads {
    let (call, join) = match family {
        Family::Python if literal.prefix.contains('b') => {
            (format!("os.environb[b\"{name}\"]"), " + ")
        }
        Family::Python => (format!("os.environ[\"{name}\"]"), " + "),
        Family::JavaScript => (format!("process.env.{name}"), " + "),
        Family::Go => (format!("os.Getenv(\"{name}\")"), " + "),
        Family::Ruby => (format!("ENV.fetch(\"{name}\")"), " + "),
        Family::Java | Family::Kotlin => (format!("System.getenv(\"{name}\")"), " + "),
        Family::Scala => (format!("sys.env(\"{name}\")"), " + "),
        Family::Swift => {
            let call = format!("ProcessInfo.processInfo.environment[\"{name}\"]!");
            (call, " + ")
        }
        Family::C => (format!("getenv(\"{name}\")"), ""),
        Family::Cpp => (format!("std::getenv(\"{name}\")"), " + "),
        Family::Php => (format!("getenv('{name}')"), " . "),
        Family::CSharp => {
            let call = format!("System.Environment.GetEnvironmentVariable(\"{name}\")");
            (call, " + ")
        }
        _ => {
            // In two parts: this program itself asks its environment in the command line alone.
            let call = format!("std::{}::var(\"{name}\").expect(\"{name} is set\")", "env");
            (call, ", ")
        }
    };
    Reads { call, join }
}

/// What stands in the place of the literal: the call, or it and what else the literal holds.
fn replacement(
    family: Family,
    text: &str,
    span: &Range<usize>,
    literal: &Literal,
    reads: &Reads,
) -> Result<String, Unfixable> {
    let before = &text[literal.inside.start..span.start];
    let after = &text[span.end..literal.inside.end];
    if before.is_empty() && after.is_empty() {
        return Ok(match in_markup(family, text, literal) {
            true => format!("{{{}}}", reads.call),
            false => reads.call.clone(),
        });
    }
    let open = &text[literal.whole.start..literal.inside.start];
    let close = &text[literal.inside.end..literal.whole.end];
    if family == Family::C {
        // It has no way to join texts in an expression.
        return Err(Unfixable::Composed);
    }
    if family == Family::Rust {
        let is_raw = literal.prefix.contains('r') || !literal.prefix.is_empty();
        if is_raw {
            return Err(Unfixable::Composed);
        }
        let escaped = |part: &str| part.replace('{', "{{").replace('}', "}}");
        let (before, after) = (escaped(before), escaped(after));
        return Ok(format!("format!(\"{before}{{}}{after}\", {})", reads.call));
    }
    let part = |inner: &str| (!inner.is_empty()).then(|| format!("{open}{inner}{close}"));
    // Two pointers have no sum.
    let call = match family {
        Family::Cpp => format!("std::string({})", reads.call),
        _ => reads.call.clone(),
    };
    let parts: Vec<String> = [part(before), Some(call), part(after)]
        .into_iter()
        .flatten()
        .collect();
    let whole = format!("({})", parts.join(reads.join));
    Ok(match in_markup(family, text, literal) {
        true => format!("{{{whole}}}"),
        false => whole,
    })
}

/// Whether the literal is the value of an attribute in JSX, where an expression stands in braces.
fn in_markup(family: Family, text: &str, literal: &Literal) -> bool {
    let line = line_before(text, literal.whole.start);
    let Some(name) = line
        .strip_suffix('=')
        .filter(|_| family == Family::JavaScript)
    else {
        return false;
    };
    let attribute = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
    let rest = name.trim_end_matches(attribute);
    let open = rest.rfind('<').is_some_and(|at| {
        let tag = &rest[at + 1..];
        tag.starts_with(|c: char| c.is_ascii_alphabetic()) && !tag.contains('>')
    });
    rest.len() < name.len() && rest.ends_with([' ', '\t']) && (open || rest.trim().is_empty())
}

/// What has to stand at the top of the file, where it does not yet.
fn import(family: Family, text: &str) -> Option<Edit> {
    match family {
        Family::Python => import_of_python(text),
        Family::Go => import_of_go(text),
        Family::Swift => import_of_swift(text),
        Family::C => include(text, &["<stdlib.h>"]),
        Family::Cpp => include(text, &["<cstdlib>", "<stdlib.h>"]),
        _ => None,
    }
}

/// Other frameworks of the system bring the one that is needed.
fn import_of_swift(text: &str) -> Option<Edit> {
    let brings = ["Foundation", "UIKit", "SwiftUI", "AppKit", "Cocoa"];
    let mut at = 0;
    let mut first = None;
    for line in text.split_inclusive('\n') {
        let module = line.trim().strip_prefix("import ").map(str::trim);
        if module.is_some_and(|module| brings.contains(&module)) {
            return None;
        }
        if module.is_some() {
            first = first.or(Some(at));
        }
        at += line.len();
    }
    Some(Edit::insert(
        first.unwrap_or(0),
        "import Foundation\n".to_owned(),
    ))
}

/// The first of the headers, where none of them is there.
fn include(text: &str, headers: &[&str]) -> Option<Edit> {
    let mut at = 0;
    let mut first = None;
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start().strip_prefix('#').map(str::trim_start);
        let header = rest.and_then(|rest| rest.strip_prefix("include"));
        if header.is_some_and(|header| headers.contains(&header.trim())) {
            return None;
        }
        if header.is_some() {
            first = first.or(Some(at));
        }
        at += line.len();
    }
    let line = format!("#include {}\n", headers.first()?);
    Some(Edit::insert(first.unwrap_or(0), line))
}

/// The name of the setting that a value of a program is given to, where its line says one: what stands before the
/// sign, without a type behind it.
pub(super) fn name_before(text: &str, at: usize) -> Option<&str> {
    let quotes =
        |c: char| matches!(c, '"' | '\'' | '`') || c.is_ascii_alphabetic() || "@#$".contains(c);
    let line = line_before(text, at);
    // The opening of the literal, and a type that is wrapped around it.
    let line = line
        .trim_end_matches(|c: char| quotes(c) || c == '(')
        .trim_end();
    let signs = ["=>", ":=", "->", "=", ":"];
    let line = signs
        .iter()
        .find_map(|sign| line.strip_suffix(sign))?
        .trim_end();
    let line = line.strip_suffix("[]").unwrap_or(line);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let typed = line.rsplit_once(':').filter(|(_, kind)| {
        let inner = kind.trim();
        !inner.is_empty() && inner.chars().all(|c| word(c) || "<>[]?. ".contains(c))
    });
    let line = typed.map_or(line, |(name, _)| name).trim_end();
    let line = line.trim_end_matches(['"', '\'', ']']);
    let start = line.rfind(|c: char| !word(c)).map_or(0, |at| {
        at + line[at..].chars().next().map_or(1, char::len_utf8)
    });
    let name = &line[start..];
    let fits = name.len() > 2 && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    fits.then_some(name)
}

fn import_of_python(text: &str) -> Option<Edit> {
    let is_there = text.lines().any(|line| {
        let names = line.strip_prefix("import ").unwrap_or_default();
        names.split(',').any(|name| name.trim() == "os")
    });
    if is_there {
        return None;
    }
    // Behind a first line for the system, comments, the module's own text and imports of the future.
    let (mut at, mut after) = (0, 0);
    let mut quote: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let plain = line.trim();
        let end = at + line.len();
        match quote {
            Some(open) => {
                quote = (!plain.ends_with(open)).then_some(open);
                after = end;
            }
            None if plain.starts_with('#') => after = end,
            None if plain.is_empty() => {}
            None if plain.starts_with("from __future__") => after = end,
            None => {
                let open = ["\"\"\"", "'''"]
                    .into_iter()
                    .find(|open| plain.starts_with(open));
                let Some(open) = open.filter(|_| after == 0 || !text[..after].contains("\"\"\""))
                else {
                    break;
                };
                let closed = plain.len() >= 6 && plain.ends_with(open);
                quote = (!closed).then_some(open);
                after = end;
            }
        }
        at = end;
    }
    let needs_end = after > 0 && !text[..after].ends_with('\n');
    let end = if needs_end { "\n" } else { "" };
    Some(Edit::insert(after, format!("{end}import os\n")))
}

fn import_of_go(text: &str) -> Option<Edit> {
    let mut at = 0;
    let mut package = None;
    // Where it stands in its order among the first group of a list.
    let mut listed = None;
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let plain = line.trim();
        match plain {
            "\"os\"" if inside => return None,
            "import \"os\"" => return None,
            "import (" => inside = true,
            _ if inside && listed.is_none() => {
                let later = !plain.starts_with('"') || plain > "\"os\"";
                listed = later.then_some(at);
                inside = plain != ")";
            }
            ")" => inside = false,
            _ if plain.starts_with("package ") && package.is_none() => {
                package = Some(at + line.len())
            }
            _ => {}
        }
        at += line.len();
    }
    match (listed, package) {
        (Some(at), _) => Some(Edit::insert(at, "\t\"os\"\n".to_owned())),
        (None, Some(at)) => Some(Edit::insert(at, "\nimport \"os\"\n".to_owned())),
        (None, None) => None,
    }
}
