//! Repairs: how a value is taken out of a file, by the family of the file. Each replaces the value by what the
//! family reads at run time (a variable, a secret of the host), and what cannot be replaced has a named reason.
//!
//! Everything here is a pure function of the text; `cli` reads and writes the files, and shows the steps that no
//! file can do. A repair never holds the value.

mod code;
mod diff;
mod family;
mod literal;
mod name;
mod shell;
mod sops;
mod terraform;
mod yaml;

use std::ops::Range;

pub use diff::{Masked, unified};
pub use family::Family;
pub use name::{Subject, names};
pub use sops::steps as sops_steps;

use crate::finding::Region;

/// One change of a text: what stands at `span` (in bytes) becomes `with`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; empty where something is put in.
    pub span: (usize, usize),
    /// What stands there then.
    pub with: String,
}

impl Edit {
    fn replace(span: &Range<usize>, with: String) -> Self {
        Edit {
            span: (span.start, span.end),
            with,
        }
    }

    fn insert(at: usize, with: String) -> Self {
        Edit {
            span: (at, at),
            with,
        }
    }
}

/// What takes a value out of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    /// Changes of the file itself.
    pub edits: Vec<Edit>,
    /// A line for a file beside it: the name of that file, and the line without its end.
    pub beside: Option<(String, String)>,
    /// What is to be done where it runs, in full sentences.
    pub steps: Vec<String>,
}

/// Why a value is not taken out by an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfixable {
    /// Files of this kind cannot refer to a value elsewhere, or nobody can tell how.
    NoFamily,
    /// It stands in a comment.
    Comment,
    /// It stands in no literal of the language.
    NoLiteral,
    /// It goes over several lines.
    SeveralLines,
    /// The text is put together from parts.
    Composed,
    /// A constant, a default or an annotation takes no expression.
    Constant,
    /// The place takes no expression: a key, an import, a flow of YAML.
    NoExpression,
    /// A manifest of a Secret is there to hold the value.
    SecretManifest,
    /// It is no `value` of an environment variable.
    NoEnvironment,
    /// The default of a variable: the line goes, and the value is set outside.
    Default,
    /// A here-document, whose quoting is not followed.
    HereDocument,
    /// The value stands inside an encoding, an archive or a name.
    NotPlain,
    /// The file is not UTF-8.
    NotText,
    /// So many places of the file are changed already.
    ManyPlaces,
}

/// Places of one file that are changed in one run. Each is looked at with all that stands before it, so without
/// an end the work would grow with the places times the file.
pub const PLACES_MAX: usize = 200;

impl Unfixable {
    /// The word of messages.
    pub fn name(self) -> &'static str {
        match self {
            Unfixable::NoFamily => "no-reference",
            Unfixable::Comment => "comment",
            Unfixable::NoLiteral => "no-literal",
            Unfixable::SeveralLines => "several-lines",
            Unfixable::Composed => "composed",
            Unfixable::Constant => "constant",
            Unfixable::NoExpression => "no-expression",
            Unfixable::SecretManifest => "secret-manifest",
            Unfixable::NoEnvironment => "no-environment",
            Unfixable::Default => "default",
            Unfixable::HereDocument => "here-document",
            Unfixable::NotPlain => "not-plain",
            Unfixable::NotText => "not-text",
            Unfixable::ManyPlaces => "many-places",
        }
    }

    /// What is so and what to do, as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Unfixable::NoFamily => {
                "files of this kind have no reference that this program knows how to write"
            }
            Unfixable::Comment => "it stands in a comment: delete it there",
            Unfixable::NoLiteral => "it stands in no text literal of the language",
            Unfixable::SeveralLines => {
                "it goes over several lines: keep it in a file of its own, outside of git"
            }
            Unfixable::Composed => {
                "the text around it is put together from parts: read the value in one of them"
            }
            Unfixable::Constant => {
                "a constant, a default or an annotation takes no expression: read the value where it is used"
            }
            Unfixable::NoExpression => {
                "the place takes no expression: read the value into a variable first"
            }
            Unfixable::SecretManifest => {
                "a manifest of a Secret is there to hold the value: encrypt the file (SOPS, Sealed Secrets), or let \
                 External Secrets fetch it"
            }
            Unfixable::NoEnvironment => {
                "it is not the value of an environment variable: make it one, and let it refer to a Secret"
            }
            Unfixable::Default => {
                "it is the default of a variable: delete that line, and set the variable outside of git"
            }
            Unfixable::HereDocument => {
                "it stands in a here-document, whose quoting is not followed"
            }
            Unfixable::NotPlain => {
                "it stands inside an encoding, an archive or a name, not in the text of a file"
            }
            Unfixable::NotText => "the file is not UTF-8",
            Unfixable::ManyPlaces => {
                "200 places of a file are changed in one run: when that is done, run it again for the others"
            }
        }
    }
}

