//! What the parts of a scan cost: `cargo bench --bench parts -- DIR`.
//!
//! Reads every file of DIR into memory and prints megabytes a second of each part over them, one
//! thread, best of three. A figure to compare parts with each other on one machine, not an aim.

#![allow(clippy::print_stdout)]

use std::fs;
use std::path::Path;
use std::time::Instant;

use keysweep::detect::{Anchor, Scanner};

fn read(dir: &Path, out: &mut Vec<Vec<u8>>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_dir() => read(&path, out),
            Ok(meta) if meta.is_file() => out.extend(fs::read(&path).ok()),
            _ => {}
        }
    }
}

fn main() {
    let Some(dir) = std::env::args().skip(1).find(|arg| !arg.starts_with("--")) else {
        println!("usage: cargo bench --bench parts -- DIR");
        return;
    };
    let mut files = Vec::new();
    read(Path::new(&dir), &mut files);
    let total: usize = files.iter().map(Vec::len).sum();
    println!("{} files, {} bytes", files.len(), total);
    let scanner = Scanner::new(keysweep::builtin::set());
    let measure = |name: &str, part: &dyn Fn(&[u8]) -> usize| {
        let best = (0..3)
            .map(|_| {
                let start = Instant::now();
                let hits: usize = files.iter().map(|file| part(file)).sum();
                (start.elapsed(), hits)
            })
            .min();
        if let Some((time, hits)) = best {
            let speed = total as f64 / 1e6 / time.as_secs_f64();
            println!("{name:<28} {speed:>8.0} MB/s  {hits} hits");
        }
    };
    measure("anchors", &|bytes| {
        let mut hits = 0;
        scanner.anchors(bytes, 0..bytes.len(), |_| hits += 1);
        hits
    });
    for (name, wanted) in [
        ("literal anchors", 0),
        ("run anchors", 1),
        ("layer anchors", 2),
    ] {
        measure(name, &|bytes| {
            let mut hits = 0;
            scanner.anchors(bytes, 0..bytes.len(), |anchor| {
                let kind = match anchor {
                    Anchor::Literal(..) => 0,
                    Anchor::Run(_) => 1,
                    Anchor::Escaped(_) | Anchor::Wide(_) => 2,
                };
                hits += usize::from(kind == wanted);
            });
            hits
        });
    }
    for (name, wanted) in [
        ("verdicts of literals", 0),
        ("verdicts of runs", 1),
        ("verdicts of layers", 2),
    ] {
        measure(name, &|bytes| {
            let mut out = Vec::new();
            scanner.anchors(bytes, 0..bytes.len(), |anchor| {
                let kind = match anchor {
                    Anchor::Literal(..) => 0,
                    Anchor::Run(_) => 1,
                    Anchor::Escaped(_) | Anchor::Wide(_) => 2,
                };
                if kind == wanted {
                    scanner.verdict(bytes, &anchor, &mut out);
                }
            });
            out.len()
        });
    }
    measure("whole scan", &|bytes| scanner.scan(bytes).len());
}
