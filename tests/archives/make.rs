//! Builds archives, whole ones and wrong ones.

#![allow(dead_code)]

use std::io::Write;
use std::num::Wrapping;

/// Compresses with gzip.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(content).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

/// The same with a name of the content in the header.
pub fn gzip_named(name: &str, content: &[u8]) -> Vec<u8> {
    let writer = flate2::GzBuilder::new().filename(name);
    let mut writer = writer.write(Vec::new(), flate2::Compression::default());
    writer.write_all(content).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

/// Compresses with deflate and no header.
pub fn deflate(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

/// Compresses with bzip2.
pub fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    writer.write_all(content).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

/// Compresses with xz.
pub fn xz(content: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).expect("valid options");
    writer.write_all(content).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

/// Compresses with zstd.
pub fn zstd(content: &[u8]) -> Vec<u8> {
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    ruzstd::encoding::compress_to_vec(content, level)
}

/// An LZMA stream as zip has it.
pub fn zip_lzma(content: &[u8], end_mark: bool) -> Vec<u8> {
    let options = lzma_rust2::LzmaOptions::with_preset(1);
    let mut out = vec![9, 20, 5, 0, options.get_props()];
    out.extend(options.dict_size.to_le_bytes());
    let mut writer =
        lzma_rust2::LzmaWriter::new_no_header(out, &options, end_mark).expect("valid options");
    writer.write_all(content).expect("memory takes it");
    writer.finish().expect("memory takes it")
}

/// A tar's header block.
pub fn tar_header(name: &[u8], kind: u8, size: u64) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name);
    block[100..108].copy_from_slice(b"0000644\0");
    block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    sum(&mut block);
    block
}

/// Puts the right checksum into a header block.
pub fn sum(block: &mut [u8]) {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// A pax record.
pub fn pax(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let digits = |len: usize| (rest.len() + len).to_string();
    let len = digits(digits(digits(2).len()).len());
    format!("{len}{rest}")
}

/// Puts bytes into a field of a header block, and the checksum right.
pub fn put(block: &mut [u8], at: usize, bytes: &[u8]) {
    block[at..at + bytes.len()].copy_from_slice(bytes);
    sum(&mut block[..512]);
}

/// A tar's member: header, content, padding.
pub fn tar_member(name: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
    let mut out = tar_header(name, kind, content.len() as u64);
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

/// A whole tar.
pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in members {
        out.extend(tar_member(name.as_bytes(), b'0', content));
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// A zip that is being written.
#[derive(Default)]
pub struct Zip {
    out: Vec<u8>,
    list: Vec<u8>,
    count: u16,
}

/// One entry of a zip, with everything that it may lie about.
#[derive(Clone, Default)]
pub struct Entry<'a> {
    pub name: &'a [u8],
    pub method: u16,
    pub flags: u16,
    /// What is stored.
    pub data: &'a [u8],
    /// The length of the content as the list says.
    pub size: u32,
    /// The length of the data as the list says, if not its own.
    pub compressed: Option<u32>,
    /// Where the list says that it is, if not where it is.
    pub start: Option<u32>,
    /// It is not in the list.
    pub unlisted: bool,
    /// Its own header: method, flags, size and length, if they are others than the list says.
    pub own_method: Option<u16>,
    pub own_flags: Option<u16>,
    pub own_size: Option<u32>,
    pub own_compressed: Option<u32>,
    /// Its own header's name, if it is another.
    pub own_name: Option<&'a [u8]>,
    /// Extra fields and comment in the list.
    pub extra: &'a [u8],
    pub comment: &'a [u8],
}

impl Zip {
    /// A deflated entry.
    pub fn deflated(mut self, name: &str, content: &[u8]) -> Self {
        let data = deflate(content);
        self.entry(&Entry {
            name: name.as_bytes(),
            method: 8,
            data: &data,
            size: content.len() as u32,
            ..Entry::default()
        });
        self
    }

    /// An entry that is not compressed.
    pub fn stored(mut self, name: &str, content: &[u8]) -> Self {
        self.entry(&Entry {
            name: name.as_bytes(),
            data: content,
            size: content.len() as u32,
            ..Entry::default()
        });
        self
    }

    /// Any entry.
    pub fn with(mut self, entry: &Entry<'_>) -> Self {
        self.entry(entry);
        self
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        let start = entry.start.unwrap_or(self.out.len() as u32);
        let own = entry.data.len() as u32;
        let own_name = entry.own_name.unwrap_or(entry.name);
        let own_flags = entry.own_flags.unwrap_or(entry.flags);
        let own_method = entry.own_method.unwrap_or(entry.method);
        self.out.extend_from_slice(b"PK\x03\x04");
        for n in [20, own_flags, own_method, 0, 0] {
            self.out.extend_from_slice(&n.to_le_bytes());
        }
        for n in [
            crc32fast::hash(entry.data),
            entry.own_compressed.unwrap_or(own),
            entry.own_size.unwrap_or(entry.size),
        ] {
            self.out.extend_from_slice(&n.to_le_bytes());
        }
        for n in [own_name.len() as u16, 0] {
            self.out.extend_from_slice(&n.to_le_bytes());
        }
        self.out.extend_from_slice(own_name);
        self.out.extend_from_slice(entry.data);
        if entry.unlisted {
            return;
        }
        self.count = (Wrapping(self.count) + Wrapping(1)).0;
        self.list.extend_from_slice(b"PK\x01\x02");
        for n in [20, 20, entry.flags, entry.method, 0, 0] {
            self.list.extend_from_slice(&n.to_le_bytes());
        }
        for n in [0, entry.compressed.unwrap_or(own), entry.size] {
            self.list.extend_from_slice(&n.to_le_bytes());
        }
        let lengths = [entry.name.len(), entry.extra.len(), entry.comment.len()];
        for n in lengths.into_iter().chain([0; 4]) {
            self.list.extend_from_slice(&(n as u16).to_le_bytes());
        }
        self.list.extend_from_slice(&start.to_le_bytes());
        self.list.extend_from_slice(entry.name);
        self.list.extend_from_slice(entry.extra);
        self.list.extend_from_slice(entry.comment);
    }

    /// The entries without a list.
    pub fn cut(self) -> Vec<u8> {
        self.out
    }

    /// The whole file.
    pub fn end(self) -> Vec<u8> {
        self.end_with(b"")
    }

    /// The whole file with a comment.
    pub fn end_with(mut self, comment: &[u8]) -> Vec<u8> {
        let start = self.out.len() as u32;
        self.out.extend_from_slice(&self.list);
        self.out.extend_from_slice(b"PK\x05\x06");
        for n in [0, 0, self.count, self.count] {
            self.out.extend_from_slice(&n.to_le_bytes());
        }
        for n in [self.list.len() as u32, start] {
            self.out.extend_from_slice(&n.to_le_bytes());
        }
        let len = comment.len() as u16;
        self.out.extend_from_slice(&len.to_le_bytes());
        self.out.extend_from_slice(comment);
        self.out
    }
}
