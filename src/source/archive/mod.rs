//! Archives: zip, tar, gzip, bzip2, xz, zstd and what is nested in them, recognised by their
//! first bytes. Members are lent to the visitor as blobs of their own; the archive's own bytes
//! are the business of whoever opens it.
//!
//! An archive may lie about everything. Nothing is written anywhere, names are only shown, and
//! every decoder writes into a hard cap: time and memory are bounded by [`ArchiveLimits`] for any
//! input. What a limit cuts off is a [`Skipped`]; what is read until then is shown all the same.

mod directory;
mod gaps;
mod header;
mod magic;
mod method;
mod reader;
mod stream;
mod tar;
mod zip;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::ops::Range;

use super::{Blob, Control, Visit};
use crate::finding::{Member, Origin, Reason, RepoPath, Skipped};
use gaps::Gaps;
use magic::Kind;
use reader::{Budget, Capped, End};

/// Bytes that a whole archive may always grow to, however small it is.
const FLOOR: u64 = 64 << 20;

/// Bytes that a single stream or member may always grow to, however small it is.
const MEMBER_FLOOR: u64 = 4 << 20;

/// Bytes of names of members that are looked at in one go.
const NAMES_BATCH: usize = 64 << 10;

/// Longer names of members are cut; bytes. Operating systems take no longer paths.
const MAX_NAME: usize = 4096;

/// What bounds the opening of one outer file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveLimits {
    /// Archives inside archives, counted with the outermost; deeper ones stay closed.
    pub depth: usize,
    /// Decompressed bytes of all members, nested ones included.
    pub total: u64,
    /// Bytes of one member that are looked at.
    pub member: u64,
    /// Members, nested ones included.
    pub members: u64,
    /// Bytes that may come out of one that goes in, beyond a floor of a few MiB. Deflate cannot
    /// exceed 1,032; text rarely exceeds 20.
    pub ratio: u64,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        ArchiveLimits {
            depth: 4,
            total: 1 << 30,
            member: 256 << 20,
            members: 100_000,
            ratio: 200,
        }
    }
}

/// Whether the content looks like an archive.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    magic::kind(bytes).is_some()
}

/// Shows the members of `blob` to the visitor, if it wants any and `blob` is an archive. What was
/// not read is given back; it is named by the blob's origin and the member, joined by `!`.
pub(super) fn open<V: Visit>(blob: Blob<'_>, visit: &V, control: &Control) -> Vec<Skipped> {
    counted(blob, visit, control).0
}

/// The same for tests of growth and for fuzzing, with what it cost: bytes decoded and searched,
/// and records read.
#[doc(hidden)]
pub fn open_archive<V: Visit>(bytes: &[u8], visit: &V, control: &Control) -> (Vec<Skipped>, u64) {
    let origin = Origin::Stdin("archive".to_owned());
    let blob = Blob {
        bytes,
        origin: &origin,
    };
    counted(blob, visit, control)
}

fn counted<V: Visit>(blob: Blob<'_>, visit: &V, control: &Control) -> (Vec<Skipped>, u64) {
    let Some(limits) = visit.archives() else {
        return Default::default();
    };
    let Some(kind) = magic::kind(blob.bytes) else {
        return Default::default();
    };
    let grown = blob.bytes.len() as u64;
    let grown = FLOOR.saturating_add(grown.saturating_mul(limits.ratio));
    let opener = Opener {
        limits,
        outer: blob.origin,
        control,
        lend: &|blob| {
            visit.blob(blob, None);
        },
        in_names: &|names| visit.in_names(names),
        names: RefCell::default(),
        budget: Budget {
            left: Cell::new(limits.total.min(grown)),
            spare: Cell::new(limits.total.min(grown)),
            by_ratio: grown < limits.total,
            steps: Cell::new(0),
        },
        members: Cell::new(limits.members),
        over: Cell::new(false),
        gaps: Gaps::new(blob.origin),
    };
    opener.archive(kind, blob.bytes, &[], 0);
    opener.look_at_names();
    (opener.gaps.finish(), opener.budget.steps.get())
}

/// One outer file that is being opened.
struct Opener<'a> {
    limits: &'a ArchiveLimits,
    outer: &'a Origin,
    control: &'a Control,
    lend: &'a dyn Fn(Blob<'_>),
    /// Where names that stand one a line may hold a value.
    in_names: &'a dyn Fn(&[u8]) -> Vec<Range<usize>>,
    /// Names of members that were not looked at yet.
    names: RefCell<Names>,
    budget: Budget,
    /// How many members may still come.
    members: Cell<u64>,
    /// A limit on the whole was reached: nothing more is opened.
    over: Cell<bool>,
    gaps: Gaps<'a>,
}

/// Names of members, one a line, to be looked at together.
#[derive(Default)]
struct Names {
    text: Vec<u8>,
    /// Where each starts, and the archive that it stands in.
    starts: Vec<(usize, Vec<RepoPath>)>,
}

