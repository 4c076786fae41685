//! A change as people read it: a unified diff whose lines hold no secret.
//!
//! What was changed is known, so it is written down and not looked for, as a library for differences would: that
//! takes longer the more was changed, and it would see no change in a line whose mask hides what is new.

use std::ops::Range;

use super::Edit;
use crate::secret::REDACTED;

/// Lines that stand before and behind a change.
const CONTEXT: usize = 3;

/// The lines of a text with its secrets masked; as many as the text has.
pub struct Masked {
    lines: Vec<String>,
}

impl Masked {
    /// Masks what stands at `secrets`, in bytes; they may overlap and go over several lines.
    pub fn new(text: &str, secrets: &[Range<usize>]) -> Self {
        let mut secrets: Vec<&Range<usize>> = secrets.iter().collect();
        secrets.sort_by_key(|span| (span.start, span.end));
        let mut lines = Vec::new();
        let mut at = 0;
        let mut first = 0;
        for line in text.split_inclusive('\n') {
            let end = at + line.len();
            // A long one may begin lines before; what ended before this line never comes back.
            while secrets.get(first).is_some_and(|span| span.end <= at) {
                first += 1;
            }
            lines.push(masked(line, at, &secrets[first..]));
            at = end;
        }
        Masked { lines }
    }
}

fn masked(line: &str, at: usize, secrets: &[&Range<usize>]) -> String {
    let mut out = String::new();
    let mut pos = 0;
    for span in secrets
        .iter()
        .take_while(|span| span.start < at + line.len())
    {
        let start = span.start.max(at) - at;
        let end = span.end.min(at + line.trim_end_matches(['\r', '\n']).len());
        let Some(end) = end.checked_sub(at).filter(|end| *end > start.max(pos)) else {
            continue;
        };
        out.push_str(line.get(pos..start.max(pos)).unwrap_or_default());
        if !out.ends_with(REDACTED) {
            out.push_str(REDACTED);
        }
        pos = end;
    }
    out.push_str(line.get(pos..).unwrap_or_default());
    out.trim_end_matches(['\r', '\n']).to_owned()
}

/// Lines of the text before that become lines of the text after; from 0, ends not included.
struct Change {
    before: Range<usize>,
    after: Range<usize>,
}

/// The diff of a file, or nothing where nothing changes. `text` is what the edits are of.
pub fn unified(path: &str, text: &str, edits: &[Edit], before: &Masked, after: &Masked) -> String {
    let mut changes = changes(text, edits);
    for change in &mut changes {
        // A line's end that is put in at the end of the text begins no line.
        change.after.end = change.after.end.min(after.lines.len());
    }
    let mut out = String::new();
    let mut rest = changes.as_slice();
    while let Some(first) = rest.first() {
        // Changes whose context meets are one hunk.
        let mut count = 1;
        while rest.get(count).is_some_and(|next| {
            next.before.start.saturating_sub(rest[count - 1].before.end) <= 2 * CONTEXT
        }) {
            count += 1;
        }
        let (hunk, later) = rest.split_at(count);
        rest = later;
        if out.is_empty() {
            out.push_str(&format!("--- a/{path}\n+++ b/{path}\n"));
        }
        let from = first.before.start.saturating_sub(CONTEXT);
        let last = &hunk[count - 1];
        let to = (last.before.end + CONTEXT).min(before.lines.len());
        let new_from = first.after.start - (first.before.start - from);
        let new_to = last.after.end + (to - last.before.end);
        out.push_str(&format!(
            "@@ -{} +{} @@\n",
            position(from, to),
            position(new_from, new_to)
        ));
        let mut at = from;
        let mut write = |sign: char, line: &str| out.push_str(&format!("{sign}{line}\n"));
        for change in hunk {
            for line in &before.lines[at..change.before.start] {
                write(' ', line);
            }
            for line in &before.lines[change.before.clone()] {
                write('-', line);
            }
            for line in &after.lines[change.after.clone()] {
                write('+', line);
            }
            at = change.before.end;
        }
        for line in &before.lines[at..to] {
            write(' ', line);
        }
    }
    out
}

/// `first,count`, counted from 1; of nothing the line before.
fn position(from: usize, to: usize) -> String {
    match to - from {
        0 => format!("{from},0"),
        1 => format!("{}", from + 1),
        count => format!("{},{count}", from + 1),
    }
}

/// The changed lines, in order, those that touch joined.
fn changes(text: &str, edits: &[Edit]) -> Vec<Change> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort();
    edits.dedup();
    let newlines = |part: &str| part.matches('\n').count();
    let mut out: Vec<Change> = Vec::new();
    // How many lines there are more after the edits so far.
    let mut more = 0isize;
    let (mut at, mut line) = (0, 0);
    for edit in edits {
        let (start, end) = edit.span;
        line += newlines(&text[at..start]);
        at = start;
        let replaced = newlines(&text[start..end]);
        let added = newlines(&edit.with) as isize - replaced as isize;
        let at_start = start == 0 || text[..start].ends_with('\n');
        let whole = start == end && at_start && edit.with.ends_with('\n');
        let before = match whole {
            true => line..line,
            false => line..line + replaced + 1,
        };
        let shift = |n: usize, by: isize| n.saturating_add_signed(by);
        let after = shift(before.start, more)..shift(before.end, more + added);
        more += added;
        match out.last_mut().filter(|last| last.before.end > before.start) {
            Some(last) => {
                last.before.end = last.before.end.max(before.end);
                last.after.end = after.end;
            }
            None => out.push(Change { before, after }),
        }
    }
    // Only what the text has: an edit at its end begins a line that was not there.
    let count = text.split_inclusive('\n').count();
    for change in &mut out {
        change.before.end = change
            .before
            .end
            .min(count)
            .max(change.before.start.min(count));
        change.before.start = change.before.start.min(count);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::apply;
    use super::*;

    fn diff(text: &str, edits: &[Edit]) -> String {
        let after = apply(text, edits).expect("they fit");
        unified(
            "a.py",
            text,
            edits,
            &Masked::new(text, &[]),
            &Masked::new(&after, &[]),
        )
    }

    #[test]
    fn changes_stand_in_hunks_with_three_lines_around() {
        let text: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let at = text.find("line 15").expect("there");
        let edits = [
            Edit::insert(0, "import os\n".to_owned()),
            Edit::replace(&(at..at + 7), "new".to_owned()),
        ];
        assert_eq!(
            diff(&text, &edits),
            "--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,4 @@\n+import os\n line 1\n line 2\n line 3\n\
             @@ -12,7 +13,7 @@\n line 12\n line 13\n line 14\n-line 15\n+new\n line 16\n line 17\n line 18\n"
        );
        assert_eq!(
            diff("a\n", &[Edit::insert(2, "b\n".to_owned())]),
            "--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n a\n+b\n"
        );
        assert_eq!(
            diff("a", &[Edit::insert(1, "\nb\n".to_owned())]),
            "--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n-a\n+a\n+b\n"
        );
        assert_eq!(diff("a\n", &[]), "");
    }

    #[test]
    fn lines_show_no_secret_and_stay_as_many() {
        let text = "a = hidden\nb\n---begin\nsecret\nend---\n";
        let at = text.find("hidden").expect("there");
        let long = text.find("---begin").expect("there");
        let masked = Masked::new(text, &[at..at + 6, long..text.len() - 1, at..at + 3]);
        let mark = REDACTED;
        assert_eq!(
            masked.lines,
            [&format!("a = {mark}"), "b", mark, mark, mark]
        );
    }
}
