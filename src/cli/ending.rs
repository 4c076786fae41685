//! Writing that ends when the run is to end.

use std::io::{self, Write};

/// So much is written once the run is to end, in half a second: the report of a run that was stopped before
/// it was written has no more than 10,000 results, and is smaller.
const FINISHED: usize = 32 << 20;

/// Hands everything on. Once the run is to end, so much and then nothing more: a report can take as long
/// to write as the content took to be scanned.
pub struct Ending<'a, W> {
    out: W,
    over: &'a dyn Fn() -> bool,
    left: usize,
}

impl<'a, W: Write> Ending<'a, W> {
    /// Until `over` says that the run is to end. It is asked at every piece, and must be cheap.
    pub fn new(out: W, over: &'a dyn Fn() -> bool) -> Self {
        Ending {
            out,
            over,
            left: FINISHED,
        }
    }
}

impl<W: Write> Write for Ending<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.over)() {
            let left = self.left.checked_sub(bytes.len());
            self.left = left.ok_or_else(|| {
                io::Error::other("the run was stopped while the report was written")
            })?;
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn writing_ends_after_so_many_bytes_once_the_run_is_to_end() {
        let piece = [b'a'; 1 << 20];
        let asked = Cell::new(0);
        let over = || {
            asked.set(asked.get() + 1);
            asked.get() > 100
        };
        let mut written = 0;
        let mut out = Ending::new(io::sink(), &over);
        let error = loop {
            match out.write_all(&piece) {
                Ok(()) => written += piece.len(),
                Err(error) => break error,
            }
        };
        assert_eq!(written, (100 << 20) + FINISHED);
        assert!(error.to_string().contains("stopped"), "{error}");
    }

    #[test]
    fn a_report_of_usual_size_is_written_whole() {
        let mut out = Vec::new();
        let mut ending = Ending::new(&mut out, &|| true);
        ending.write_all(b"all of it").expect("it is short");
        assert_eq!(out, b"all of it");
    }
}
