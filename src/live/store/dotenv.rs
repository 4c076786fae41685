//! `dotenv:PATH#KEY`: one value of a file of settings. Every other byte of the file stays as it is, and so do its
//! mode and its owner; it is replaced whole or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{Around, Content, Store, Unwritten, place_and_key};
use crate::secret::Secret;

/// Longer files are no files of settings; bytes.
const MAX: u64 = 16 << 20;

/// One value of a file.
pub struct Dotenv<'a> {
    path: PathBuf,
    key: String,
    tracked: &'a dyn Fn(&Path) -> Result<bool, String>,
}

impl<'a> Dotenv<'a> {
    pub fn open(place: &str, around: &Around<'a>) -> Result<Self, String> {
        let (path, key) = place_and_key(place, "dotenv:deploy/.env#TOKEN")?;
        let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if !key.chars().all(is_key) {
            return Err("its key has letters, digits, `_`, `.` and `-`".into());
        }
        Ok(Dotenv {
            path: around.dir.join(path),
            key: key.to_owned(),
            tracked: around.tracked,
        })
    }

    /// The bytes of the file, and what the system says of it.
    fn bytes(&self) -> Result<(Vec<u8>, Metadata), String> {
        let cannot = |error: std::io::Error| format!("cannot be read: {error}");
        let meta = fs::symlink_metadata(&self.path).map_err(cannot)?;
        if meta.is_symlink() {
            return Err("is a symbolic link; name the file that it leads to".into());
        }
        if !meta.is_file() || meta.len() > MAX {
            return Err("is no file of settings".into());
        }
        if has_other_names(&meta) {
            return Err(
                "has another name (a hard link), under which the old value would stay".into(),
            );
        }
        let mut bytes = Vec::new();
        let file = File::open(&self.path).map_err(cannot)?;
        let meta = file.metadata().map_err(cannot)?;
        file.take(MAX).read_to_end(&mut bytes).map_err(cannot)?;
        Ok((bytes, meta))
    }

    /// Where the value stands.
    fn span(&self, bytes: &[u8]) -> Result<ValueSpan, String> {
        let mut spans: Vec<ValueSpan> = spans(bytes, self.key.as_bytes())
            .map_err(|line| format!("has a quote on line {line} that is not closed"))?;
        match spans.len() {
            1 => Ok(spans.remove(0)),
            0 => Err(format!(
                "has no line `{key}=…`; write an empty one first",
                key = self.key
            )),
            _ => Err(format!("has more than one line `{}=…`", self.key)),
        }
    }

    /// The file's own name for what is not yet the file, so that a later run finds what a crash left behind.
    fn unfinished(&self) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!(".{}.keysweep-new", name.trim_start_matches('.'));
        self.path.with_file_name(name)
    }

    /// Writes bytes beside the file, with its mode and owner.
    fn beside(&self, bytes: &[u8], meta: &Metadata) -> Result<PathBuf, String> {
        let path = self.unfinished();
        let cannot = |error: std::io::Error| format!("cannot be written: {error}");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(cannot(error)),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&path).and_then(|mut file| {
            file.write_all(bytes)?;
            like(&file, meta)?;
            file.sync_all()
        });
        if let Err(error) = written {
            let _ = fs::remove_file(&path);
            return Err(cannot(error));
        }
        Ok(path)
    }
}

impl Store for Dotenv<'_> {
    fn read(&mut self) -> Result<Content, String> {
        let (bytes, _) = self.bytes()?;
        let span = self.span(&bytes)?;
        Ok(Content::of(&span.value(&bytes)))
    }

    fn ready(&mut self) -> Result<(), String> {
        let (bytes, meta) = self.bytes()?;
        self.span(&bytes)?;
        if (self.tracked)(&self.path)? {
            return Err(
                "is tracked by git, and a value does not belong into a history; \
                        `git rm --cached` it and ignore it, or keep the value elsewhere"
                    .into(),
            );
        }
        // A copy as long as the new file will be: a full disk or a directory that cannot be written shows now.
        let copy = vec![b'#'; bytes.len() + 4096];
        let path = self.beside(&copy, &meta)?;
        fs::remove_file(path).map_err(|error| format!("cannot be written: {error}"))
    }

    fn write(&mut self, value: &Secret) -> Result<(), Unwritten> {
        let (before, meta) = self.bytes().map_err(Unwritten::untouched)?;
        let span = self.span(&before).map_err(Unwritten::untouched)?;
        let after = span.spliced(&before, value.expose());
        let after = after.map_err(Unwritten::untouched)?;
        let path = self.beside(&after, &meta).map_err(Unwritten::untouched)?;
        // Somebody may have saved the file meanwhile, who knows nothing of us.
        let same = self.bytes().is_ok_and(|(now, _)| now == before);
        let placed = match same {
            true => fs::rename(&path, &self.path)
                .map_err(|error| format!("cannot be replaced: {error}")),
            false => Err("was changed by somebody else at the same moment".to_owned()),
        };
        if let Err(why) = placed {
            let _ = fs::remove_file(&path);
            return Err(Unwritten::untouched(why));
        }
        if let Some(Ok(dir)) = self.path.parent().map(File::open) {
            let _ = dir.sync_all();
        }
        Ok(())
    }
}

