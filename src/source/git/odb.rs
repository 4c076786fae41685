//! Single objects by their ids: in packs by their indexes, then as gix looks them up, which also finds
//! loose ones. What is opened was checked before.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, bail};
use gix::hash::oid;
use gix::objs::{Data, Exists as _, Find as _};
use gix::odb::Header as _;

use super::bounds::{Bounds, What};
use super::fault::Fault;
use super::object_dirs::{self, ObjectDirs};
use super::open::Layout;
use super::pack::can_inflate_to;
use super::packed::{Bases, Packs};
use super::store::Store;
use crate::finding::{Oid, Reason};

/// Bytes of decoded objects that are kept as bases of deltas.
const BASES: usize = 96 << 20;

/// The object database of a repository. Belongs to one thread; a clone may go to another.
pub(in crate::source) struct Odb {
    /// One for each of the layout's object directories; more than one only while a push is received.
    inner: Vec<gix::odb::HandleArc>,
    packs: Arc<Packs>,
    bases: RefCell<Bases>,
    loose: Arc<Loose>,
}

impl Clone for Odb {
    fn clone(&self) -> Self {
        Odb {
            inner: self.inner.clone(),
            packs: Arc::clone(&self.packs),
            bases: RefCell::new(self.bases.borrow().another()),
            loose: Arc::clone(&self.loose),
        }
    }
}

/// The loose objects that gix must not open: found out by listing their directory, at the first
/// question for one of its objects.
struct Loose {
    bounds: Bounds,
    /// By the two digits that an id starts with: the directories that hold such objects.
    dirs: HashMap<u8, Fanout>,
}

struct Fanout {
    paths: Vec<PathBuf>,
    listed: OnceLock<Listed>,
}

/// What lies in the directories of one fan-out, by ids without their first two digits.
#[derive(Default)]
struct Listed {
    regular: HashSet<Vec<u8>>,
    /// No regular files inside the repository.
    irregular: Vec<(Vec<u8>, Fault)>,
}

impl Odb {
    /// Opens the object database.
    ///
    /// # Errors
    /// It cannot be opened, or some of it lies outside the repository and is not allowed.
    pub fn open(layout: &Layout) -> anyhow::Result<Odb> {
        let ObjectDirs { dirs, refused } = object_dirs::find(&layout.objects, &layout.bounds);
        if let Some(gap) = refused.first() {
            let name = String::from_utf8_lossy(&gap.what);
            match gap.reason {
                Reason::ForeignAlternate => bail!(
                    "the repository borrows objects from {name}, outside its directory, which is \
                     not followed: allow it with --allow-alternate, or make the repository \
                     independent with `git repack -a -d` and remove what leads there",
                ),
                _ => bail!("{name} cannot be read: {}", gap.detail),
            }
        }
        let mut loose: HashMap<u8, Fanout> = HashMap::new();
        let packs = dirs.iter().flat_map(|dir| dir.packs.iter().cloned());
        let packs = Packs::new(packs.collect(), layout.hash);
        for (name, path) in dirs.into_iter().flat_map(|dir| dir.loose) {
            if let Ok(first) = u8::from_str_radix(&name, 16) {
                let fanout = loose.entry(first).or_insert_with(|| Fanout {
                    paths: Vec::new(),
                    listed: OnceLock::new(),
                });
                fanout.paths.push(path);
            }
        }
        let open = |dir: &PathBuf| {
            gix::odb::at(dir.clone(), layout.hash)
                .and_then(gix::odb::Handle::into_arc)
                .with_context(|| format!("cannot open {}", dir.display()))
        };
        let inner = layout
            .objects
            .iter()
            .map(open)
            .collect::<anyhow::Result<_>>()?;
        Ok(Odb {
            inner,
            packs: Arc::new(packs),
            bases: RefCell::new(Bases::new(BASES)),
            loose: Arc::new(Loose {
                bounds: layout.bounds.clone(),
                dirs: loose,
            }),
        })
    }

    /// Whether the object can be found.
    pub fn contains(&self, id: &oid) -> bool {
        self.packs.find(id).is_some() || self.inner.iter().any(|odb| odb.exists(id))
    }

