//! A decoder under a cap: it ends when it grew beyond its input, when the outer file's budget is
//! used up, or when the scan is to stop, and remembers why.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};

use super::super::Control;

/// Decompressed bytes that are left for one outer file, and what was done for it.
pub(super) struct Budget {
    /// For what is kept.
    pub left: Cell<u64>,
    /// For what is only decoded to learn how it ends, and not kept.
    pub spare: Cell<u64>,
    /// The outer file is so small that its growth is the limit.
    pub by_ratio: bool,
    /// Bytes decoded or searched, and records read: what time is proportional to.
    pub steps: Cell<u64>,
}

impl Budget {
    /// Counts work.
    pub fn step(&self, count: u64) {
        self.steps.set(self.steps.get().saturating_add(count));
    }
}

/// How a decoder ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// At its end, or nobody wanted more.
    Well,
    /// Its input is damaged or cut off.
    Broken(String),
    /// It would need more memory than is given.
    Memory,
    /// It uses something that is not read.
    Unsupported(String),
    /// It grew beyond every proportion.
    Ratio,
    /// The outer file's budget is used up.
    Budget,
    /// Nobody looked on to its end.
    Unknown,
    /// The scan is to stop.
    Stopped,
}

/// A decoder with its limits.
pub(super) struct Capped<'a> {
    inner: &'a mut dyn Read,
    /// How many bytes may still come by proportion.
    most: u64,
    budget: &'a Budget,
    control: &'a Control,
    end: End,
    produced: u64,
    /// What comes is not kept.
    draining: bool,
}

impl<'a> Capped<'a> {
    /// At most `most` bytes of `inner`, and no more than is left in `budget`, which they lower.
    pub fn new(
        inner: &'a mut dyn Read,
        most: u64,
        budget: &'a Budget,
        control: &'a Control,
    ) -> Self {
        Capped {
            inner,
            most,
            budget,
            control,
            end: End::Well,
            produced: 0,
            draining: false,
        }
    }

    /// Goes on to the end without keeping anything: what is larger than is looked at may still be
    /// damaged, or grow beyond every proportion.
    pub fn drain(&mut self) {
        self.draining = true;
        // The end is kept.
        let _ = io::copy(self, &mut io::sink());
    }

    /// How it ended.
    pub fn end(&self) -> End {
        self.end.clone()
    }

    /// Bytes that came out.
    pub fn produced(&self) -> u64 {
        self.produced
    }

    fn fail(&mut self, end: End) -> io::Error {
        self.end = end;
        io::Error::other("ended")
    }
}

impl Read for Capped<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.end != End::Well {
            return Err(io::Error::other("ended"));
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.control.stopped() {
            return Err(self.fail(End::Stopped));
        }
        let purse = match self.draining {
            true => &self.budget.spare,
            false => &self.budget.left,
        };
        let left = self.most.min(purse.get());
        let mut probe = [0];
        let want = usize::try_from(left).unwrap_or(usize::MAX);
        let want = want.min(buffer.len());
        // With nothing left, one byte more tells the end from the limit.
        let target = match want {
            0 => &mut probe[..],
            want => &mut buffer[..want],
        };
        match self.inner.read(target) {
            Ok(0) => Ok(0),
            Ok(_) if want == 0 && self.most == 0 => Err(self.fail(End::Ratio)),
            Ok(_) if want == 0 && self.draining => Err(self.fail(End::Unknown)),
            Ok(_) if want == 0 => Err(self.fail(End::Budget)),
            Ok(n) => {
                let n64 = n as u64;
                self.most = self.most.saturating_sub(n64);
                purse.set(purse.get().saturating_sub(n64));
                self.budget.step(n64);
                self.produced += n64;
                Ok(n)
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Err(error),
            Err(error) => Err(self.fail(why(&error))),
        }
    }
}

/// Decoders' own words may quote nothing of the content; ours say what it means.
fn why(error: &io::Error) -> End {
    match error.kind() {
        ErrorKind::OutOfMemory => End::Memory,
        ErrorKind::Unsupported => End::Unsupported("a filter that is not read".to_owned()),
        ErrorKind::UnexpectedEof => End::Broken("cut off; what is there was scanned".to_owned()),
        _ => End::Broken("damaged; what comes before was scanned".to_owned()),
    }
}
