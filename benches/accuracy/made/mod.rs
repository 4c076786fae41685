//! All generated cases. The same program makes the same cases.

pub mod case;
mod families;
pub mod fill;
mod tokens;
pub mod ways;

use std::collections::BTreeSet;

use keysweep::detect::Scanner;

use case::{Case, Part};
use families::{FAMILIES, Family, PLACES, url, xml};
use fill::{Random, Words};

use ways::{WAYS, write};

/// How many passwords are made up.
pub const PASSWORDS: usize = 500;

/// How often each class of look-alikes is drawn.
const LOOKALIKES: usize = 48;

pub fn all(scanner: &Scanner) -> Vec<Case> {
    let words = Words::read();
    let passwords = passwords(&words);
    let mut cases = Vec::new();
    families(&words, &passwords, &mut cases);
    ways(&passwords, &mut cases);
    tokens::of_rules(scanner, &mut cases);
    tokens::of_alphabets(&mut cases);
    tokens::nearly(scanner, &mut cases);
    lookalikes(&words, &mut cases);
    cases
}

/// Different passwords, pattern by pattern.
pub fn passwords(words: &Words) -> Vec<String> {
    let lines = include_str!("passwords.txt").lines();
    let patterns: Vec<&str> = lines.filter(|line| !line.starts_with("# ")).collect();
    let mut random = Random::named("passwords");
    let mut all = BTreeSet::new();
    let mut order = Vec::new();
    // Short patterns run out of new words.
    for pattern in patterns.iter().cycle().take(PASSWORDS * 4) {
        let password = words.fill(pattern, &mut random);
        if order.len() < PASSWORDS && password.len() >= 6 && all.insert(password.clone()) {
            order.push(password);
        }
    }
    order
}

fn families(words: &Words, passwords: &[String], cases: &mut Vec<Case>) {
    let tables = [(Part::Families, FAMILIES), (Part::Places, PLACES)];
    for (part, Family { id, path, text }) in tables
        .iter()
        .flat_map(|(part, all)| all.iter().map(move |one| (*part, one)))
    {
        for (n, password) in passwords.iter().enumerate() {
            let mut random = Random::named(&format!("{id} {n}"));
            let escaped = match () {
                () if text.contains("§x") => xml(password),
                () if text.contains("§u") => url(password),
                () => password.clone(),
            };
            let text = words.fill(&text.replace("§x", "§v").replace("§u", "§v"), &mut random);
            let (text, value) = write(&text, "password", &escaped);
            cases.push(Case {
                part,
                row: (*id).to_owned(),
                also: None,
                run: format!("family-{}", id.replace(' ', "-")),
                path: format!("{n:03}/{}", words.fill(path, &mut random)),
                text,
                value: Some(value),
            });
        }
    }
}

/// Names and values of machines for the ways of writing: those of two providers and two of nobody.
const TOKENS: &[(&str, &str)] = &[
    ("datadog api key", "«hex:32»"),
    ("mistral api key", "«alnum:32»"),
    ("client secret", "«alnum:32»"),
    ("service token", "«alnum:24»"),
];

fn ways(passwords: &[String], cases: &mut Vec<Case>) {
    let words = Words::read();
    for (number, way) in WAYS.iter().enumerate() {
        let mut push = |part, name: &str, value: &str, n: usize| {
            let value = match way.ext {
                "xml" => xml(value),
                _ if way.id == "url query" => url(value),
                _ => value.to_owned(),
            };
            let (text, value) = write(way.text, name, &value);
            cases.push(Case {
                part,
                row: way.id.to_owned(),
                also: (part == Part::WaysOfTokens).then(|| name.to_owned()),
                run: format!("way-{number}"),
                path: format!("{n:03}/main.{}", way.ext),
                text,
                value: Some(value),
            });
        };
        let people = passwords
            .iter()
            .take(if way.is_for_passwords() { PASSWORDS } else { 0 });
        for (n, password) in people.enumerate() {
            push(Part::Ways, "db password", password, n);
        }
        let nobody = way.is_for_passwords();
        for (n, (name, value)) in
            TOKENS
                .iter()
                .cycle()
                .enumerate()
                .take(if nobody { 80 } else { 0 })
        {
            let value = words.fill(value, &mut Random::named(&format!("{} {n}", way.id)));
            push(Part::WaysOfTokens, name, &value, PASSWORDS + n);
        }
        for (n, (name, value)) in
            TOKENS[..2]
                .iter()
                .cycle()
                .enumerate()
                .take(if nobody { 0 } else { 40 })
        {
            let value = words.fill(value, &mut Random::named(&format!("{} {n}", way.id)));
            push(Part::WaysOfTokens, name, &value, PASSWORDS + n);
        }
    }
}

/// The classes of `lookalikes.txt`, each drawn equally often.
fn lookalikes(words: &Words, cases: &mut Vec<Case>) {
    let text = include_str!("lookalikes.txt");
    for class in text.split("\n== ").skip(1) {
        let (head, rest) = class.split_once('\n').expect("a class has cases");
        let (kind, class) = head.split_once(' ').expect("a kind and a class");
        let part = match kind {
            "near" => Part::Near,
            "benign" => Part::Benign,
            other => panic!("no kind of look-alikes `{other}`"),
        };
        let rest = format!("\n{rest}");
        let templates: Vec<(&str, &str)> = rest
            .split("\n-- ")
            .skip(1)
            .map(|one| one.split_once('\n').expect("a path and a text"))
            .collect();
        for n in 0..LOOKALIKES {
            let (path, text) = templates[n % templates.len()];
            let mut random = Random::named(&format!("{class} {n}"));
            cases.push(Case {
                part,
                row: class.to_owned(),
                also: None,
                run: "lookalikes".to_owned(),
                path: format!(
                    "{}-{n}/{}",
                    class.replace(' ', "-"),
                    words.fill(path, &mut random)
                ),
                text: words.fill(text.trim_end(), &mut random) + "\n",
                value: None,
            });
        }
    }
}
