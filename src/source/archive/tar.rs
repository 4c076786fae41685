//! Tar: ustar, GNU and pax, walked block by block from a stream. What is damaged is stepped over
//! to the next header whose checksum fits.
//!
//! Only contents are members; but all that a tar holds is shown: words in headers and attributes,
//! padding, and blocks that belong to no member, which programs read past and people put things
//! into.

use std::io::Read;

use super::header::{self, BLOCK, Said, checksum_fits, number, plain_name, text};
use super::{MAX_NAME, Opener, child, magic};
use crate::finding::{Reason, RepoPath};

/// Lends every member of a tar. Errors of the stream end the walk; the stream keeps them.
pub(super) fn walk(opener: &Opener<'_>, reader: &mut dyn Read, at: &[RepoPath], depth: usize) {
    let mut walk = Walk {
        opener,
        reader,
        at,
        depth,
        lost: false,
        loose: Loose::default(),
        shown: Vec::new(),
    };
    let mut said = Said::default();
    walk.run(&mut said);
    // Records behind the last member are about none, and are shown like those of one.
    walk.unclaimed(&mut said);
    walk.flush();
}

struct Walk<'a, 'r> {
    opener: &'a Opener<'a>,
    reader: &'r mut dyn Read,
    at: &'a [RepoPath],
    depth: usize,
    /// Between headers, where anything may stand without being told again.
    lost: bool,
    /// Blocks that belong to no member.
    loose: Loose,
    /// The words of a header that were shown last: owners are mostly those of the member before.
    shown: Vec<u8>,
}

/// Blocks that belong to no member, as far as they are kept.
#[derive(Default)]
struct Loose {
    bytes: Vec<u8>,
    /// Zeros behind them, which count only when something else follows.
    zeros: usize,
    cut: bool,
}

impl Loose {
    fn add(&mut self, block: &[u8], most: u64) {
        if block.iter().all(|b| *b == 0) {
            self.zeros += block.len();
            return;
        }
        // Zeros before the first are the end of the tar.
        let zeros = std::mem::take(&mut self.zeros);
        let zeros = if self.bytes.is_empty() { 0 } else { zeros };
        let more = (self.bytes.len() + zeros + block.len()) as u64;
        if more > most {
            self.cut = true;
            return;
        }
        self.bytes.resize(self.bytes.len() + zeros, 0);
        self.bytes.extend_from_slice(block);
    }
}

impl Walk<'_, '_> {
    /// Goes through all blocks.
    fn run(&mut self, said: &mut Said) {
        let mut any = false;
        loop {
            let mut block = [0; BLOCK];
            let filled = self.fill(&mut block);
            let blank = block.iter().all(|b| *b == 0);
            match filled {
                BLOCK => {}
                // Padding may be cut, a header may not.
                0 => return,
                _ if any && (blank || self.lost) => return self.loosen(&block[..filled]),
                _ => return self.damaged("cut off inside a header"),
            }
            if blank || !checksum_fits(&block) {
                // Two blocks of zeros are the end, and nothing stops anybody from going on behind.
                if !std::mem::replace(&mut self.lost, true) && !blank {
                    self.damaged("a damaged header; read on at the next whole one");
                }
                self.loosen(&block);
                continue;
            }
            any = true;
            self.lost = false;
            self.flush();
            if !self.header(&block, said) {
                return;
            }
        }
    }

    /// One header and what belongs to it; false at the end.
    fn header(&mut self, block: &[u8; BLOCK], said: &mut Said) -> bool {
        let kind = block[156];
        let Some(stated) = number(&block[124..136]) else {
            self.damaged("a member of an impossible size");
            self.unclaimed(said);
            return true;
        };
        if matches!(kind, b'L' | b'K' | b'x' | b'g' | b'X') {
            return self.record(kind, stated, said);
        }
        let mut told = std::mem::take(said);
        // GNU: a sparse file's map goes on in blocks of its own.
        if kind == b'S' && block[482] != 0 && !self.map(&mut told) {
            return false;
        }
        let differs = told.size_differs(stated);
        let name = told.name.unwrap_or_else(|| plain_name(block));
        if !self.opener.one_more(self.at, &name) {
            return false;
        }
        let path = child(self.at, &name);
        if differs {
            let detail = "its header and its attributes give different sizes";
            let reason = Reason::CorruptArchive;
            self.opener.gap(reason, &path, detail.to_owned());
        }
        let short = text(&block[157..257]);
        let target = told.link.as_deref().unwrap_or(short);
        if kind == b'2' && !target.is_empty() {
            // As in a tree: the target's text is content.
            self.opener.member(&path, target, self.depth);
        } else if let Some(target) = &told.link {
            told.words.extend_from_slice(target);
        }
        let target_is_short = kind == b'2' && told.link.is_none();
        self.words(&name, block, !target_is_short, &told.words);
        if (b'1'..=b'6').contains(&kind) {
            // Links, devices and directories have no content; some programs read one all the
            // same, others read on behind the header. Here both is done: what is no header is
            // loose.
            self.lost = stated > 0;
            return true;
        }
        self.content(&name, &path, told.size.unwrap_or(stated))
    }