/// Where a value stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ValueSpan {
    /// The value with its quotes.
    whole: Range<usize>,
    /// The quote around it.
    quote: Option<u8>,
}

impl ValueSpan {
    /// The value, without quotes and escapes.
    fn value(&self, bytes: &[u8]) -> Vec<u8> {
        let text = &bytes[self.whole.clone()];
        match self.quote {
            None => text.to_vec(),
            Some(b'"') => unescaped(&text[1..text.len() - 1]),
            Some(_) => text[1..text.len() - 1].to_vec(),
        }
    }

    /// The file with another value here.
    fn spliced(&self, bytes: &[u8], value: &[u8]) -> Result<Vec<u8>, String> {
        let (before, rest) = (&bytes[..self.whole.start], &bytes[self.whole.end..]);
        // Only a blank before it makes a comment of what follows; without one it would be read as a part of the value.
        let blank: &[u8] = match rest.first() {
            Some(b'#') => b" ",
            _ => b"",
        };
        Ok([before, &self.written(value)?, blank, rest].concat())
    }

    /// A value as it is written here: in the quotes that stand here, where it can stand in them. What means
    /// something in one of the dialects of such files is written in single quotes, which all of them take as it is.
    fn written(&self, value: &[u8]) -> Result<Vec<u8>, String> {
        let is_plain = |b: &u8| b.is_ascii_alphanumeric() || b"_-./+=:@%,~^*".contains(b);
        let quote = match (self.quote, value.iter().all(is_plain)) {
            (quote, true) => quote,
            (_, false) if !value.contains(&b'\'') => Some(b'\''),
            (_, false) => {
                return Err("has no way to write this value, which has a single quote".into());
            }
        };
        let quote: Vec<u8> = quote.into_iter().collect();
        Ok([&quote, value, &quote].concat())
    }
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        match (byte, bytes.as_slice().first()) {
            (b'\\', Some(next @ (b'"' | b'\\' | b'$' | b'`'))) => {
                out.push(*next);
                bytes.next();
            }
            _ => out.push(byte),
        }
    }
    out
}

/// The spans of a key; an error is the line (from 1) of a quote that nothing closes.
fn spans(bytes: &[u8], key: &[u8]) -> Result<Vec<ValueSpan>, usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = line_end(bytes, at);
        let line = &bytes[at..end];
        let Some((name, value_at)) = assignment(line) else {
            at = end + 1;
            continue;
        };
        let start = at + value_at;
        let span = match bytes.get(start) {
            Some(quote @ (b'"' | b'\'' | b'`')) => {
                let close = closing(bytes, start)
                    .ok_or_else(|| 1 + bytes[..start].iter().filter(|b| **b == b'\n').count())?;
                ValueSpan {
                    whole: start..close + 1,
                    quote: Some(*quote),
                }
            }
            _ => {
                let length = bare(&bytes[start..end]);
                // An empty value stands right behind the `=`: a shell would run what stands behind a blank.
                let start = match length {
                    0 => at + bytes[at..start].trim_ascii_end().len(),
                    _ => start,
                };
                ValueSpan {
                    whole: start..start + length,
                    quote: None,
                }
            }
        };
        // A value in quotes may go over several lines, which are no assignments.
        at = line_end(bytes, span.whole.end) + 1;
        if name == key {
            found.push(span);
        }
    }
    Ok(found)
}

/// The name that a line assigns to, and where in it the value begins.
fn assignment(line: &[u8]) -> Option<(&[u8], usize)> {
    let equals = line.iter().position(|b| *b == b'=')?;
    let name = line[..equals].trim_ascii();
    let name = match name.strip_prefix(b"export") {
        Some(rest) if rest.first().is_some_and(u8::is_ascii_whitespace) => rest.trim_ascii(),
        _ => name,
    };
    let is_key = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    if name.is_empty() || !name.iter().all(is_key) {
        return None;
    }
    let blanks = line[equals + 1..]
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    Some((name, equals + 1 + blanks))
}

