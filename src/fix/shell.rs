//! Repairs of shell scripts: `"${X:?}"`, with the quotes that the place needs. A variable that is not set ends the
//! script with a message, instead of going on without a password.

use std::ops::Range;

use super::{Edit, Repair, Unfixable, line_of};

/// What quotes a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quoted {
    Not,
    Single,
    Double,
    Comment,
    HereDocument,
}

pub(super) fn repair(text: &str, span: &Range<usize>, name: &str) -> Result<Repair, Unfixable> {
    let read = format!("${{{name}:?}}");
    let edit = match quoted(text, span.start) {
        Quoted::Comment => return Err(Unfixable::Comment),
        Quoted::HereDocument => return Err(Unfixable::HereDocument),
        Quoted::Double => Edit::replace(span, read),
        Quoted::Not => Edit::replace(span, format!("\"{read}\"")),
        Quoted::Single => {
            let whole = text[..span.start].ends_with('\'') && text[span.end..].starts_with('\'');
            match whole {
                // It was all that stood between the quotes.
                true => Edit::replace(&(span.start - 1..span.end + 1), format!("\"{read}\"")),
                false => Edit::replace(span, format!("'\"{read}\"'")),
            }
        }
    };
    let step =
        format!("Set {name} where the script runs, from a secret store and not in a file of git.");
    Ok(Repair {
        edits: vec![edit],
        steps: vec![step],
        ..Repair::default()
    })
}

/// What quotes the place `at`. Takes steps in proportion to the text before it.
fn quoted(text: &str, at: usize) -> Quoted {
    let bytes = text.as_bytes();
    // The innermost stands last; `$(` begins one that is not quoted by what is around it.
    let mut stack = vec![Quoted::Not];
    let mut documents: Vec<String> = Vec::new();
    let mut pos = 0;
    while pos < at {
        let now = *stack.last().unwrap_or(&Quoted::Not);
        let byte = bytes[pos];
        let starts_word = pos == 0 || matches!(bytes[pos - 1], b' ' | b'\t' | b'\n' | b';' | b'(');
        match (now, byte) {
            (Quoted::Single, b'\'') => {
                stack.pop();
            }
            (Quoted::Single, _) => {}
            (_, b'\\') => pos += 1,
            (_, b'$') if bytes.get(pos + 1) == Some(&b'(') => {
                stack.push(Quoted::Not);
                pos += 1;
            }
            (Quoted::Double, b'"') => {
                stack.pop();
            }
            (Quoted::Double, _) => {}
            (_, b'"') => stack.push(Quoted::Double),
            (_, b'\'') => stack.push(Quoted::Single),
            (_, b')') if stack.len() > 1 => {
                stack.pop();
            }
            (_, b'#') if starts_word => {
                let end = line_of(text, pos).end;
                if at < end {
                    return Quoted::Comment;
                }
                pos = end.saturating_sub(1);
            }
            (_, b'<') if text[pos..].starts_with("<<") && !text[pos..].starts_with("<<<") => {
                documents.extend(delimiter(&text[pos + 2..]));
                pos += 1;
            }
            (_, b'\n') if !documents.is_empty() => {
                for end in std::mem::take(&mut documents) {
                    let close = closed(text, pos + 1, &end);
                    if at < close {
                        return Quoted::HereDocument;
                    }
                    pos = close.saturating_sub(1);
                }
            }
            _ => {}
        }
        pos += 1;
    }
    *stack.last().unwrap_or(&Quoted::Not)
}

/// The word that ends a here-document.
fn delimiter(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches('-').trim_start_matches([' ', '\t']);
    let rest = rest.trim_start_matches(['\'', '"', '\\']);
    let word: String = rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

/// Where the here-document that starts at `from` is over: behind its last line.
fn closed(text: &str, from: usize, end: &str) -> usize {
    let mut at = from;
    for line in text.get(from..).unwrap_or_default().split_inclusive('\n') {
        at += line.len();
        if line.trim() == end {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str) -> String {
        let at = text.find("@@@").expect("marked");
        match repair(text, &(at..at + 3), "X") {
            Ok(repair) => super::super::apply(text, &repair.edits).expect("fits"),
            Err(why) => why.name().to_owned(),
        }
    }

    #[test]
    fn the_quotes_are_those_that_the_place_needs() {
        for (text, want) in [
            ("export T=@@@\n", "export T=\"${X:?}\"\n"),
            ("T=\"@@@\"\n", "T=\"${X:?}\"\n"),
            ("T='@@@'\n", "T=\"${X:?}\"\n"),
            ("curl -H \"Auth: @@@\" x\n", "curl -H \"Auth: ${X:?}\" x\n"),
            (
                "curl -H 'Auth: @@@' x\n",
                "curl -H 'Auth: '\"${X:?}\"'' x\n",
            ),
            (
                "a=\"$(curl -u 'me:@@@' x)\"\n",
                "a=\"$(curl -u 'me:'\"${X:?}\"'' x)\"\n",
            ),
            ("echo \"it's\"; T=@@@\n", "echo \"it's\"; T=\"${X:?}\"\n"),
            ("# it's\nT=@@@\n", "# it's\nT=\"${X:?}\"\n"),
            ("# T=@@@\n", "comment"),
            ("cat <<EOF\ntoken: @@@\nEOF\n", "here-document"),
            (
                "cat <<-'END'\nit's\n\tEND\nT=@@@\n",
                "cat <<-'END'\nit's\n\tEND\nT=\"${X:?}\"\n",
            ),
        ] {
            assert_eq!(fixed(text), want, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_a_panic(text in "[\"'$()#<EO\\\\\n é]{0,60}", at in 0usize..60) {
            let at = at.min(text.len());
            if text.is_char_boundary(at) {
                let _ = quoted(&text, at);
            }
        }
    }
}
