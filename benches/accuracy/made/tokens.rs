//! Tokens of every rule, made from the rule's own examples, and what is nearly one.

use keysweep::detect::Scanner;
use keysweep::example::expand;
use keysweep::finding::Exposure;
use keysweep::rule::{Kind, Rule};
use regex::bytes::Regex;

use super::case::{Case, Part};
use super::fill::{ALPHABETS, Random, alphabet};
use super::ways::write;

/// Where tokens stand. The marks are those of `ways.rs`.
const CARRIERS: &[(&str, &str, &str)] = &[
    ("env", ".env", "§N=§v\n"),
    ("yaml", "config/app.yml", "service:\n  §n: §v\n"),
    ("json", "config/app.json", "{\n  \"§n\": \"§v\"\n}\n"),
    ("toml", "app.toml", "[service]\n§n = \"§v\"\n"),
    ("python", "app/settings.py", "§N = '§v'\n"),
    ("js", "src/client.js", "const §c = '§v';\n"),
    (
        "java",
        "src/Client.java",
        "  private static final String §N = \"§v\";\n",
    ),
    ("go", "client/client.go", "\t§c := \"§v\"\n"),
    ("shell", "bin/run.sh", "export §N=\"§v\"\n"),
    ("dockerfile", "Dockerfile", "FROM alpine\nENV §N=§v\n"),
    (
        "xml",
        "conf/app.xml",
        "<config>\n  <§c>§v</§c>\n</config>\n",
    ),
    (
        "markdown",
        "guide/setup.md",
        "Set it up:\n\n```sh\nexport §N=§v\n```\n",
    ),
];

/// A token of a rule, apart from where its example puts it.
struct Token<'a> {
    rule: &'a Rule,
    /// The name that the example gives it to, in words.
    name: String,
    /// A template of the text that the rule matches.
    template: String,
}

/// The rules that find secrets.
fn rules(scanner: &Scanner) -> impl Iterator<Item = &Rule> {
    let all = scanner.rules().rules.iter();
    // A rule for one kind of place is not found in others.
    all.filter(|rule| rule.on && rule.exposure == Exposure::Secret)
        .filter(|rule| rule.place.path.is_empty() && rule.place.ext.is_empty())
        .filter(|rule| matches!(rule.kind, Kind::Token(_) | Kind::Context(_)))
}

/// A template cut into what expands by itself: a placeholder, a pair of braces, or a character.
fn pieces(template: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        let mut depth = 0usize;
        let closed = rest.char_indices().find_map(|(at, letter)| {
            match letter {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            (depth == 0).then(|| at + letter.len_utf8())
        });
        let length = match rest.starts_with("{{") || rest.starts_with("}}") {
            true => 2,
            false => closed.unwrap_or(rest.len()),
        };
        let (piece, more) = rest.split_at(length);
        pieces.push(piece);
        rest = more;
    }
    pieces
}

/// What an example gives its rule, by trying it: the value of a context rule, the whole match of a
/// token rule. None where it has several lines or does not stand on its own.
fn token<'a>(scanner: &Scanner, rule: &'a Rule, example: &str) -> Option<Token<'a>> {
    let pieces = pieces(example);
    let expanded: Result<Vec<String>, _> = pieces
        .iter()
        .zip(1..)
        .map(|(p, seed)| expand(p, seed))
        .collect();
    let expanded = expanded.ok()?;
    let text = expanded.concat();
    let found = scanner.scan(text.as_bytes());
    let found = found
        .iter()
        .find(|one| scanner.rules().rules[one.rule].id == rule.id)?;
    let span = match rule.kind {
        Kind::Token(_) => {
            let start = found.span.start.checked_sub(found.within.start)?;
            start..start + found.whole.len()
        }
        _ => found.span.clone(),
    };
    let mut at = 0;
    let mut template = String::new();
    for (piece, expanded) in pieces.iter().zip(&expanded) {
        let inside = span.start <= at && at + expanded.len() <= span.end;
        if inside {
            template.push_str(piece);
        } else if span.start < at + expanded.len() && at < span.end {
            return None;
        }
        at += expanded.len();
    }
    let taken = text.get(span)?;
    if taken.contains(['\n', '"', '\'', '<']) || template.is_empty() {
        return None;
    }
    let key = found.key.as_deref().map(String::from_utf8_lossy);
    let stem = rule.file.trim_end_matches(".toml");
    let name = key.map_or_else(|| format!("{stem} token"), |key| words(&key));
    Some(Token {
        rule,
        name: if name.is_empty() {
            format!("{stem} token")
        } else {
            name
        },
        template,
    })
}

