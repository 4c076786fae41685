//! Masked lines of code with a caret below what is masked.

use std::ops::Range;

use super::escape::terminal;
use super::paint::{Paint, bold, dim};
use crate::finding::Excerpt;

/// One line without its number, for a list whose places name it: `  | TOKEN=‹redacted›` and the caret.
pub(super) fn line(text: &str, mark: &Range<usize>, said: &str, paint: &Paint) -> String {
    let (mut text, mut mark) = shown(text, mark);
    let indent = text.chars().take_while(|c| *c == ' ').count();
    text = text.chars().skip(indent).collect();
    mark = mark.start.saturating_sub(indent)..mark.end.saturating_sub(indent);
    let (text, mark) = cut(&text, &mark, paint.code_width(4));
    let bar = paint.with(dim(), "|");
    let mut out = format!("  {bar} {}\n", text.trim_end());
    out.push_str(&carets("  ", (&text, &mark), said, paint));
    out
}

/// Whether a line can be read: not of a binary file, and not empty.
pub(super) fn is_text(line: &str) -> bool {
    let odd = |c: &char| *c == '\u{fffd}' || (*c != '\t' && super::escape::hidden(*c));
    let odd = line.chars().filter(odd).count();
    !line.trim().is_empty() && odd * 5 <= line.chars().count()
}

/// Numbered lines, the marked one with its caret.
pub(super) fn excerpt(of: &Excerpt, said: &str, paint: &Paint) -> String {
    let numbers = of.lines.iter().map(|(number, _)| number.to_string().len());
    let gutter = numbers.max().unwrap_or(1);
    let lines: Vec<(String, Range<usize>)> = of
        .lines
        .iter()
        .enumerate()
        .map(|(n, (_, line))| match n == of.marked {
            true => shown(line.as_str(), &of.mark),
            false => shown(line.as_str(), &(0..0)),
        })
        .collect();
    let indents = lines.iter().filter(|(text, _)| !text.trim().is_empty());
    let indents = indents.map(|(text, _)| text.chars().take_while(|c| *c == ' ').count());
    let indent = indents.min().unwrap_or(0);
    let mut out = String::new();
    let mut before: Option<u32> = None;
    for (n, ((number, _), (text, mark))) in of.lines.iter().zip(&lines).enumerate() {
        if before.is_some_and(|before| before + 1 < *number) {
            out.push_str(&format!("  {:gutter$} {}\n", "", paint.with(dim(), "…")));
        }
        before = Some(*number);
        let text: String = text.chars().skip(indent).collect();
        let mark = mark.start.saturating_sub(indent)..mark.end.saturating_sub(indent);
        let (text, mark) = cut(&text, &mark, paint.code_width(gutter + 5));
        let bar = paint.with(dim(), &format!("{number:>gutter$} |"));
        out.push_str(format!("  {bar} {text}").trim_end());
        out.push('\n');
        if n == of.marked {
            let gap = format!("  {:gutter$} ", "");
            out.push_str(&carets(&gap, (&text, &mark), said, paint));
        }
    }
    out
}

fn carets(gap: &str, (text, mark): (&str, &Range<usize>), said: &str, paint: &Paint) -> String {
    let alone = said.is_empty() && text.trim().chars().count() == mark.len();
    // Below a line that is nothing but the mask a caret says nothing more.
    if mark.is_empty() && said.is_empty() || alone {
        return String::new();
    }
    let bar = paint.with(dim(), "|");
    let carets = paint.with(bold(), &"^".repeat(mark.len()));
    let said = match (mark.is_empty(), said) {
        (_, "") => String::new(),
        (true, said) => said.to_owned(),
        (false, said) => format!(" {said}"),
    };
    format!(
        "{gap}{bar} {:start$}{carets}{said}\n",
        "",
        start = mark.start
    )
}

/// A line as a terminal may have it, and the mark in it: tabs are two blanks, and hidden characters escapes.
fn shown(text: &str, mark: &Range<usize>) -> (String, Range<usize>) {
    let part = |from: usize, to: usize| -> String {
        let part: String = text.chars().skip(from).take(to - from).collect();
        terminal(&part.replace('\t', "  "))
    };
    let before = part(0, mark.start);
    let marked = part(mark.start, mark.end);
    let start = before.chars().count();
    let end = start + marked.chars().count();
    let all = text.chars().count();
    (
        before + &marked + &part(mark.end, all.max(mark.end)),
        start..end,
    )
}

/// At most `room` columns of a line, around the mark.
fn cut(text: &str, mark: &Range<usize>, room: usize) -> (String, Range<usize>) {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= room {
        return (text.to_owned(), mark.clone());
    }
    // Two of the columns are the dots at both ends.
    let room = room.saturating_sub(2).max(1);
    let from = match mark.end > room {
        true => (mark.end + room / 4)
            .min(chars.len())
            .saturating_sub(room)
            .min(mark.start),
        false => 0,
    };
    let to = (from + room).min(chars.len());
    let mut out = String::new();
    if from > 0 {
        out.push('…');
    }
    let shift = |at: usize| at.clamp(from, to) - from + out.chars().count();
    let mark = shift(mark.start)..shift(mark.end);
    out.extend(&chars[from..to]);
    if to < chars.len() {
        out.push('…');
    }
    (out, mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Shown;

    #[test]
    fn the_caret_stands_below_the_mask() {
        let plain = Paint::plain();
        let drawn = line("\tkey = \"‹redacted›\"\u{1b}", &(8..18), "ghp_…", &plain);
        assert_eq!(
            drawn,
            "  | key = \"‹redacted›\"\\u{1b}\n  |        ^^^^^^^^^^ ghp_…\n"
        );
        let long = format!("{}‹redacted›{}", "x".repeat(300), "y".repeat(300));
        let drawn = line(&long, &(300..310), "", &plain);
        let (code, caret) = drawn.split_once('\n').expect("two lines");
        let at = code
            .chars()
            .position(|c| c == '‹')
            .expect("the mask is kept");
        assert!(code.chars().count() <= 110 && code.contains('…'), "{code}");
        assert_eq!(caret.find('^'), Some(at), "{drawn}");
    }

    #[test]
    fn lines_are_numbered_and_lose_what_they_are_indented_by() {
        let lines = [(9, "    a:"), (10, "      b: ‹redacted›"), (14, "    c:")];
        let of = Excerpt {
            lines: lines
                .map(|(number, text)| (number, Shown::ours(text)))
                .to_vec(),
            marked: 1,
            mark: 9..19,
        };
        assert_eq!(
            excerpt(&of, "", &Paint::plain()),
            "   9 | a:\n  10 |   b: ‹redacted›\n     |      ^^^^^^^^^^\n     …\n  14 | c:\n"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_too_much(text in "\\PC{0,300}", start in 0usize..300, len in 0usize..20) {
            let all = text.chars().count();
            let mark = start.min(all)..(start + len).min(all);
            let drawn = line(&text, &mark, "", &Paint::plain());
            proptest::prop_assert!(drawn.lines().all(|line| line.chars().count() <= 114));
        }
    }
}
