//! How many paths of trees are listed. An entry of a tree has some thirty bytes and is listed once or twice where
//! trees differ; but trees can be nested so that a few of them are met at more paths than anyone can list.

use crate::source::Control;

/// So many paths and directories are always listed.
const ALWAYS: u64 = 1_000_000;
/// So many directories are entered once the run is to end: some hundredths of a second.
const FINISHED: u64 = 10_000;

/// Counts paths and directories down. For every byte of a tree that is read, one more is listed.
pub(in crate::source) struct Paths<'a> {
    left: u64,
    /// Directories that are still entered once the run is to end, so that what was found until then is placed.
    last: u64,
    control: &'a Control,
}

impl<'a> Paths<'a> {
    /// Until `control` says to stop.
    pub fn new(control: &'a Control) -> Self {
        Paths {
            left: ALWAYS,
            last: FINISHED,
            control,
        }
    }

    /// A tree of so many bytes was read that was not read before.
    pub fn read(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(bytes as u64);
    }

    /// Whether one more directory is entered.
    pub fn enter(&mut self) -> bool {
        if self.control.stopped() {
            if self.last == 0 {
                return false;
            }
            self.last -= 1;
        }
        self.list()
    }

    /// Whether one more path is listed.
    pub fn list(&mut self) -> bool {
        let any = self.left > 0;
        self.left = self.left.saturating_sub(1);
        any
    }

    /// Whether some may not have been listed.
    pub fn ran_out(&self) -> bool {
        self.left == 0
    }
}