/// A name in words: `datadogApiKey` and `DATADOG_API_KEY` are `datadog api key`.
fn words(name: &str) -> String {
    let mut out = String::new();
    let mut small = false;
    for letter in name.chars() {
        if small && letter.is_ascii_uppercase() {
            out.push(' ');
        }
        small = letter.is_ascii_lowercase();
        out.push(if letter.is_ascii_alphanumeric() {
            letter.to_ascii_lowercase()
        } else {
            ' '
        });
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A template whose random stretches are drawn here, without a second draw for those that look like
/// a word.
fn drawn(template: &str, random: &mut Random) -> String {
    replaced(template, &mut |letters, length| {
        random.text(letters, length)
    })
}

/// A template with something for each random stretch of it.
fn replaced(template: &str, text: &mut dyn FnMut(&str, usize) -> String) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, from)) = rest.split_once('{') {
        out.push_str(before);
        let inner = from.split_once('}');
        let stretch = inner.and_then(|(inner, after)| {
            let (name, length) = inner.split_once(':')?;
            Some((alphabet(name)?, length.parse().ok()?, after))
        });
        match stretch {
            Some((letters, length, after)) => {
                out.push_str(&text(letters, length));
                rest = after;
            }
            None => {
                out.push('{');
                rest = from;
            }
        }
    }
    out + rest
}

/// The tokens of every rule, in every carrier and as in its examples.
pub fn of_rules(scanner: &Scanner, cases: &mut Vec<Case>) {
    for rule in rules(scanner) {
        let tokens: Vec<Token<'_>> = rule
            .examples
            .iter()
            .filter_map(|one| token(scanner, rule, one))
            .collect();
        for (n, (carrier, path, text)) in CARRIERS.iter().enumerate() {
            let Some(token) = tokens.get(n % tokens.len().max(1)) else {
                break;
            };
            let mut random = Random::named(&format!("{} {carrier}", rule.id));
            let template = drawn(&token.template, &mut random);
            let value = expand(&template, n as u64).expect("it was expanded before");
            let (text, value) = write(text, &token.name, &value);
            cases.push(Case {
                part: Part::Rules,
                row: rule.id.to_string(),
                also: Some((*carrier).to_owned()),
                run: format!("rules-{carrier}"),
                path: format!("{}/{path}", rule.id),
                text,
                value: Some(value),
            });
        }
        for (n, example) in rule.examples.iter().enumerate() {
            let mut random = Random::named(&format!("{} example {n}", rule.id));
            let text = expand(&drawn(example, &mut random), n as u64)
                .expect("examples are templates")
                + "\n";
            cases.push(Case {
                part: Part::Rules,
                row: rule.id.to_string(),
                also: Some("as in its examples".to_owned()),
                run: "rules-examples".to_owned(),
                path: format!("{}/{n}.conf", rule.id),
                value: Some(0..text.len()),
                text,
            });
        }
    }
}

/// Truly random values of every alphabet, under names that no rule of a provider knows.
pub fn of_alphabets(cases: &mut Vec<Case>) {
    const NAMES: &[&str] = &["client secret", "auth token", "api key", "signing secret"];
    for (alphabet, letters) in ALPHABETS {
        for length in [16, 20, 24, 32, 40, 48, 64] {
            for n in 0..24 {
                let mut random = Random::named(&format!("{alphabet} {length} {n}"));
                let value = random.text(letters, length);
                let quoted = CARRIERS
                    .iter()
                    .filter(|(_, _, text)| text.contains(['"', '\'']));
                let (_, path, text) = quoted.cycle().nth(n).expect("there are some");
                let (text, value) = write(text, NAMES[n / 6], &value);
                cases.push(Case {
                    part: Part::Alphabets,
                    row: format!("{alphabet} ({} letters)", letters.len()),
                    also: Some(format!("{length} characters")),
                    run: "alphabets".to_owned(),
                    path: format!("{alphabet}{length}-{n}/{path}"),
                    text,
                    value: Some(value),
                });
            }
        }
    }
}

