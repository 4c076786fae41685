//! Single objects, looked up where they lie: packs by their indexes, then loose. Nothing here
//! reads more of a repository than what was asked for.

use gix::hash::ObjectId;
use gix::objs::Kind;

use crate::finding::{Oid, Reason};
use crate::source::git::fault::Fault;
use crate::source::git::odb::{self, Odb};
use crate::source::git::open::Layout;
use crate::source::git::store::Store;

/// The object database of a repository. Belongs to one thread; [`Objects::handle`] makes another.
pub(super) struct Objects {
    odb: Odb,
    /// Objects were left at the server.
    partial: bool,
    /// Larger blobs are not read; bytes.
    max: u64,
}

impl Objects {
    /// Opens the objects of a repository.
    ///
    /// # Errors
    /// They cannot be opened, or some lie in a store outside the repository that is not allowed.
    pub fn open(layout: &Layout, max: u64) -> anyhow::Result<Objects> {
        Ok(Objects {
            odb: Odb::open(layout)?,
            partial: layout.partial,
            max,
        })
    }

    /// The same for another thread.
    pub fn handle(&self) -> Objects {
        Objects {
            odb: self.odb.clone(),
            partial: self.partial,
            max: self.max,
        }
    }

    /// A store of those among the blobs `wanted` that lie in packs only, to be decoded together.
    pub fn leading_to(&self, wanted: impl Iterator<Item = Oid>) -> Store {
        self.odb.leading_to(wanted, self.max)
    }

    /// Objects that were decoded so far, by all handles: those that delta chains lead through too.
    pub fn decoded(&self) -> u64 {
        self.odb.decoded()
    }

    /// Adds to [`Objects::decoded`] what walking a store of [`Objects::leading_to`] decoded.
    pub fn add_decoded(&self, count: u64) {
        self.odb.add_decoded(count);
    }

    /// Whether the object can be found.
    pub fn contains(&self, oid: &Oid) -> bool {
        ObjectId::try_from(oid.as_bytes()).is_ok_and(|id| self.odb.contains(&id))
    }

    /// Whether there is any commit, whatever leads to it. Looks at every object until it finds one, or `stopped`.
    pub fn holds_a_commit(&self, stopped: &dyn Fn() -> bool) -> bool {
        self.odb.holds_a_commit(stopped)
    }

    /// Reads an object of a kind that nothing else tells into `buffer`.
    ///
    /// # Errors
    /// It is not there, or damaged.
    pub fn read(&self, oid: &Oid, buffer: &mut Vec<u8>) -> Result<Kind, Fault> {
        self.found(oid, |id| {
            Ok(self
                .odb
                .find_of_any_kind(id, buffer)?
                .map(|found| found.kind))
        })
    }

    /// What reading an object gave, or why there is none.
    fn found<T>(
        &self,
        oid: &Oid,
        read: impl FnOnce(&gix::hash::oid) -> Result<Option<T>, Fault>,
    ) -> Result<T, Fault> {
        let id = ObjectId::try_from(oid.as_bytes())
            .map_err(|_| Fault::new(Reason::CorruptObject, "its id has no known length"))?;
        match read(&id) {
            Ok(Some(found)) => Ok(found),
            Ok(None) if self.partial => Err(Fault::new(
                Reason::PartialClone,
                format!("{oid} was left at the server"),
            )),
            Ok(None) => Err(Fault::new(Reason::MissingObject, format!("object {oid}"))),
            Err(fault) => Err(Fault::new(fault.reason, odb::described(&id, &fault))),
        }
    }

    /// The same for an object that must be of one kind.
    ///
    /// # Errors
    /// It is not there, damaged, or of another kind.
    pub fn read_as(&self, oid: &Oid, kind: Kind, buffer: &mut Vec<u8>) -> Result<(), Fault> {
        self.found(oid, |id| Ok(self.odb.find_as(id, kind, buffer)?.map(drop)))
    }

    /// A blob within the limit of size.
    ///
    /// # Errors
    /// As [`Objects::read_as`], and for one that is larger.
    pub fn blob(&self, oid: &Oid, buffer: &mut Vec<u8>) -> Result<(), Fault> {
        let id = ObjectId::try_from(oid.as_bytes())
            .map_err(|_| Fault::new(Reason::CorruptObject, "its id has no known length"))?;
        // Some tools never store the empty blob.
        if id == ObjectId::empty_blob(id.kind()) {
            buffer.clear();
            return Ok(());
        }
        // A header that cannot be read is said by the reading below.
        if let Ok(Some(size)) = self.odb.size(&id)
            && size > self.max
        {
            let fault = self.odb.too_large(&id, size, self.max);
            return Err(fault);
        }
        self.read_as(oid, Kind::Blob, buffer)
    }
}