    /// Reads an object into `buffer`; `None` when it is not there.
    ///
    /// # Errors
    /// It is damaged, or a loose one whose content is not that of its id.
    fn try_find<'a>(&self, id: &oid, buffer: &'a mut Vec<u8>) -> Result<Option<Data<'a>>, Fault> {
        let loose = self.loose.holds(id)?;
        // What cannot be read in one place may be whole in another.
        let kind = match self.packed(id, buffer) {
            Some(kind) => Some(kind),
            None => self.elsewhere(id, buffer)?,
        };
        let found = kind.map(|kind| Data {
            object_hash: id.kind(),
            kind,
            data: buffer,
        });
        // Packs have checksums, a loose object has nothing but its name. Which copy was read is not
        // known, so whatever lies loose too is hashed.
        if let Some(data) = found.as_ref().filter(|_| loose) {
            let own = gix::objs::compute_hash(id.kind(), data.kind, data.data);
            if own.is_ok_and(|own| own != id) {
                return Err(Fault::false_id());
            }
        }
        Ok(found)
    }

    /// Reads an object into `buffer` as gix looks it up; `None` when it is nowhere.
    ///
    /// # Errors
    /// It is damaged wherever it is.
    fn elsewhere(&self, id: &oid, buffer: &mut Vec<u8>) -> Result<Option<gix::objs::Kind>, Fault> {
        let mut damaged = false;
        for odb in &self.inner {
            match odb.try_find(id, buffer) {
                Ok(Some(found)) => {
                    let (kind, len) = (found.kind, found.data.len());
                    buffer.truncate(len);
                    return Ok(Some(kind));
                }
                Ok(None) => {}
                Err(_) => damaged = true,
            }
        }
        match damaged {
            true => Err(Fault::corrupt("")),
            false => Ok(None),
        }
    }

    /// Reads an object that must be of `kind` into `buffer`; `None` when it is not there. Where its first copy
    /// is of another kind, which damage to a pack can do, one that is what its id says is looked for.
    ///
    /// # Errors
    /// It is damaged or of another kind wherever it is.
    pub fn find_as<'a>(
        &self,
        id: &oid,
        kind: gix::objs::Kind,
        buffer: &'a mut Vec<u8>,
    ) -> Result<Option<Data<'a>>, Fault> {
        let found = match self.try_find(id, buffer)? {
            None => return Ok(None),
            Some(data) => data.kind,
        };
        if found != kind && self.genuine(id, |own| own == kind, buffer).is_none() {
            return Err(Fault::corrupt(&format!("it is a {found}, not a {kind}")));
        }
        Ok(Some(Data {
            object_hash: id.kind(),
            kind,
            data: buffer,
        }))
    }

    /// The same where nothing else says what kind it must be of: of several copies in packs, one that is what
    /// its id says, if any is.
    ///
    /// # Errors
    /// It is damaged.
    pub fn find_of_any_kind<'a>(
        &self,
        id: &oid,
        buffer: &'a mut Vec<u8>,
    ) -> Result<Option<Data<'a>>, Fault> {
        let Some(first) = self.try_find(id, buffer)?.map(|found| found.kind) else {
            return Ok(None);
        };
        let kind = match is_of(id, first, buffer) {
            true => first,
            false => self.genuine(id, |_| true, buffer).unwrap_or(first),
        };
        Ok(Some(Data {
            object_hash: id.kind(),
            kind,
            data: buffer,
        }))
    }

    /// Reads the copy of a packed object that hashes to its id and is of a `wanted` kind; which kind that is, if
    /// there is one.
    fn genuine(
        &self,
        id: &oid,
        wanted: impl Fn(gix::objs::Kind) -> bool,
        buffer: &mut Vec<u8>,
    ) -> Option<gix::objs::Kind> {
        let mut bases = self.bases.borrow_mut();
        let found = self.packs.every(id).find_map(|place| {
            let found = self.packs.read(place, &mut bases)?;
            (wanted(found.kind) && is_of(id, found.kind, &found.bytes)).then_some(found)
        })?;
        buffer.clear();
        buffer.extend_from_slice(&found.bytes);
        Some(found.kind)
    }

    /// Whether any object is a commit. Looks at one after the other until it finds one, or is `stopped`.
    pub fn holds_a_commit(&self, stopped: &dyn Fn() -> bool) -> bool {
        self.inner.iter().any(|odb| {
            let ids = odb.iter().into_iter().flatten();
            ids.take_while(|_| !stopped()).flatten().any(|id| {
                // What gix must not open is no commit either.
                let header = self.loose.holds(&id).ok().map(|_| odb.try_header(&id));
                matches!(header, Some(Ok(Some(header))) if header.kind() == gix::objs::Kind::Commit)
            })
        })
    }

    /// Reads an object into `buffer` from a pack; `None` when no pack has it whole.
    fn packed(&self, id: &oid, buffer: &mut Vec<u8>) -> Option<gix::objs::Kind> {
        let place = self.packs.find(id)?;
        let mut bases = self.bases.borrow_mut();
        let found = self.packs.read(place, &mut bases).or_else(|| {
            let mut others = self.packs.every(id).filter(|other| *other != place);
            others.find_map(|other| self.packs.read(other, &mut bases))
        })?;
        buffer.clear();
        buffer.extend_from_slice(&found.bytes);
        Some(found.kind)
    }

    /// A store of those among the objects `wanted` that lie in packs only, of at most `max_object` bytes
    /// each. Walking it decodes each of them and what they are differences to once, however many
    /// there are, and in an order that suits the packs.
    pub fn leading_to(&self, wanted: impl Iterator<Item = Oid>, max_object: u64) -> Store {
        // What lies loose too is checked where it is read alone.
        let packed = |oid: &Oid| {
            let id = gix::ObjectId::try_from(oid.as_bytes());
            id.is_ok_and(|id| matches!(self.loose.holds(&id), Ok(false)))
        };
        let wanted: Vec<Oid> = wanted.filter(packed).collect();
        self.packs.leading_to(&wanted, max_object)
    }

    /// Objects that were decoded so far, those on the way to others included.
    pub fn decoded(&self) -> u64 {
        self.packs.decoded()
    }

    /// Adds to [`Odb::decoded`] what walking a store of [`Odb::leading_to`] decoded.
    pub fn add_decoded(&self, count: u64) {
        self.packs.add_decoded(count);
    }

    /// Why an object that says it has `size` bytes, more than `max`, is not read: it is too large, or it lies.
    pub fn too_large(&self, id: &oid, size: u64, max: u64) -> Fault {
        let packed = self.packs.find(id);
        let possible = match packed {
            Some(place) => self.packs.can_have(place, size),
            None => {
                let length = self.loose.length(id);
                length.is_none_or(|length| can_inflate_to(length, size))
            }
        };
        match possible {
            true => Fault::new(
                Reason::TooLarge,
                format!("{size} bytes, the limit is {max}"),
            ),
            false => Fault::false_size(),
        }
    }

    /// The size of an object in bytes, as it says; `None` when it is not there.
    ///
    /// # Errors
    /// It is damaged.
    pub fn size(&self, id: &oid) -> Result<Option<u64>, Fault> {
        self.loose.holds(id)?;
        if let Some(place) = self.packs.find(id)
            && let Some(size) = self.packs.size(place, &mut self.bases.borrow_mut())
        {
            return Ok(Some(size));
        }
        let mut damaged = false;
        for odb in &self.inner {
            match odb.try_header(id) {
                Ok(Some(header)) => return Ok(Some(header.size())),
                Ok(None) => {}
                Err(_) => damaged = true,
            }
        }
        match damaged {
            true => Err(Fault::corrupt("")),
            false => Ok(None),
        }
    }
}

