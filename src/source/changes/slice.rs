//! A part of an index.

use gix::bstr::ByteSlice;

/// The entries of an index below one directory, and where it is.
#[derive(Clone, Copy)]
pub(super) struct Slice<'i> {
    pub(super) entries: &'i [gix::index::Entry],
    pub(super) backing: &'i gix::index::PathStorageRef,
}

impl<'i> Slice<'i> {
    pub(super) fn path(&self, entry: &gix::index::Entry) -> &'i [u8] {
        entry.path_in(self.backing).as_bytes()
    }

    /// Takes the entries of the first path off: its stages.
    pub(super) fn take_path(&mut self, path: &[u8]) -> Slice<'i> {
        let first = self.entries.iter();
        self.take(first.take_while(|entry| self.path(entry) == path).count())
    }

    /// Takes the entries of the first directory off.
    pub(super) fn take_below(&mut self, below: &[u8]) -> Slice<'i> {
        let in_it = |entry: &gix::index::Entry| self.path(entry).starts_with(below);
        self.take(self.entries.partition_point(in_it))
    }

    /// Takes so many entries off, and at least one: the index may not be sorted.
    fn take(&mut self, count: usize) -> Slice<'i> {
        let (group, others) = self.entries.split_at(count.max(1));
        self.entries = others;
        Slice {
            entries: group,
            backing: self.backing,
        }
    }
}
