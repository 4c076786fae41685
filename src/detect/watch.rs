//! What a scan of one content is held to: whether it is to end, how much it looked at, what it left
//! out.

use std::cell::Cell;
use std::ops::Range;

/// After so many steps it is asked whether the scan is to end: a few thousandths of a second.
const EVERY: u64 = 1 << 16;

/// So many steps are taken in any case, some hundredths of a second: what was read before the scan
/// was ended (a line on a pipe that stays open) is looked at.
const GRACE: u64 = 1 << 22;

/// Holds one scan: whoever starts it can end it, and what it costs is counted.
///
/// A step is a byte that something looked at, be it a pattern, a reader or a decoder. Bytes that
/// the prefilter passes over count for nothing: that runs at the speed of memory.
pub struct Watch<'a> {
    stop: &'a dyn Fn() -> bool,
    steps: Cell<u64>,
    next: Cell<u64>,
    /// With so many steps it ends in any case.
    most: u64,
    stopped: Cell<bool>,
}

impl Default for Watch<'_> {
    /// Holds a scan that nobody ends.
    fn default() -> Self {
        Watch::new(&|| false)
    }
}

impl<'a> Watch<'a> {
    /// A watch that ends the scan soon after `stop` says so. It is asked often, and must be cheap.
    pub fn new(stop: &'a dyn Fn() -> bool) -> Self {
        Watch::within(stop, u64::MAX)
    }

    /// The same, which also ends the scan after `most` steps: wherever it ends then depends on the
    /// content alone.
    pub(super) fn within(stop: &'a dyn Fn() -> bool, most: u64) -> Self {
        Watch {
            stop,
            steps: Cell::new(0),
            next: Cell::new(EVERY.min(most)),
            most,
            stopped: Cell::new(false),
        }
    }

    /// Counts so many steps.
    #[inline]
    pub(super) fn step(&self, count: usize) {
        let steps = self.steps.get() + count as u64;
        self.steps.set(steps);
        if steps >= self.next.get() {
            self.ask();
        }
    }

    /// Asks whether the scan is to end, once it has gone on for a while.
    #[cold]
    pub(super) fn ask(&self) {
        self.next.set(self.steps.get() + EVERY);
        let over = self.steps.get() >= self.most;
        if over || self.steps.get() >= GRACE && (self.stop)() {
            self.stopped.set(true);
        }
    }

    /// Asks whether the scan is to end, whatever was counted.
    pub(super) fn ask_now(&self) {
        if (self.stop)() {
            self.stopped.set(true);
        }
    }

    /// Whether the scan ended before its end.
    pub fn stopped(&self) -> bool {
        self.stopped.get()
    }

    /// The steps so far.
    pub fn steps(&self) -> u64 {
        self.steps.get()
    }
}

/// A stretch of the content that was not looked at as far as it could be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The stretch, in bytes of the original content.
    pub span: Range<usize>,
    /// Why, in our own words.
    pub why: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_asks_after_so_many_steps_and_stays_stopped() {
        let asked = Cell::new(0);
        let stop = || {
            asked.set(asked.get() + 1);
            asked.get() == 2
        };
        let watch = Watch::new(&stop);
        watch.step(GRACE as usize - 1);
        assert_eq!(asked.get(), 0, "nobody is asked in the time of grace");
        for _ in 0..10 {
            watch.step(EVERY as usize / 10 + 1);
        }
        assert!(!watch.stopped());
        watch.step(EVERY as usize);
        assert!(watch.stopped());
        watch.step(EVERY as usize);
        assert!(watch.stopped());
    }
}
