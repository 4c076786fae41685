//! Zips: what stands before and behind them, lists and entries that differ, words beside entries.

use super::{Make, bare, join, make};
use crate::archives::make::{Entry, Zip, deflate, gzip};

/// A zip whose value is compressed, in every dress.
pub fn dressed() -> Vec<(String, Make)> {
    let zip =
        |line: &[u8], comment: &[u8]| Zip::default().deflated("a.env", line).end_with(comment);
    let mut out = Vec::new();
    let long = vec![b'.'; 65_535];
    for (front, before) in [
        ("", Vec::new()),
        ("script-", b"#!/bin/sh\nexit 0\n".to_vec()),
        ("exe-", join(&[b"MZ", &[7; 5000]])),
        ("text-", b"some text before it\n".repeat(20)),
    ] {
        for (back, comment, behind) in [
            ("plain", Vec::new(), Vec::new()),
            ("comment", b"a comment".to_vec(), Vec::new()),
            ("long-comment", long.clone(), Vec::new()),
            ("trailing", Vec::new(), vec![b'x'; 100]),
            ("comment-trailing", b"a comment".to_vec(), vec![0; 3000]),
            ("certificate", Vec::new(), vec![0x30; 100_000]),
            ("lure", b"PK\x05\x06 and no record".to_vec(), vec![b'y'; 40]),
        ] {
            if back == "certificate" && front == "text-" {
                // Further from the end than any program looks.
                continue;
            }
            let before = before.clone();
            out.push((
                format!("dress-{front}{back}.zip"),
                make(move |line| join(&[&before, &zip(line, &comment), &behind])),
            ));
        }
    }
    out.push((
        "two-zips.zip".to_owned(),
        make(move |line| join(&[&zip(line, b"first"), &zip(b"nothing\n", b"second")])),
    ));
    out.push((
        "zip-in-a-comment.zip".to_owned(),
        make(move |line| zip(b"nothing\n", &zip(line, b""))),
    ));
    out
}

/// Zips whose list and entries do not say the same.
pub fn lying() -> Vec<(String, Make)> {
    fn entry<'a>(data: &'a [u8], line: &[u8]) -> Entry<'a> {
        Entry {
            name: b"a.env",
            method: 8,
            data,
            size: line.len() as u32,
            ..Entry::default()
        }
    }
    /// Changes the usual entry, deflated and right in all it says.
    fn with(change: for<'a> fn(Entry<'a>) -> Entry<'a>) -> Make {
        make(move |line| {
            let data = deflate(line);
            let entry = change(entry(&data, line));
            Zip::default()
                .with(&entry)
                .deflated("b.txt", b"nothing\n")
                .end()
        })
    }
    /// The entry is stored, and what it holds is a compressed file.
    fn stored(change: for<'a> fn(Entry<'a>) -> Entry<'a>) -> Make {
        make(move |line| {
            let data = gzip(line);
            let entry = change(Entry {
                name: b"a.gz",
                method: 0,
                data: &data,
                size: data.len() as u32,
                ..Entry::default()
            });
            Zip::default().with(&entry).end()
        })
    }
    let cases: Vec<(&str, Make)> = vec![
        (
            "list-stored",
            with(|e| Entry {
                method: 0,
                own_method: Some(8),
                ..e
            }),
        ),
        (
            "list-unknown",
            with(|e| Entry {
                method: 9,
                own_method: Some(8),
                ..e
            }),
        ),
        (
            "own-stored",
            with(|e| Entry {
                own_method: Some(0),
                ..e
            }),
        ),
        (
            "own-unknown",
            with(|e| Entry {
                own_method: Some(9),
                ..e
            }),
        ),
        (
            "list-deflated",
            stored(|e| Entry {
                method: 8,
                own_method: Some(0),
                ..e
            }),
        ),
        (
            "list-short",
            with(|e| Entry {
                compressed: Some(3),
                ..e
            }),
        ),
        (
            "list-long",
            with(|e| Entry {
                compressed: Some(9000),
                ..e
            }),
        ),
        (
            "own-short",
            with(|e| Entry {
                own_compressed: Some(3),
                ..e
            }),
        ),
        (
            "own-long",
            with(|e| Entry {
                own_compressed: Some(9000),
                ..e
            }),
        ),
        ("size-short", with(|e| Entry { size: 3, ..e })),
        (
            "own-size",
            with(|e| Entry {
                own_size: Some(3),
                ..e
            }),
        ),
        (
            "stored-list-short",
            stored(|e| Entry {
                compressed: Some(5),
                size: 5,
                ..e
            }),
        ),
        (
            "stored-own-short",
            stored(|e| Entry {
                own_compressed: Some(5),
                own_size: Some(5),
                ..e
            }),
        ),
        (
            "unlisted",
            with(|e| Entry {
                unlisted: true,
                ..e
            }),
        ),
        (
            "unlisted-stored",
            stored(|e| Entry {
                unlisted: true,
                ..e
            }),
        ),
        (
            "unlisted-unknown",
            with(|e| Entry {
                unlisted: true,
                method: 9,
                ..e
            }),
        ),
        (
            "unlisted-streamed",
            with(|e| Entry {
                unlisted: true,
                own_flags: Some(8),
                own_size: Some(0),
                own_compressed: Some(0),
                ..e
            }),
        ),
        (
            "unlisted-stored-streamed",
            stored(|e| Entry {
                unlisted: true,
                own_flags: Some(8),
                own_size: Some(0),
                own_compressed: Some(0),
                ..e
            }),
        ),
        (
            "streamed",
            with(|e| Entry {
                flags: 8,
                own_size: Some(0),
                own_compressed: Some(0),
                ..e
            }),
        ),
        (
            "other-name",
            with(|e| Entry {
                own_name: Some(b"other.env"),
                ..e
            }),
        ),
        (
            "locked-in-the-list",
            with(|e| Entry {
                flags: 1,
                own_flags: Some(0),
                ..e
            }),
        ),
        (
            "locked-itself",
            with(|e| Entry {
                own_flags: Some(1),
                ..e
            }),
        ),
        (
            "elsewhere",
            with(|e| Entry {
                start: Some(7),
                ..e
            }),
        ),
    ];
    let mut out: Vec<(String, Make)> = cases
        .into_iter()
        .map(|(name, make)| (format!("lie-{name}.zip"), make))
        .collect();
    out.push((
        "lie-stored-and-more.zip".to_owned(),
        // Where the list ends the content, the value ends; the entry goes on with letters.
        make(|line| {
            let value = bare(line);
            let data = join(&[value, b"AAAA"]);
            let entry = Entry {
                name: b"a.env",
                data: &data,
                size: value.len() as u32,
                compressed: Some(value.len() as u32),
                own_size: Some(data.len() as u32),
                ..Entry::default()
            };
            Zip::default().with(&entry).end()
        }),
    ));
    out
}

