//! Rule files that name rule files: packs.
//!
//! Who may make us read outside of what is scanned: nobody but the user. A configuration that came with what
//! is scanned names packs beside itself alone. A file that the user names (`--config`, `--rules`) may name a
//! pack anywhere, and then says what it holds: by its SHA-256, so that nobody who can write there changes the
//! rules unseen. A pack may name packs in turn. It leads outside only where its own content is pinned by such
//! a digest, on every step from the user's file on: a pack in the working tree that merely has a path came
//! with what is scanned, whoever named it. And what a pack outside names is pinned, too, as a digest of one
//! file says nothing of another.
//!
//! The digest that a file really has is told only where somebody with that right asked for it. Otherwise a
//! repository could make a report tell the digest of any file of the machine.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use super::one;
use keysweep::hex::hex;
use keysweep::rule::{Pack, Provenance, RuleSet};
use keysweep::source::{self, Side};

/// Packs that name packs: more than this in a row are a mistake or an attack.
const MAX_DEPTH: usize = 8;
/// So many packs in all.
const MAX_PACKS: usize = 100;

/// What the paths in a file are relative to.
#[derive(Clone, Debug)]
pub enum Place {
    /// A directory that the user chose.
    Disk(PathBuf),
    /// A directory on a side of what is scanned: empty, or ending in `/`.
    Side(Side, String),
}

/// A file that was read.
struct Text {
    /// As messages name it.
    name: String,
    bytes: Vec<u8>,
    /// The same for the same file, however it is named.
    id: String,
    /// What its own paths are relative to.
    place: Place,
}

impl Place {
    fn read(&self, path: &str) -> Result<Option<Text>> {
        match self {
            Place::Disk(dir) => of_disk(&dir.join(path)),
            Place::Side(from, below) => {
                let path = format!("{below}{path}");
                let file = source::read_side(from, &[&path])?.pop().flatten();
                let folder = path.rfind('/').map_or("", |at| &path[..=at]);
                Ok(file.map(|file| Text {
                    name: file.name,
                    bytes: file.bytes,
                    place: Place::Side(from.clone(), folder.to_owned()),
                    id: path.clone(),
                }))
            }
        }
    }

    /// Whether a symbolic link leads out of the directory. On a side of what is scanned none is followed.
    fn leads_out(&self, path: &str) -> bool {
        let Place::Disk(dir) = self else {
            return false;
        };
        let dir = match dir.as_os_str().is_empty() {
            true => std::path::Path::new("."),
            false => dir,
        };
        match (dir.canonicalize(), dir.join(path).canonicalize()) {
            (Ok(dir), Ok(real)) => !real.starts_with(dir),
            // What is not there is said by whoever reads it.
            _ => false,
        }
    }

    fn provenance(&self) -> Provenance {
        match self {
            Place::Disk(_) => Provenance::User,
            Place::Side(..) => Provenance::Repository,
        }
    }
}

fn of_disk(path: &std::path::Path) -> Result<Option<Text>> {
    let name = path.display().to_string();
    let cannot = || format!("the rule file {name} cannot be read");
    // A FIFO would be waited for.
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = one::read(path)?;
    let real = path.canonicalize().with_context(cannot)?;
    Ok(Some(Text {
        id: real.display().to_string(),
        place: Place::Disk(real.parent().unwrap_or(&real).to_owned()),
        name,
        bytes,
    }))
}

/// How a file names another one.
pub struct Named<'a> {
    /// What the path is relative to.
    pub place: &'a Place,
    /// The path and the digest.
    pub pack: &'a Pack,
    /// File, line and key, for messages. The path is not quoted: a credential may stand there by mistake.
    pub said: &'a str,
    /// Whether it may lead outside, with a digest.
    pub reaches: bool,
    /// Whether it needs a digest wherever it leads.
    pub pinned: bool,
    /// Whether a symbolic link that the user may have put there is followed outside all the same.
    pub links: bool,
}

/// Adds packs to a set, each once.
pub struct Packs<'r> {
    rules: &'r mut RuleSet,
    /// The packs on the way to the one that is read.
    above: Vec<String>,
    done: BTreeSet<String>,
}

impl<'r> Packs<'r> {
    /// Adds to `rules`.
    pub fn new(rules: &'r mut RuleSet) -> Self {
        Packs {
            rules,
            above: Vec::new(),
            done: BTreeSet::new(),
        }
    }

    /// Adds the rules of a pack and of the packs that it names.
    ///
    /// # Errors
    /// It is not there, is refused, or is not what its digest says; it leads outside without a right to; packs
    /// go in a circle, are too many, or too deep.
    pub fn add(&mut self, named: &Named<'_>) -> Result<()> {
        let Named { pack, said, .. } = named;
        let outside = !pack.is_inside() || !named.links && named.place.leads_out(&pack.path);
        if outside && !named.reaches {
            bail!(
                "{said}: a pack outside this directory is for the user to name: in a file that --config or \
                 --rules names, or in a pack that such a file names with its `sha256:`"
            );
        }
        if (outside || named.pinned) && pack.sha256.is_none() {
            bail!(
                "{said}: a pack outside needs its digest: `PATH sha256:DIGEST` (`sha256sum FILE` prints it)"
            );
        }
        let text = named.place.read(&pack.path)?;
        let text = text.with_context(|| {
            format!(
                "{said}: the rule file is not there; paths are relative to the file that names them"
            )
        })?;
        check_digest(&text, pack, named)?;
        if self.above.contains(&text.id) {
            bail!("{said}: the packs go in a circle: this one leads here itself");
        }
        if !self.done.insert(text.id.clone()) {
            return Ok(());
        }
        if self.above.len() >= MAX_DEPTH {
            bail!(
                "{said}: more than {MAX_DEPTH} packs name each other in a row; name them in one file"
            );
        }
        if self.done.len() > MAX_PACKS {
            bail!("{said}: there are more than {MAX_PACKS} packs; join them");
        }
        let from = named.place.provenance();
        let more = one::add(self.rules, &text.name, &text.bytes, from)?;
        self.above.push(text.id);
        for (line, pack) in &more {
            self.add(&Named {
                place: &text.place,
                pack,
                said: &format!("{}:{line}: `extends`", text.name),
                reaches: named.reaches && named.pack.sha256.is_some(),
                pinned: outside || named.pinned,
                links: false,
            })?;
        }
        self.above.pop();
        Ok(())
    }

    /// Adds the packs that a file which was added already names.
    ///
    /// # Errors
    /// As [`Packs::add`].
    pub fn of_file(&mut self, place: &Place, name: &str, packs: &[(u32, Pack)]) -> Result<()> {
        for (line, pack) in packs {
            self.add(&Named {
                place,
                pack,
                said: &format!("{name}:{line}: `extends`"),
                reaches: matches!(place, Place::Disk(_)),
                pinned: false,
                links: false,
            })?;
        }
        Ok(())
    }
}

/// # Errors
/// The file is not the one that the digest belongs to.
fn check_digest(text: &Text, pack: &Pack, named: &Named<'_>) -> Result<()> {
    let Some(asked) = pack.sha256 else {
        return Ok(());
    };
    let has: [u8; 32] = Sha256::digest(&text.bytes).into();
    if has == asked {
        return Ok(());
    }
    bail!(
        "{}: the pack has the SHA-256 {} and is to have {}; look at what changed in it, and write its new \
         digest if that is right",
        named.said,
        hex(&has),
        hex(&asked)
    )
}