/// Whether an object is what its id says.
fn is_of(id: &oid, kind: gix::objs::Kind, bytes: &[u8]) -> bool {
    gix::objs::compute_hash(id.kind(), kind, bytes).is_ok_and(|own| own == id)
}

/// What to say of an object that cannot be read.
pub(in crate::source) fn described(id: &oid, fault: &Fault) -> String {
    match fault.detail.as_str() {
        "" => format!("object {id}"),
        detail => format!("object {id}: {detail}"),
    }
}

impl Loose {
    /// Whether the object lies loose.
    ///
    /// # Errors
    /// What lies there must not be opened, and gix opens what lies at the place of a loose object.
    fn holds(&self, id: &oid) -> Result<bool, Fault> {
        let first = id.as_bytes().first();
        let Some(fanout) = first.and_then(|first| self.dirs.get(first)) else {
            return Ok(false);
        };
        let listed = fanout.listed.get_or_init(|| self.list(&fanout.paths));
        let rest = id.to_hex().to_string().split_off(2).into_bytes();
        match listed.irregular.iter().find(|(name, _)| *name == rest) {
            Some((_, fault)) => Err(Fault::corrupt(&fault.detail)),
            None => Ok(listed.regular.contains(&rest)),
        }
    }

    /// The bytes of the file that the object lies in, compressed; `None` where it does not lie loose.
    fn length(&self, id: &oid) -> Option<u64> {
        let fanout = self.dirs.get(id.as_bytes().first()?)?;
        let rest = id.to_hex().to_string().split_off(2);
        let mut files = fanout.paths.iter().map(|dir| dir.join(&rest));
        let found = files.find_map(|file| std::fs::symlink_metadata(file).ok());
        found.map(|file| file.len())
    }

    fn list(&self, paths: &[PathBuf]) -> Listed {
        let mut listed = Listed::default();
        for path in paths {
            for entry in self.bounds.list(path).ok().flatten().unwrap_or_default() {
                match entry.what {
                    What::File => {
                        listed.regular.insert(entry.name);
                    }
                    _ => listed.irregular.push((entry.name.clone(), entry.fault())),
                }
            }
        }
        listed
    }
}