/// Zips whose value stands in words beside the entries.
pub fn beside() -> Vec<(String, Make)> {
    let mut out: Vec<(String, Make)> = Vec::new();
    for (name, comment, extra) in [("comment", true, false), ("extra", false, true)] {
        out.push((
            format!("entry-{name}.zip"),
            make(move |line| {
                let value = bare(line);
                let field = join(&[b"zz", &(value.len() as u16).to_le_bytes(), value]);
                let entry = Entry {
                    name: b"a.env",
                    comment: if comment { value } else { b"" },
                    extra: if extra { &field } else { b"" },
                    data: b"nothing\n",
                    size: 8,
                    ..Entry::default()
                };
                Zip::default().with(&entry).end()
            }),
        ));
    }
    out.push((
        "archive-comment.zip".to_owned(),
        make(|line| {
            Zip::default()
                .deflated("a.env", b"nothing\n")
                .end_with(bare(line))
        }),
    ));
    out
}

/// Zips that programs find different lists in, and one that they read without any.
pub fn doubtful() -> Vec<(String, Make)> {
    let later = make(|line| {
        let mut zip = Zip::default().deflated("a.env", line).cut();
        // The version that would be needed is none that there is.
        zip[4] = 99;
        zip
    });
    let offset = make(|line| {
        // By its length the list is the second, by its place the first.
        let first = Zip::default().deflated("a.env", line).end();
        let list = memchr::memmem::find(&first, b"PK\x01\x02").expect("a list");
        let mut both = join(&[&first, &Zip::default().deflated("b.txt", b"x").end()]);
        let end = both.len() - 22;
        both[end + 16..end + 20].copy_from_slice(&(list as u32).to_le_bytes());
        both
    });
    let wide = make(|line| {
        let zip = Zip::default().deflated("a.env", line).end();
        let (body, end) = zip.split_at(zip.len() - 22);
        let at = body.len() as u64;
        let mut record = join(&[b"PK\x06\x06", &44u64.to_le_bytes(), &[0; 44]]);
        // One entry, in a list of another length than the short record says.
        record[32] = 1;
        record[40] = 46;
        let locator = join(&[b"PK\x06\x07", &[0; 4], &at.to_le_bytes(), &[1, 0, 0, 0]]);
        join(&[body, &record, &locator, end])
    });
    [("version", later), ("offset", offset), ("wide", wide)]
        .into_iter()
        .map(|(name, make)| (format!("doubt-{name}.zip"), make))
        .collect()
}