/// The length of a value without quotes: to a comment or the end of the line, without blanks before it.
fn bare(rest: &[u8]) -> usize {
    let comment = rest
        .windows(2)
        .position(|pair| matches!(pair, b" #" | b"\t#"));
    let comment = match rest.first() {
        Some(b'#') => Some(0),
        _ => comment,
    };
    let value = &rest[..comment.unwrap_or(rest.len())];
    value.trim_ascii_end().len()
}

/// Where the quote that stands at `start` is closed.
fn closing(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes[start];
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote != b'\'' => at += 1,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    let at = at.min(bytes.len());
    bytes[at..]
        .iter()
        .position(|b| *b == b'\n')
        .map_or(bytes.len(), |end| at + end)
}

#[cfg(unix)]
fn has_other_names(meta: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(meta) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &Metadata) -> bool {
    false
}

/// Gives a file the owner and the mode of another.
#[cfg(unix)]
fn like(file: &File, meta: &Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (meta.uid(), meta.gid()) {
        fchown(file, Some(meta.uid()), Some(meta.gid()))?;
    }
    file.set_permissions(meta.permissions())
}

#[cfg(not(unix))]
fn like(file: &File, meta: &Metadata) -> std::io::Result<()> {
    file.set_permissions(meta.permissions())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file after `KEY` got a value.
    fn after(text: &str, value: &str) -> Result<String, String> {
        let bytes = text.as_bytes();
        let spans = spans(bytes, b"KEY").map_err(|line| line.to_string())?;
        let [span] = spans.as_slice() else {
            return Err(format!("{} lines", spans.len()));
        };
        let all = span.spliced(bytes, value.as_bytes())?;
        // Whatever the file looks like, what was written is read back from it.
        let again = self::spans(&all, b"KEY").expect("closed");
        assert_eq!(again.len(), 1, "{text:?}");
        assert_eq!(again[0].value(&all), value.as_bytes(), "{text:?}");
        Ok(String::from_utf8(all).expect("text"))
    }

    #[test]
    fn only_the_value_changes() {
        for (before, want) in [
            ("KEY=old\n", "KEY=new\n"),
            ("KEY=old", "KEY=new"),
            ("KEY=\n", "KEY=new\n"),
            ("KEY=", "KEY=new"),
            ("KEY = old  # why\r\nB=2\r\n", "KEY = new  # why\r\nB=2\r\n"),
            ("export KEY='old' # why\n", "export KEY='new' # why\n"),
            ("  KEY=\"o\\\"ld\"\n", "  KEY=\"new\"\n"),
            (
                "# KEY=no\nA=\"x\nKEY=inside\n\"\nKEY=old\n",
                "# KEY=no\nA=\"x\nKEY=inside\n\"\nKEY=new\n",
            ),
            ("KEY2=a\nKEY=old#no comment\n", "KEY2=a\nKEY=new\n"),
            ("KEY=# empty\n", "KEY=new # empty\n"),
            ("KEY= # empty\n", "KEY=new # empty\n"),
            ("KEY=\t# empty", "KEY=new\t# empty"),
            ("KEY=  \n", "KEY=new  \n"),
            ("KEY=''# empty\n", "KEY='new' # empty\n"),
            ("\u{feff}x\nKEY=old\n\n\n", "\u{feff}x\nKEY=new\n\n\n"),
        ] {
            assert_eq!(after(before, "new").as_deref(), Ok(want), "{before:?}");
        }
    }

    #[test]
    fn what_means_something_is_quoted() {
        assert_eq!(
            after("KEY=old\n", "a b$c#d").as_deref(),
            Ok("KEY='a b$c#d'\n")
        );
        assert_eq!(
            after("KEY=\"old\"\n", "a\\b").as_deref(),
            Ok("KEY='a\\b'\n")
        );
        assert!(after("KEY=old\n", "a'$b").is_err());
    }

    #[test]
    fn what_is_not_there_once_is_refused() {
        assert_eq!(after("A=1\n", "x"), Err("0 lines".into()));
        assert_eq!(after("KEY=1\nexport KEY=2\n", "x"), Err("2 lines".into()));
        assert_eq!(after("A=1\nKEY='open\n", "x"), Err("2".into()));
    }

    #[test]
    fn the_value_is_read_without_its_dress() {
        for (text, want) in [
            ("KEY=old # c\n", "old"),
            ("KEY='o\\ld'\n", "o\\ld"),
            ("KEY=\"o\\\"l\\\\d\"\n", "o\"l\\d"),
            ("KEY=\n", ""),
        ] {
            let spans = spans(text.as_bytes(), b"KEY").expect("closed");
            assert_eq!(spans[0].value(text.as_bytes()), want.as_bytes(), "{text}");
        }
    }
}
