//! The cost of opening grows with the input: twice as much of anything takes twice the steps, never
//! four times. Steps are bytes decoded, searched and shown, and records read.

use keysweep::source::{ArchiveLimits, Blob, Control, Inherit, Visit, open_archive};

use super::make::{Entry, Zip, bzip2, deflate, gzip, pax, put, tar_header, tar_member, xz, zstd};

/// Looks at everything and keeps nothing.
struct Look;

impl Visit for Look {
    type State = ();
    fn blob(&self, _: Blob<'_>, _: Option<Inherit<'_, ()>>) {}
    fn archives(&self) -> Option<&ArchiveLimits> {
        static LIMITS: ArchiveLimits = ArchiveLimits {
            depth: 4,
            total: 1 << 30,
            member: 256 << 20,
            members: 100_000,
            ratio: 200,
        };
        Some(&LIMITS)
    }
}

fn steps(bytes: &[u8]) -> u64 {
    open_archive(bytes, &Look, &Control::default()).1
}

/// Makes an archive of that many parts.
type Parts = fn(usize) -> Vec<u8>;

const SHAPES: [(&str, Parts); 22] = [
    ("stored members", |n| {
        (0..n)
            .fold(Zip::default(), |zip, at| zip.stored(&at.to_string(), b""))
            .end()
    }),
    ("deflated members", |n| {
        (0..n)
            .fold(Zip::default(), |zip, at| {
                zip.deflated(&at.to_string(), b"text")
            })
            .end()
    }),
    ("members that share one content", |n| {
        shared(n, |at| Entry {
            start: Some(0),
            size: at as u32,
            ..Entry::default()
        })
    }),
    ("members one inside the other", |n| {
        // Each says that it reaches to the end.
        shared(n, |_| Entry {
            compressed: Some(1 << 30),
            ..Entry::default()
        })
    }),
    ("members of two readings", |n| {
        shared(n, |_| Entry {
            method: 0,
            own_method: Some(8),
            ..Entry::default()
        })
    }),
    ("entries in no list", |n| {
        shared(n, |_| Entry {
            unlisted: true,
            ..Entry::default()
        })
    }),
    ("entries in no list, without length", |n| {
        shared(n, |_| Entry {
            unlisted: true,
            own_flags: Some(8),
            own_compressed: Some(0),
            ..Entry::default()
        })
    }),
    ("entries in no list, stored, without length", |n| {
        shared(n, |_| Entry {
            unlisted: true,
            method: 0,
            own_flags: Some(8),
            own_compressed: Some(0),
            ..Entry::default()
        })
    }),
    ("entries in no list, each up to the end", |n| {
        shared(n, |_| Entry {
            unlisted: true,
            own_compressed: Some(1 << 30),
            ..Entry::default()
        })
    }),
    ("marks of entries", |n| {
        [&one_zip()[..], &b"PK\x03\x04".repeat(n)].concat()
    }),
    ("marks of ends", |n| {
        [&one_zip()[..], &b"PK\x05\x06".repeat(n)].concat()
    }),
    ("ends that tell of one list", |n| {
        let zip = one_zip();
        let end = zip.len() - 22;
        [&zip[..], &zip[end..].repeat(n)].concat()
    }),
    ("zips behind each other", |n| one_zip().repeat(n)),
    ("streams of gzip", |n| gzip(b"text").repeat(n)),
    ("streams of bzip2", |n| bzip2(b"text").repeat(n / 8)),
    ("streams of xz", |n| xz(b"text").repeat(n / 8)),
    ("frames of zstd", |n| zstd(b"text").repeat(n)),
    ("padded streams", |n| {
        [gzip(b"text"), vec![0; 100]].concat().repeat(n)
    }),
    ("skipped frames", |n| {
        let skipped = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, b'P', b'K', 3, 4];
        [skipped.repeat(n), zstd(b"text")].concat()
    }),
    ("members of a tar, with attributes", |n| {
        let record = pax("comment", "some words that are long enough");
        let mut one = tar_member(b"x", b'x', record.as_bytes());
        one.extend(tar_member(b"a", b'0', b"text"));
        gzip(&one.repeat(n))
    }),
    ("blocks of no member", |n| {
        let mut one = tar_member(b"a", b'0', b"");
        one.extend([[0; 1024], [b'x'; 1024]].concat());
        gzip(&one.repeat(n))
    }),
    ("links with owners", |n| {
        let links = (0..n).flat_map(|at| {
            let mut link = tar_header(b"l", b'2', 0);
            put(&mut link, 157, format!("target-{at}").as_bytes());
            put(&mut link, 265, format!("somebody-{at}").as_bytes());
            link
        });
        gzip(&links.collect::<Vec<u8>>())
    }),
];

fn one_zip() -> Vec<u8> {
    Zip::default().deflated("a.env", b"text").end()
}

/// A zip of many entries that lie in one way.
fn shared(n: usize, lie: fn(usize) -> Entry<'static>) -> Vec<u8> {
    let data = deflate(b"text");
    let mut zip = Zip::default();
    for at in 0..n {
        let name = at.to_string();
        let lie = lie(at);
        zip = zip.with(&Entry {
            name: name.as_bytes(),
            method: if lie.own_method.is_some() || lie.own_flags.is_some() {
                lie.method
            } else {
                8
            },
            data: &data,
            ..lie
        });
    }
    zip.end()
}

#[test]
fn twice_as_much_takes_twice_as_long() {
    for (name, make) in SHAPES {
        let (once, twice) = (make(1_000), make(2_000));
        let (few, many) = (steps(&once), steps(&twice));
        let bytes = once.len() as u64;
        assert!(few > 0, "{name}: nothing was opened");
        assert!(many <= few * 5 / 2, "{name}: {few} steps, then {many}");
        // A bounded number of looks at each byte of the file, and of what it decompresses to.
        // Deflate makes at most 1,032 of one.
        assert!(
            few <= 1_200 * bytes,
            "{name}: {few} steps for {bytes} bytes"
        );
    }
}

#[test]
fn seventy_thousand_members() {
    let mut zip = Zip::default();
    for at in 0..70_000 {
        zip = zip.stored(&at.to_string(), b"");
    }
    let zip = zip.end();
    let (said, steps) = open_archive(&zip, &Look, &Control::default());
    assert!(said.is_empty(), "{said:?}");
    assert!(steps < 4 * zip.len() as u64, "{steps} for {}", zip.len());
}
