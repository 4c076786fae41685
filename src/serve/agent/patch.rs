//! Patches of the form `*** Begin Patch`, which Codex and others apply
//! (<https://developers.openai.com/api/docs/guides/tools-apply-patch>).

use std::collections::BTreeSet;

use super::edit::{Edit, Piece};

const BEGIN: &str = "*** Begin Patch";

/// Programs that a patch is handed to.
const PROGRAMS: &[&str] = &["apply_patch", "applypatch"];
/// Shells that may be asked to start one of them.
const SHELLS: &[&str] = &[
    "bash -lc ",
    "bash -c ",
    "sh -lc ",
    "sh -c ",
    "zsh -lc ",
    "zsh -c ",
];

/// Takes apart a text that holds a patch; says whether it does.
///
/// Each stretch of a file is a replacement in it. That is so only where nothing but a patch can be meant. Around
/// anything else these lines are what any text is, and a command may write them to a file as they are. What a
/// patch says of the old lines is no proof that they stand there: everything but the lines that come is judged as a
/// text by itself, beside what the files hold.
pub(super) fn take_apart(text: &str, pieces: &mut Vec<Piece>) -> bool {
    let Some(at) = text.find(BEGIN) else {
        return false;
    };
    let files = named(&text[at..]);
    let rest = match is_handed_over(&text[..at]) && text[at..].lines().next() == Some(BEGIN) {
        true => {
            let mut reading = Reading {
                rest: text[..at].to_owned(),
                file: None,
                ended: false,
                pieces,
            };
            text[at..]
                .lines()
                .skip(1)
                .for_each(|line| reading.line(line));
            reading.close();
            reading.rest
        }
        false => text.to_owned(),
    };
    if !rest.trim().is_empty() {
        pieces.push(Piece::Loose {
            name: "tool-call.sh",
            text: rest,
            files,
        });
    }
    true
}

/// The files that a patch changes.
fn named(patch: &str) -> Vec<String> {
    let heads = ["*** Update File: ", "*** Delete File: "];
    let path = |line: &str| {
        heads
            .iter()
            .find_map(|head| Some(line.strip_prefix(head)?.trim().to_owned()))
    };
    let all: BTreeSet<String> = patch.lines().filter_map(path).collect();
    all.into_iter().collect()
}

/// Whether what stands before a patch hands it to the program that applies it, as an argument or a here document,
/// and does nothing else.
fn is_handed_over(before: &str) -> bool {
    const QUOTES: [char; 2] = ['\'', '"'];
    let mut rest = before.trim();
    if rest.is_empty() {
        return true;
    }
    if let Some(inner) = SHELLS.iter().find_map(|shell| rest.strip_prefix(shell)) {
        rest = inner.trim_start().trim_start_matches(QUOTES);
    }
    let program = PROGRAMS
        .iter()
        .find_map(|program| rest.strip_prefix(program));
    let Some(rest) = program.map(str::trim) else {
        return false;
    };
    match rest.strip_prefix("<<") {
        Some(mark) => {
            let mark = mark.trim_start_matches('-').trim().trim_matches(QUOTES);
            mark.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        }
        None => rest.chars().all(|c| QUOTES.contains(&c)),
    }
}

/// Lines of a patch, as they are read.
struct Reading<'p> {
    /// What is no line that comes.
    rest: String,
    file: Option<File>,
    /// The patch is over; what comes now is none of it.
    ended: bool,
    pieces: &'p mut Vec<Piece>,
}

struct File {
    path: String,
    from: Option<String>,
    edits: Vec<Edit>,
}

impl Reading<'_> {
    fn line(&mut self, line: &str) {
        let open = |path: &str, from| {
            Some(File {
                path: path.trim().to_owned(),
                from,
                edits: vec![Edit::default()],
            })
        };
        if self.ended {
            // It is kept as it is.
        } else if let Some(path) = line.strip_prefix("*** Move to: ") {
            let from = self.file.take().map(|file| file.path);
            self.file = open(path, from);
        } else if let Some(path) = ["*** Add File: ", "*** Update File: "]
            .iter()
            .find_map(|head| line.strip_prefix(head))
        {
            self.close();
            self.file = open(path, None);
        } else if line.starts_with("*** ") {
            self.close();
            self.ended = line.starts_with("*** End Patch");
        } else if let Some(file) = &mut self.file {
            if line.starts_with("@@") {
                file.edits.push(Edit::default());
            } else if let Some(edit) = file.edits.last_mut() {
                edit.line(line);
            }
            // The lines that come are judged in their file.
            if line.starts_with('+') {
                return;
            }
            self.keep(line.strip_prefix(['-', ' ']).unwrap_or(line));
            return;
        }
        self.keep(line);
    }

    fn keep(&mut self, line: &str) {
        self.rest.push('\n');
        self.rest.push_str(line);
    }

    fn close(&mut self) {
        let Some(mut file) = self.file.take() else {
            return;
        };
        file.edits.retain(|edit| edit.old != edit.new);
        if !file.edits.is_empty() {
            self.pieces.push(Piece::Edits {
                path: file.path,
                from: file.from,
                edits: file.edits,
            });
        }
    }
}

impl Edit {
    /// A line of a patch: what goes, what comes, or what stays.
    fn line(&mut self, line: &str) {
        let (sides, text): (&mut [&mut String], &str) = match line.as_bytes().first() {
            Some(b'-') => (&mut [&mut self.old], &line[1..]),
            Some(b'+') => (&mut [&mut self.new], &line[1..]),
            Some(b' ') => (&mut [&mut self.old, &mut self.new], &line[1..]),
            _ => (&mut [&mut self.old, &mut self.new], line),
        };
        for side in sides {
            side.push_str(text);
            side.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_handed_over;

    #[test]
    fn only_the_program_that_applies_a_patch_is_believed() {
        for before in [
            "",
            "\n",
            "apply_patch ",
            "apply_patch <<'EOF'\n",
            "apply_patch << EOF\n",
            "bash -lc 'apply_patch <<-\"X\"\n",
            "applypatch '",
        ] {
            assert!(is_handed_over(before), "{before}");
        }
        for before in [
            "cat > .env <<'EOF'\n",
            "echo '",
            "apply_patch; cat > .env <<E\n",
            "apply_patch <<$(id)\n",
            "apply_patch | tee .env <<E\n",
            "apply_patch > .env <<E\n",
            "apply_patch <<E\nE\ntee env <<E\n",
        ] {
            assert!(!is_handed_over(before), "{before}");
        }
    }
}
