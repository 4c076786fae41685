//! Law 1 and 7: what stands far away changes no verdict, and time is linear in the input.

use keysweep::detect::{Candidate, Scanner};
use proptest::prelude::*;

use crate::common::{Dir, expand, findings, jwt, line, token};

fn scanner() -> &'static Scanner {
    static SCANNER: std::sync::OnceLock<Scanner> = std::sync::OnceLock::new();
    SCANNER.get_or_init(|| Scanner::new(keysweep::builtin::set()))
}

/// Rule, start, length and value, without what only names the surroundings.
fn found(bytes: &[u8]) -> Vec<(String, usize, Vec<u8>)> {
    let rules = scanner().rules();
    scanner()
        .scan(bytes)
        .into_iter()
        .map(|c: Candidate| (rules.rules[c.rule].id.to_string(), c.span.start, c.value))
        .collect()
}

/// Lines with credentials of several kinds, each found when it stands alone.
fn lines() -> Vec<String> {
    vec![
        line(1),
        format!("{}\n", expand("STRIPE_API_KEY=sk_live_{alnum:24}", 2)),
        format!("Authorization: Bearer {}\n", jwt(1_700_000_000, 3)),
        expand(
            "DATABASE_URL = \"postgres://shop:{alnum:14}@db.internal:5432/shop\"\n",
            4,
        ),
        expand("{pem:RSA PRIVATE KEY}\n", 5),
        expand(
            "{b64:GITHUB_TOKEN={check:crc32-base62:ghp_{alnum:30}}}\n",
            6,
        ),
    ]
}

/// Text that is far away: at least a few windows of blank lines keep it so.
fn far(text: &str) -> String {
    format!("{text}{}", "\n".repeat(40_000))
}

#[test]
fn each_line_is_found_alone() {
    for line in lines() {
        assert_eq!(
            found(line.as_bytes()).len(),
            1,
            "{:?}",
            found(line.as_bytes()).len()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn far_text_changes_nothing(before in "[ -~\n]{0,400}", after in "[ -~\n]{0,400}") {
        let (before, after) = (far(&before), far("") + &after);
        for line in lines() {
            let alone = found(line.as_bytes());
            let inside: Vec<_> = found(format!("{before}{line}{after}").as_bytes())
                .into_iter()
                .filter(|(_, start, _)| (before.len()..before.len() + line.len()).contains(start))
                .map(|(rule, start, value)| (rule, start - before.len(), value))
                .collect();
            prop_assert!(alone == inside, "a finding moved, came or went in a line of {} bytes", line.len());
        }
    }

    #[test]
    fn tokens_keep_their_place_when_pushed_apart(gaps in proptest::collection::vec(0usize..300, 40)) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (at, gap) in gaps.iter().enumerate() {
            text.push_str(&" ".repeat(*gap));
            text.push('\n');
            let token = token(at as u64);
            expected.push((text.len(), token.clone().into_bytes()));
            text.push_str(&token);
        }
        let seen: Vec<_> = found(text.as_bytes())
            .into_iter()
            .map(|(_, start, value)| (start, value))
            .collect();
        prop_assert!(seen == expected, "{} of {} tokens in place", seen.len(), expected.len());
    }
}

#[test]
fn anchors_and_verdicts_of_parts_are_those_of_the_whole() {
    let text: String = (0..30).map(|n| lines()[n % 6].clone()).collect();
    let bytes = text.as_bytes();
    let count = |ranges: &[std::ops::Range<usize>]| {
        let mut out = Vec::new();
        for range in ranges {
            let mut anchors = Vec::new();
            scanner().anchors(bytes, range.clone(), |anchor| anchors.push(anchor));
            for anchor in &anchors {
                scanner().verdict(bytes, anchor, &mut out);
            }
        }
        let mut spans: Vec<_> = out.into_iter().map(|c| (c.span.start, c.rule)).collect();
        spans.sort_unstable();
        spans.dedup();
        spans
    };
    let whole = count(std::slice::from_ref(&(0..bytes.len())));
    assert!(whole.len() >= 30);
    // A cut at a line's end goes through no anchor.
    for cut in bytes
        .iter()
        .enumerate()
        .filter(|(_, b)| **b == b'\n')
        .map(|(at, _)| at + 1)
        .step_by(7)
    {
        assert_eq!(count(&[0..cut, cut..bytes.len()]), whole, "cut at {cut}");
    }
}

#[test]
fn two_hundred_kilobytes_of_tokens_side_by_side() {
    // No separator: every token stands in the alphabet of its neighbours. It must end, and what is
    // found must be in the text.
    let text: String = (0..5_000).map(token).collect();
    for (_, start, value) in found(text.as_bytes()) {
        assert_eq!(&text.as_bytes()[start..start + value.len()], &value[..]);
    }
    let openings = "-----BEGIN RSA PRIVATE KEY-----".repeat(6_000);
    let _ = found(openings.as_bytes());
    let schemes = "postgres://a:".repeat(15_000);
    let _ = found(schemes.as_bytes());
    let _ = found("eyJ".repeat(70_000).as_bytes());
    let _ = found("password=".repeat(22_000).as_bytes());
    let _ = found("%41".repeat(70_000).as_bytes());
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let dir = Dir::repo();
    for n in 0..60 {
        dir.write(
            &format!("d{}/f{n}.env", n % 7),
            lines().concat() + &line(n) + &line(n % 9),
        );
    }
    dir.commit("one");
    for verb in ["scan", "history"] {
        let one = dir.json(&[verb, "-j", "1"]);
        let two = dir.json(&[verb, "-j", "2"]);
        assert!(findings(&one).len() >= 60);
        assert_eq!(one, two, "{verb}");
    }
}