    /// A record about the next member, or about all; false when it is cut off.
    fn record(&mut self, kind: u8, size: u64, said: &mut Said) -> bool {
        let Some(record) = self.read(size) else {
            return false;
        };
        match kind {
            // GNU: the next member's name; its link's target.
            b'L' | b'K' => {
                let name = text(&record);
                let place = match kind {
                    b'L' => &mut said.name,
                    _ => &mut said.link,
                };
                // Of two before one member programs take the last; the first is shown all the same.
                if let Some(first) = place.replace(name.to_vec()) {
                    said.words.extend(first);
                    said.words.push(b'\n');
                }
                // What is longer than a name that is shown, or hidden behind its end.
                let hidden = match name.len() > MAX_NAME {
                    true => &record[..],
                    false => &record[name.len()..],
                };
                if hidden.iter().any(|b| *b != 0) {
                    said.words.extend_from_slice(hidden);
                    said.words.push(b'\n');
                }
            }
            b'g' => {
                let mut all = Said::default();
                all.attributes(&record);
                if all.size.is_some() {
                    self.damaged("a size for all members, which programs read differently");
                }
                self.opener
                    .beside(self.at, b"", "tar header", &all.words, self.depth);
            }
            // pax, and the same from Solaris.
            _ => said.attributes(&record),
        }
        true
    }

    /// Shows what records say that no member follows.
    fn unclaimed(&mut self, said: &mut Said) {
        let said = std::mem::take(said);
        let texts = [said.name, said.link, Some(said.words)];
        let words = texts.into_iter().flatten().collect::<Vec<_>>().join(&b'\n');
        self.opener
            .beside(self.at, b"", "tar header", &words, self.depth);
    }

    /// The blocks that go on with the map of a sparse file; false when they are cut off.
    fn map(&mut self, told: &mut Said) -> bool {
        loop {
            let mut more = [0; BLOCK];
            if self.fill(&mut more) < BLOCK {
                self.damaged("cut off inside a header");
                return false;
            }
            if !header::map_of_numbers(&more) {
                told.words.extend_from_slice(&more);
            }
            if more[504] == 0 {
                return true;
            }
        }
    }

    /// Shows the words that stand beside a member, the target of a link among them if `link`.
    fn words(&mut self, name: &[u8], block: &[u8; BLOCK], link: bool, said: &[u8]) {
        let mut words = header::words(block, link);
        if words == self.shown {
            words.clear();
        } else {
            self.shown.clone_from(&words);
        }
        words.extend_from_slice(said);
        self.opener
            .beside(self.at, name, "tar header", &words, self.depth);
    }

    /// One member's bytes; false when they are cut off.
    fn content(&mut self, name: &[u8], path: &[RepoPath], size: u64) -> bool {
        if size == 0 {
            return true;
        }
        let most = size.min(self.opener.limits.member);
        let mut content = Vec::new();
        // The stream keeps its errors; a member that is too short is named here.
        let _ = (&mut *self.reader).take(most).read_to_end(&mut content);
        self.opener.budget.step(content.len() as u64);
        self.opener.member(path, &content, self.depth);
        if (content.len() as u64) < most {
            if !self.opener.stopped() {
                let detail = format!("cut off after {} of {size} bytes", content.len());
                self.opener.gap(Reason::CorruptArchive, path, detail);
            }
            return false;
        }
        if most < size {
            self.opener.too_large(path);
        }
        drop(content);
        self.pass(size - most) && self.padding(name, size)
    }

    /// A record of its own, with its padding; `None` when it is cut off.
    fn read(&mut self, size: u64) -> Option<Vec<u8>> {
        let most = size.min(self.opener.limits.member);
        let mut record = Vec::new();
        let _ = (&mut *self.reader).take(most).read_to_end(&mut record);
        self.opener.budget.step(record.len() as u64);
        if most < size {
            self.opener.too_large(self.at);
        }
        let whole =
            record.len() as u64 == most && self.pass(size - most) && self.padding(b"", size);
        if !whole {
            self.damaged("cut off inside a header");
        }
        whole.then_some(record)
    }

    /// Reads over `count` bytes; false when there are fewer.
    fn pass(&mut self, count: u64) -> bool {
        let passed = std::io::copy(&mut (&mut *self.reader).take(count), &mut std::io::sink());
        let passed = passed.unwrap_or(0);
        self.opener.budget.step(passed);
        passed == count
    }

    /// Reads what fills a member's last block, and shows it unless it is zeros; false when it is
    /// cut off.
    fn padding(&mut self, name: &[u8], size: u64) -> bool {
        let mut block = [0; BLOCK];
        let padding = (size.wrapping_neg() % BLOCK as u64) as usize;
        let padding = &mut block[..padding];
        let whole = self.reader.read_exact(padding).is_ok();
        let end = padding.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1);
        self.opener
            .beside(self.at, name, "padding", &padding[..end], self.depth);
        whole
    }

    /// Fills as much of a block as there is.
    fn fill(&mut self, block: &mut [u8; BLOCK]) -> usize {
        self.opener.budget.step(BLOCK as u64);
        let mut filled = 0;
        while filled < BLOCK {
            match self.reader.read(&mut block[filled..]) {
                Ok(0) | Err(_) => break,
                Ok(n) => filled += n,
            }
        }
        filled
    }

    /// Keeps what belongs to no member.
    fn loosen(&mut self, block: &[u8]) {
        self.loose.add(block, self.opener.limits.member);
    }

    /// Shows what belongs to no member, if there is something.
    fn flush(&mut self) {
        let loose = std::mem::take(&mut self.loose);
        let path = child(self.at, b"(in no member)");
        match magic::is_tar(&loose.bytes) {
            // A header that does not fit is none the second time either.
            true => self.opener.show(&path, &loose.bytes),
            false => self.opener.member(&path, &loose.bytes, self.depth),
        }
        if loose.cut {
            self.opener.too_large(&path);
        }
    }

    fn damaged(&self, detail: &str) {
        // A stream that ended for another reason says so itself.
        if !self.opener.stopped() {
            let reason = Reason::CorruptArchive;
            self.opener.gap(reason, self.at, detail.to_owned());
        }
    }
}