impl<'a> Opener<'a> {
    /// Opens an archive that stands at `at`, inside `depth` others.
    fn archive(&self, kind: Kind, bytes: &[u8], at: &[RepoPath], depth: usize) {
        if depth >= self.limits.depth {
            let detail = match depth {
                1 => "nested in 1 archive, which is the limit".to_owned(),
                _ => format!("nested in {depth} archives, which is the limit"),
            };
            return self.gap(Reason::ArchiveLimit, at, detail);
        }
        match kind {
            Kind::Zip => zip::walk(self, bytes, at, depth),
            Kind::Tar => {
                tar::walk(self, &mut &*bytes, at, depth);
            }
            Kind::Stream(codec) => self.stream(codec, bytes, at, depth),
            Kind::Unsupported(name) => {
                self.gap(Reason::UnsupportedArchive, at, name.to_owned());
            }
        }
    }

    /// A compressed stream: a tar is walked as it comes, anything else is one member.
    fn stream(&self, codec: magic::Codec, bytes: &[u8], at: &[RepoPath], depth: usize) {
        let mut frames = stream::Frames::new(codec, bytes);
        let own_name = frames.name();
        let name = own_name.clone().unwrap_or_else(|| self.stem(at));
        let mut reader = self.capped(&mut frames, bytes.len());
        let mut head = Vec::new();
        // An error is kept by the reader and looked at below.
        let _ = (&mut reader)
            .take(magic::HEAD as u64)
            .read_to_end(&mut head);
        if magic::is_tar(&head) {
            tar::walk(self, &mut Cursor::new(&head).chain(&mut reader), at, depth);
        } else {
            let inner = child(at, &name);
            let (content, whole) = self.buffer(&mut Cursor::new(&head).chain(&mut reader));
            // A name that is made of the file's was looked at with that.
            if self.one_more(at, own_name.as_deref().unwrap_or_default()) {
                self.member(&inner, &content, depth);
            }
            if !whole {
                reader.drain();
                self.too_large(&inner);
            }
        }
        let (end, produced) = (reader.end(), reader.produced());
        let consumed = bytes.len() - frames.rest().len();
        let end = self.settled(end, produced, consumed);
        self.around(&frames, at, &name, depth, end == End::Well);
        self.ended(end, at);
    }

    /// What a compressed file holds beside its streams: texts in their headers, and archives of
    /// other kinds between and behind them. All other bytes are scanned with the file.
    ///
    /// `whole`: the last stream ended well, so that what follows is no part of it.
    fn around(
        &self,
        frames: &stream::Frames<'_>,
        at: &[RepoPath],
        name: &[u8],
        depth: usize,
        whole: bool,
    ) {
        self.beside(at, name, "gzip header", frames.texts(), depth);
        let behind = frames.behind().filter(|_| whole);
        for other in frames.between().chain(behind) {
            if magic::kind(other).is_some() {
                self.beside(at, name, "not compressed", other, depth);
            }
        }
    }

    /// Lends one member and opens it, if it is an archive again.
    fn member(&self, at: &[RepoPath], bytes: &[u8], depth: usize) {
        self.show(at, bytes);
        if let Some(kind) = magic::kind(bytes).filter(|_| !self.stopped()) {
            self.archive(kind, bytes, at, depth + 1);
        }
    }

    /// Lends one member.
    fn show(&self, at: &[RepoPath], bytes: &[u8]) {
        if bytes.is_empty() || self.stopped() {
            return;
        }
        let origin = Origin::Member(Box::new(Member {
            outer: self.outer.clone(),
            path: at.to_vec(),
        }));
        self.budget.step(bytes.len() as u64);
        (self.lend)(Blob {
            bytes,
            origin: &origin,
        });
        let more = bytes.len() as u64;
        let counted = &self.control.bytes;
        counted.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
    }

    /// Lends what stands in an archive beside its members: as a member called `name (what)`.
    fn beside(&self, at: &[RepoPath], name: &[u8], what: &str, bytes: &[u8], depth: usize) {
        if bytes.is_empty() {
            return;
        }
        let name = &name[..name.len().min(MAX_NAME)];
        let blank: &[u8] = if name.is_empty() { b"" } else { b" " };
        let name = [name, blank, b"(", what.as_bytes(), b")"].concat();
        let mut path = at.to_vec();
        path.push(RepoPath(name));
        self.member(&path, bytes, depth);
    }

    /// Counts a member of the archive at `at`, whose name is content too; false when there were too
    /// many.
    fn one_more(&self, at: &[RepoPath], name: &[u8]) -> bool {
        if self.stopped() {
            return false;
        }
        let left = self.members.get();
        if left == 0 {
            self.over.set(true);
            let detail = format!("more than {} members", self.limits.members);
            self.gap(Reason::ArchiveLimit, at, detail);
            return false;
        }
        self.members.set(left - 1);
        let full = !name.is_empty() && {
            let mut names = self.names.borrow_mut();
            let start = names.text.len();
            names.starts.push((start, at.to_vec()));
            names
                .text
                .extend_from_slice(&name[..name.len().min(MAX_NAME)]);
            names.text.push(b'\n');
            names.text.len() >= NAMES_BATCH
        };
        if full {
            self.look_at_names();
        }
        true
    }

