//! How a stage goes on once the run is to end.

use std::cell::Cell;

/// So much is finished once the run is to end, what was done before included: some hundredths of a
/// second for what one finding costs a stage.
const FINISHED: usize = 10_000;

/// Asked by every stage that goes through what was found: once the run is to end, it gives the stages
/// behind it no more than it has, so that what was found until then is still told, soon.
pub struct Until<'a> {
    over: &'a dyn Fn() -> bool,
    left: Cell<usize>,
}

impl<'a> Until<'a> {
    /// Until `over` says so. It is asked often, and must be cheap.
    pub fn new(over: &'a dyn Fn() -> bool) -> Self {
        let left = Cell::new(0);
        Until { over, left }
    }

    /// Whether the run is to end.
    pub fn is_over(&self) -> bool {
        (self.over)()
    }

    /// Notes that a stage does not come to so many places or credentials.
    pub fn leave(&self, more: usize) {
        self.left.set(self.left.get() + more);
    }

    /// How many places and credentials no stage came to.
    pub fn left(&self) -> usize {
        self.left.get()
    }

    /// Whether a stage goes on that has done so many steps.
    pub fn goes_on(&self, steps: usize) -> bool {
        steps < FINISHED || !self.is_over()
    }

    /// Takes from a list what a stage would not come to any more, before it begins.
    pub fn cut<T>(&self, all: &mut Vec<T>) {
        if all.len() > FINISHED && self.is_over() {
            self.keep(all, FINISHED);
        }
    }

    /// Keeps the first of a list, to which a stage came.
    pub fn keep<T>(&self, all: &mut Vec<T>, first: usize) {
        self.leave(all.len().saturating_sub(first));
        all.truncate(first);
    }
}

impl Default for Until<'_> {
    /// To the end: nobody stops it.
    fn default() -> Self {
        Until::new(&|| false)
    }
}