/// The repair of one value at `span` (in bytes) of the file at `path`, which is read from a variable called
/// `name` then. It is the first of its kind that fits the family of the file.
///
/// # Errors
/// Why no edit takes it out.
pub fn repair(
    path: &str,
    text: &str,
    span: &Range<usize>,
    name: &str,
) -> Result<Repair, Unfixable> {
    let family = Family::of(path, text).ok_or(Unfixable::NoFamily)?;
    if text
        .get(span.clone())
        .is_none_or(|value| value.contains('\n'))
    {
        return Err(Unfixable::SeveralLines);
    }
    match family {
        Family::Python
        | Family::JavaScript
        | Family::Go
        | Family::Ruby
        | Family::Java
        | Family::Php
        | Family::CSharp
        | Family::Rust
        | Family::Kotlin
        | Family::Scala
        | Family::Swift
        | Family::C
        | Family::Cpp => {
            let edits = code::edits(family, text, span, name)?;
            let step =
                format!("Set {name} in the environment of the program, from a secret store.");
            Ok(Repair {
                edits,
                steps: vec![step],
                ..Repair::default()
            })
        }
        Family::Terraform => terraform::repair(text, span, name),
        Family::Shell => shell::repair(text, span, name),
        Family::Dotenv => dotenv(path, text, span),
        Family::GithubActions
        | Family::GitlabCi
        | Family::Kubernetes
        | Family::Compose
        | Family::Spring => yaml::repair(family, text, span, name),
    }
}

/// The name of the setting that the value at `span` is given to, where a program says it on its line. For values of
/// which no rule read a name.
pub fn name_at<'t>(path: &str, text: &'t str, span: &Range<usize>) -> Option<&'t str> {
    let family = Family::of(path, text)?;
    literal::is_program(family)
        .then(|| code::name_before(text, span.start))
        .flatten()
}

/// A file of settings for one machine: it leaves git, and an example without values takes its place.
fn dotenv(path: &str, text: &str, span: &Range<usize>) -> Result<Repair, Unfixable> {
    let line = line_of(text, span.start);
    let line = &text[line.start..line.end];
    let plain = line.trim_start();
    if plain.starts_with('#') {
        return Err(Unfixable::Comment);
    }
    let (key, _) = plain.split_once('=').ok_or(Unfixable::NoLiteral)?;
    let file = path.rsplit('/').next().unwrap_or(path);
    let ignored =
        format!("Take the file out of git (git rm --cached {file}) and name it in .gitignore.");
    Ok(Repair {
        edits: Vec::new(),
        beside: Some((format!("{path}.example"), format!("{}=", key.trim_end()))),
        steps: vec![ignored],
    })
}

/// The text after all edits, which must not overlap; of equal ones one counts.
///
/// # Errors
/// Two of them want the same stretch.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, Unfixable> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort();
    edits.dedup();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = edit.span;
        let kept = text.get(at..start).ok_or(Unfixable::Composed)?;
        out.push_str(kept);
        out.push_str(&edit.with);
        at = end;
    }
    out.push_str(text.get(at..).ok_or(Unfixable::Composed)?);
    Ok(out)
}

/// Where a region stands in a text, in bytes; `None` where the text has no such place. Lines and columns count
/// from 1, columns in code points.
pub fn span(text: &str, region: Region) -> Option<Range<usize>> {
    let place = |line: u32, column: u32| {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        let start = starts.into_iter().nth(line.checked_sub(1)? as usize)?;
        let rest = &text[start..];
        let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        Some(start + ends.nth(column.checked_sub(1)? as usize)?)
    };
    let span =
        place(region.start_line, region.start_column)?..place(region.end_line, region.end_column)?;
    (span.start < span.end).then_some(span)
}

/// The line that holds a place, without its end.
fn line_of(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |len| at + len);
    let end = if text[..end].ends_with('\r') && end > start {
        end - 1
    } else {
        end
    };
    start..end
}