    /// Lends the names of members that hold a value, each as a content of its own.
    fn look_at_names(&self) {
        let Names { text, starts } = self.names.take();
        if starts.is_empty() {
            return;
        }
        self.budget.step(text.len() as u64);
        let holding = (self.in_names)(&text).into_iter().map(|found| {
            starts
                .partition_point(|(start, _)| *start <= found.start)
                .saturating_sub(1)
        });
        for number in holding.collect::<BTreeSet<usize>>() {
            let Some((start, at)) = starts.get(number) else {
                continue;
            };
            let end = starts.get(number + 1).map_or(text.len(), |(next, _)| *next);
            let mut path = at.clone();
            path.push(RepoPath(b"(name of a member)".to_vec()));
            let origin = Origin::Member(Box::new(Member {
                outer: self.outer.clone(),
                path,
            }));
            (self.lend)(Blob {
                bytes: &text[*start..end - 1],
                origin: &origin,
            });
        }
    }

    /// Whether nothing more is to be opened.
    fn stopped(&self) -> bool {
        self.over.get() || self.control.stopped()
    }

    /// Puts the limits on a decoder whose input has `compressed` bytes.
    fn capped<'r>(&'r self, inner: &'r mut dyn Read, compressed: usize) -> Capped<'r> {
        let grown = (compressed as u64).saturating_mul(self.limits.ratio);
        let most = MEMBER_FLOOR.saturating_add(grown);
        Capped::new(inner, most, &self.budget, self.control)
    }

    /// How a decoder ended that nobody looked on to the end: out of proportion, if it was until
    /// then. Of two limits the harder one counts.
    fn settled(&self, end: End, produced: u64, consumed: usize) -> End {
        if end != End::Unknown {
            return end;
        }
        let most = (consumed as u64).saturating_mul(self.limits.ratio);
        match produced > MEMBER_FLOOR.saturating_add(most) {
            true => End::Ratio,
            false => End::Well,
        }
    }

    /// Reads one member, and whether that is all of it.
    fn buffer(&self, reader: &mut dyn Read) -> (Vec<u8>, bool) {
        let mut content = Vec::new();
        let most = self.limits.member;
        // What was read before an error stays; the error itself is kept by the capped reader.
        let _ = (&mut *reader).take(most).read_to_end(&mut content);
        let mut more = [0];
        let whole = (content.len() as u64) < most || !matches!(reader.read(&mut more), Ok(1));
        (content, whole)
    }

    /// Says how a decoder ended, unless that is well.
    fn ended(&self, end: End, at: &[RepoPath]) {
        let limit = self.limits;
        match end {
            End::Well | End::Stopped | End::Unknown => {}
            End::Broken(why) => self.gap(Reason::CorruptArchive, at, why),
            End::Memory => {
                let detail = "its decoder wants more than 128 MiB of memory".to_owned();
                self.gap(Reason::ArchiveLimit, at, detail);
            }
            End::Unsupported(why) => self.gap(Reason::UnsupportedArchive, at, why),
            End::Ratio => {
                let detail = format!(
                    "grows to more than {} times its size; the beginning was scanned",
                    limit.ratio
                );
                self.gap(Reason::Bomb, at, detail);
            }
            End::Budget => {
                if self.over.replace(true) {
                    return;
                }
                let (reason, detail) = match self.budget.by_ratio {
                    true => (
                        Reason::Bomb,
                        format!(
                            "all members together grow to more than {} times its size; the rest \
                             was not read",
                            limit.ratio
                        ),
                    ),
                    false => (
                        Reason::ArchiveLimit,
                        format!(
                            "more than {} bytes when decompressed; the rest was not read",
                            limit.total
                        ),
                    ),
                };
                self.gap(reason, &[], detail);
            }
        }
    }

    fn too_large(&self, at: &[RepoPath]) {
        let detail = format!("only the first {} bytes were scanned", self.limits.member);
        self.gap(Reason::TooLarge, at, detail);
    }

    fn gap(&self, reason: Reason, at: &[RepoPath], detail: String) {
        self.gaps.add(reason, at, detail);
    }

    /// What a compressed file without a name of its own holds: its name without the extension,
    /// where it has a name.
    fn stem(&self, at: &[RepoPath]) -> Vec<u8> {
        let name = match (at.last(), self.outer) {
            (Some(name), _) => name.file_name(),
            (None, Origin::File(path) | Origin::Before(path)) => path.file_name(),
            (None, _) => b"",
        };
        match name.iter().rposition(|b| *b == b'.') {
            Some(dot) if dot > 0 => name[..dot].to_vec(),
            _ => b"content".to_vec(),
        }
    }
}

/// The path of a member named `name` of the archive at `at`.
fn child(at: &[RepoPath], name: &[u8]) -> Vec<RepoPath> {
    let mut path = at.to_vec();
    path.push(RepoPath(name[..name.len().min(MAX_NAME)].to_vec()));
    path
}