/// What is nearly a token of a rule: its near misses, a wrong checksum, a placeholder in its form, and
/// the form of another provider beside this one's word.
pub fn nearly(scanner: &Scanner, cases: &mut Vec<Case>) {
    let mut push = |row: &str, folder: String, n: usize, text: String| {
        cases.push(Case {
            part: Part::Near,
            row: row.to_owned(),
            also: None,
            run: "near".to_owned(),
            path: format!(
                "{}/{folder}/{}",
                row.replace(' ', "-"),
                CARRIERS[n % CARRIERS.len()].1
            ),
            text,
            value: None,
        });
    };
    let all: Vec<Token<'_>> = rules(scanner)
        .filter_map(|rule| {
            rule.examples
                .iter()
                .find_map(|one| token(scanner, rule, one))
        })
        .collect();
    for (n, one) in all.iter().enumerate() {
        let id = &one.rule.id;
        let carrier = CARRIERS[n % (CARRIERS.len() - 1)].2;
        let mut random = Random::named(&format!("{id} near"));
        for (at, near) in one.rule.near.iter().enumerate() {
            // References and words in angle brackets are cases of their own.
            if near.contains("<") || near.contains("${{") || near.contains("{check:") {
                continue;
            }
            let text =
                expand(&drawn(near, &mut random), n as u64).expect("near misses are templates");
            push(
                "a form missed by a little",
                format!("{id}-{at}"),
                n,
                text + "\n",
            );
        }
        if one.template.contains("{check:") {
            let value = expand(&drawn(&one.template, &mut random), n as u64).expect("valid");
            push(
                "a checksum that is wrong",
                id.to_string(),
                n,
                write(carrier, &one.name, &flipped(&value)).0,
            );
        }
        for (style, text) in PLACEHOLDERS.iter().enumerate() {
            let mut filled = |_: &str, length: usize| text.chars().cycle().take(length).collect();
            let template = replaced(&without_checks(&one.template), &mut filled);
            if n % PLACEHOLDERS.len() != style || template.contains('{') {
                continue;
            }
            push(
                "a placeholder in the form of a token",
                id.to_string(),
                n,
                write(carrier, &one.name, &template).0,
            );
        }
        let others: Vec<&Token<'_>> = all
            .iter()
            .filter(|other| is_foreign(scanner, one.rule, other.rule))
            .collect();
        if n % 3 == 0 && matches!(one.rule.kind, Kind::Context(_)) && !others.is_empty() {
            let other = random.pick(&others);
            let value = expand(&drawn(&other.template, &mut random), n as u64).expect("valid");
            if !fits(scanner, &one.rule.file, &value) {
                push(
                    "another's form beside a provider's word",
                    id.to_string(),
                    n,
                    write(carrier, &one.name, &value).0,
                );
            }
        }
    }
}

/// What people put in the place of random characters.
const PLACEHOLDERS: &[&str] = &[
    "x",
    "0",
    "EXAMPLE",
    "abcdefghijklmnopqrstuvwxyz",
    "1234567890",
    "X",
    "a1b2c3d4e5f6",
    "deadbeef",
];

/// A template whose checksums are not completed.
fn without_checks(template: &str) -> String {
    let Some((before, from)) = template.split_once("{check:") else {
        return template.to_owned();
    };
    let inner = from.split_once(':').map_or("", |(_, inner)| inner);
    match inner.rfind('}') {
        Some(end) => format!("{before}{}{}", &inner[..end], &inner[end + 1..]),
        None => template.to_owned(),
    }
}

/// With another letter or digit at the end.
fn flipped(value: &str) -> String {
    let at = value
        .rfind(|letter: char| letter.is_ascii_alphanumeric())
        .unwrap_or(0);
    let other = match value.as_bytes()[at] {
        b'0'..=b'8' => char::from(value.as_bytes()[at] + 1),
        b'9' => '0',
        b'z' => 'a',
        b'Z' => 'A',
        letter => char::from(letter + 1),
    };
    format!("{}{other}{}", &value[..at], &value[at + 1..])
}

/// A rule of another provider that knows its values by a word beside them only.
fn is_foreign(_: &Scanner, rule: &Rule, other: &Rule) -> bool {
    rule.file != other.file && matches!(other.kind, Kind::Context(_))
}

/// Whether a value has one of the forms of a provider.
fn fits(scanner: &Scanner, file: &str, value: &str) -> bool {
    let rules = scanner
        .rules()
        .rules
        .iter()
        .filter(|rule| rule.file == file);
    rules.into_iter().any(|rule| {
        let form = match &rule.kind {
            Kind::Context(context) => &context.value,
            Kind::Token(token) => &token.pattern,
            _ => return false,
        };
        let whole = Regex::new(&format!("(?-u)^(?:{form})$"));
        whole.is_ok_and(|whole| whole.is_match(value.as_bytes()))
    })
}
