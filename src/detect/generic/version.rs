//! Numbers of versions.

use super::bytes::all;

/// `1.2.3`, `v2.0.0-rc.1`, `^1.2.3`, `>= 1.2`, also behind a package's name.
pub(super) fn is_version(value: &[u8]) -> bool {
    if value.len() > 80 {
        return false;
    }
    let text = value.trim_ascii();
    if is_pinned_branch(text) {
        return true;
    }
    let last = text
        .iter()
        .rposition(|b| *b == b' ')
        .map_or(text, |blank| &text[blank + 1..]);
    let head = text[..text.len() - last.len()].trim_ascii_end();
    let package = all(head, |b| {
        b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.')
    });
    let operator = all(head, |b| {
        matches!(b, b'^' | b'~' | b'<' | b'>' | b'=' | b'!')
    });
    (head.is_empty() || package || operator) && version(last, operator)
}

/// A version without blanks; `two` numbers are enough behind an operator.
/// `dev-main#0a1b2c3`, `1.x-dev#0a1b2c3`: a branch and a commit of it, as Composer writes them.
fn is_pinned_branch(text: &[u8]) -> bool {
    let Some(at) = memchr::memrchr(b'#', text) else {
        return false;
    };
    let (branch, commit) = (&text[..at], &text[at + 1..]);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'/');
    (branch.starts_with(b"dev-") || branch.ends_with(b"-dev"))
        && all(branch, plain)
        && (7..=40).contains(&commit.len())
        && commit.iter().all(u8::is_ascii_hexdigit)
}

fn version(text: &[u8], two: bool) -> bool {
    let mark = text
        .iter()
        .take_while(|b| matches!(b, b'^' | b'~' | b'<' | b'>' | b'='))
        .count();
    let rest = &text[mark..];
    let rest = rest.strip_prefix(b"v").unwrap_or(rest);
    let cut = rest
        .iter()
        .position(|b| !b.is_ascii_digit() && *b != b'.')
        .unwrap_or(rest.len());
    // A dot before a word belongs to the word.
    let cut = cut - usize::from(cut < rest.len() && cut > 0 && rest[cut - 1] == b'.');
    let (numbers, tail) = rest.split_at(cut);
    let mut count = 0;
    for number in numbers.split(|b| *b == b'.') {
        if !(1..=5).contains(&number.len()) {
            return false;
        }
        count += 1;
    }
    let enough = if mark > 0 || two { 2 } else { 3 };
    (enough..=4).contains(&count) && (tail.is_empty() || suffix(tail))
}

/// `-rc.1`, `-beta2`, `.Final`, `+20240131`: short words and numbers, which random text is not.
fn suffix(tail: &[u8]) -> bool {
    let operator = |b: &u8| matches!(b, b'-' | b'+' | b'.');
    let word = |part: &[u8]| {
        let letters = part.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        part.len() <= 14
            && letters <= 8
            && part[letters..].iter().all(u8::is_ascii_digit)
            && part[letters..].len() <= 8
    };
    tail.len() <= 24
        && tail
            .first()
            .is_some_and(|b| operator(b) || b.is_ascii_lowercase())
        && tail
            .split(operator)
            .skip(usize::from(operator(&tail[0])))
            .all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_no_secrets() {
        for version in [
            "7.4.0",
            "^1.2.3",
            "~1.2",
            ">=3.10",
            ">= 3.10",
            "v2.0.0-rc.1",
            "5.6.7.Final",
            "1.0.0-SNAPSHOT",
            "0.12.3+20240131",
            "some-crate-for-secrets 0.3.1",
            "dev-maple#0a1b2c3d4e",
            "1.4.x-dev#0a1b2c3",
        ] {
            assert!(is_version(version.as_bytes()), "{version}");
        }
        for other in [
            "7.4",
            "1.2.3.4.5",
            "12.34.xyzzy",
            "3.1.4-Kq7Zr2Wm9Tb4",
            "2024.Maple-Tree",
            "Maple 3.1.4 Tree",
            "maple-dev#0a1b2",
            "maple#0a1b2c3d4e",
        ] {
            assert!(!is_version(other.as_bytes()), "{other}");
        }
    }
}
