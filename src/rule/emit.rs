//! The parts of a rule as Rust source, for the build script.

use super::*;

/// An expression of type `Lifetime` made of static data only.
pub fn lifetime(row: &Lifetime) -> String {
    format!(
        "Lifetime {{ rule: {}, longest: {}, seconds: {}, hard: {}, ended: {}, form_since: {}, source: {}, checked: {} }}",
        text(&row.rule),
        text(&row.longest),
        row.seconds,
        row.hard,
        text(&row.ended),
        text(&row.form_since),
        text(&row.source),
        text(&row.checked),
    )
}

/// An expression of type `ListKind` made of static data only.
pub fn list_kind(kind: &ListKind) -> String {
    let reads: Vec<String> = kind.reads.iter().map(list_read).collect();
    format!(
        "ListKind {{ id: {}, name: {}, docs: {}, checked: {}, export: {}, about: {}, holds: Holds::{:?}, ends: {}, by_id: {}, rules: {}, value: {}, reads: Cow::Borrowed(&[{}]) }}",
        text(&kind.id),
        text(&kind.name),
        text(&kind.docs),
        text(&kind.checked),
        text(&kind.export),
        text(&kind.about),
        kind.holds,
        kind.ends,
        kind.by_id,
        texts(&kind.rules),
        text(&kind.value),
        reads.join(", "),
    )
}

fn list_read(read: &ListRead) -> String {
    let field = |(field, from): &(ListField, List<ListFrom>)| {
        let from: Vec<String> = from.iter().map(list_from).collect();
        format!(
            "(ListField::{field:?}, Cow::Borrowed(&[{}]))",
            from.join(", ")
        )
    };
    let fields: Vec<String> = read.fields.iter().map(field).collect();
    format!(
        "ListRead {{ format: ListFormat::{:?}, each: {}, keyed: {}, inner: {}, needs: {}, when: {}, unless: {}, more: {}, fields: Cow::Borrowed(&[{}]) }}",
        read.format,
        texts(&read.each),
        read.keyed,
        text(&read.inner),
        texts(&read.needs),
        text(&read.when),
        text(&read.unless),
        text(&read.more),
        fields.join(", "),
    )
}

fn list_from(from: &ListFrom) -> String {
    let word = |(word, means): &(Text, Text)| format!("({}, {})", text(word), text(means));
    let words: Vec<String> = from.words.iter().map(word).collect();
    let hash = match from.hash {
        Some(kind) => format!("Some(HashKind::{kind:?})"),
        None => "None".to_owned(),
    };
    format!(
        "ListFrom {{ at: {}, find: {}, words: Cow::Borrowed(&[{}]), and: {}, before: {}, behind: {}, absent: {}, never_if: {}, plus_days: {}, part: Part::{:?}, hash: {hash}, base64: {} }}",
        text(&from.at),
        text(&from.find),
        words.join(", "),
        text(&from.and),
        text(&from.before),
        text(&from.behind),
        text(&from.absent),
        text(&from.never_if),
        text(&from.plus_days),
        from.part,
        from.base64,
    )
}

/// An expression of type `Rule` made of static data only.
pub fn rule(rule: &Rule) -> String {
    let Rule {
        id,
        name,
        provider,
        names,
        common,
        free_forms,
        source,
        severity,
        exposure,
        docs,
        rotate,
        console,
        checks,
        drawn,
        facts,
        kind,
        place,
        examples,
        near,
        shares,
        shown,
        on,
        provenance: _,
        file,
    } = rule;
    let kind = self::kind(kind);
    format!(
        "Rule {{ id: {}, name: {}, provider: {}, names: {}, common: {common}, free_forms: {}, source: Source::{source:?}, severity: Severity::{severity:?}, exposure: Exposure::{exposure:?}, docs: {}, rotate: {}, console: {}, checks: {}, drawn: {drawn}, facts: {}, kind: {kind}, place: Where {{ path: {}, ext: {} }}, examples: {}, near: {}, shares: {}, shown: {}, on: {on}, provenance: Provenance::Builtin, file: {} }}",
        text(id),
        text(name),
        text(provider),
        texts(names),
        text(free_forms),
        text(docs),
        text(rotate),
        text(console),
        named("Check", checks),
        named("FactDecoder", facts),
        texts(&place.path),
        texts(&place.ext),
        texts(examples),
        texts(near),
        texts(shares),
        text(shown),
        text(file),
    )
}

/// An expression of type `Kind`.
fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Token(t) => format!(
            "Kind::Token(Token {{ pattern: {}, strict: {}, literals: Cow::Borrowed(&[{}]), before: {}, after: {}, left: {:?}, right: {:?}, prefix: {}, next: {:?} }})",
            text(&t.pattern),
            text(&t.strict),
            t.literals
                .iter()
                .map(|l| format!("Literal {{ text: {}, fold: {} }}", text(&l.text), l.fold))
                .collect::<Vec<_>>()
                .join(", "),
            t.before,
            t.after,
            t.left,
            t.right,
            t.prefix,
            t.next
        ),
        Kind::Context(c) => format!(
            "Kind::Context(Context {{ words: {}, value: {}, alphabet: {:?}, len: {:?}, with: {} }})",
            texts(&c.words),
            text(&c.value),
            c.alphabet,
            c.len,
            text(&c.with)
        ),
        Kind::Generic(generic) => format!("Kind::Generic(Generic::{generic:?})"),
        Kind::File(f) => format!(
            "Kind::File(FileMark {{ path: {}, magic: Cow::Borrowed(&{:?}) }})",
            texts(&f.path),
            f.magic
        ),
    }
}

fn text(text: &Text) -> String {
    format!("Cow::Borrowed({:?})", text.as_ref())
}

fn named<T: std::fmt::Debug>(list: &str, items: &[T]) -> String {
    let inner: Vec<String> = items.iter().map(|one| format!("{list}::{one:?}")).collect();
    format!("Cow::Borrowed(&[{}])", inner.join(", "))
}

fn texts(list: &List<Text>) -> String {
    let inner: Vec<String> = list.iter().map(text).collect();
    format!("Cow::Borrowed(&[{}])", inner.join(", "))
}
