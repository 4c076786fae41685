//! What the headers and attribute records of a tar say: numbers, names, and words that stand
//! beside the members. Sources: POSIX pax (ustar and extended headers), the GNU tar manual (GNU
//! headers, sparse formats), star(5) for `SCHILY` attributes.

/// The unit of everything; bytes.
pub(super) const BLOCK: usize = 512;

/// Sizes from here on do not fit a header's octal digits, which may then say anything.
const LARGE: u64 = 1 << 33;

/// Whether a header's checksum fits: the sum of its bytes, the checksum's own taken as blanks;
/// some old programs summed signed bytes. Source: POSIX pax, ustar interchange format.
pub(super) fn checksum_fits(block: &[u8; BLOCK]) -> bool {
    let Some(stated) = number(&block[148..156]) else {
        return false;
    };
    let body = || {
        let blanks = [b' '; 8];
        block[..148]
            .iter()
            .copied()
            .chain(blanks)
            .chain(block[156..].iter().copied())
    };
    let unsigned: u64 = body().map(u64::from).sum();
    let signed: i64 = body().map(|b| i64::from(b.cast_signed())).sum();
    stated == unsigned || i64::try_from(stated) == Ok(signed)
}

/// A number in octal digits, or (GNU) big-endian with the upper bit set; `None` when it is
/// neither, negative, or beyond every file.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    let (&first, rest) = field.split_first()?;
    if first & 0x80 != 0 {
        if first & 0x7f != 0 {
            return None;
        }
        return rest
            .iter()
            .try_fold(0u64, |n, b| n.checked_mul(256)?.checked_add(u64::from(*b)))
            .filter(|n| *n < 1 << 62);
    }
    let digits: Vec<u8> = field
        .iter()
        .copied()
        .skip_while(|b| *b == b' ')
        .take_while(|b| !matches!(b, b' ' | 0))
        .collect();
    digits.iter().try_fold(0u64, |n, b| match b {
        b'0'..=b'7' => n.checked_mul(8)?.checked_add(u64::from(b - b'0')),
        _ => None,
    })
}

/// A header's text up to its first zero byte.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|b| *b == 0).next().unwrap_or_default()
}

/// What records before a header say about the member behind it.
#[derive(Default)]
pub(super) struct Said {
    /// Its name.
    pub name: Option<Vec<u8>>,
    /// The target of its link.
    pub link: Option<Vec<u8>>,
    /// Bytes of its content.
    pub size: Option<u64>,
    /// Everything else, as it stands in the records.
    pub words: Vec<u8>,
}

impl Said {
    /// Reads pax records, `LENGTH KEY=VALUE\n` each. Words are kept unless all are numbers and
    /// names; what is no record is words.
    pub fn attributes(&mut self, record: &[u8]) {
        let mut plain = true;
        let mut rest = record;
        while let Some((key, value, next)) = attribute(rest) {
            rest = next;
            match key {
                // A sparse file's own name goes before the one that stands for its parts.
                b"GNU.sparse.name" => self.name = Some(value.to_vec()),
                b"path" if self.name.is_none() => self.name = Some(value.to_vec()),
                b"path" => {}
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => {
                    let digits = std::str::from_utf8(value).ok();
                    self.size = digits.and_then(|digits| digits.trim().parse().ok());
                    plain &= self.size.is_some();
                }
                _ => plain &= is_numbers(value),
            }
        }
        if !plain || rest.iter().any(|b| *b != 0) {
            self.words.extend_from_slice(record);
            self.words.push(b'\n');
        }
    }

    /// Whether the size that records say is another one than that in the header, though the
    /// header has room for it.
    pub fn size_differs(&self, stated: u64) -> bool {
        self.size.is_some_and(|size| size != stated && size < LARGE)
    }
}

/// The first record: key, value, and what follows.
fn attribute(record: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = record.iter().take(20).position(|b| *b == b' ')?;
    let length = std::str::from_utf8(&record[..space]).ok()?;
    let length = length.parse::<usize>().ok()?;
    let entry = record.get(space + 1..length)?;
    let entry = entry.strip_suffix(b"\n").unwrap_or(entry);
    let equals = entry.iter().position(|b| *b == b'=')?;
    Some((&entry[..equals], &entry[equals + 1..], &record[length..]))
}

/// Times, sizes, ids.
fn is_numbers(value: &[u8]) -> bool {
    value
        .iter()
        .all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b',' | b' ' | 0))
}

/// The words of a header besides the member's name, a line each field: owner, group, the target
/// of a link if `link`, and whatever stands where numbers or nothing should be.
pub(super) fn words(block: &[u8; BLOCK], link: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut add = |field: &[u8]| {
        let end = field.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1);
        let start = field.iter().position(|b| *b != 0).unwrap_or(0);
        if start < end {
            out.extend_from_slice(&field[start..end]);
            out.push(b'\n');
        }
    };
    add(behind_text(&block[..100]));
    for number in [100..108, 108..116, 116..124, 136..148, 329..337, 337..345] {
        if !is_number(&block[number.clone()]) {
            add(&block[number]);
        }
    }
    match link {
        true => add(&block[157..257]),
        false => add(behind_text(&block[157..257])),
    }
    add(&block[265..297]);
    add(&block[297..329]);
    if &block[257..263] == b"ustar\0" {
        add(behind_text(&block[345..500]));
        add(&block[500..]);
    } else if !map_of_numbers(&block[345..]) {
        add(&block[345..]);
    }
    out
}

/// What stands behind the zero byte that ends a field's text.
fn behind_text(field: &[u8]) -> &[u8] {
    &field[text(field).len()..]
}

/// A numeric field as programs write it: digits, or bytes with a mark in front.
fn is_number(field: &[u8]) -> bool {
    field[0] & 0x80 != 0 || is_numbers(field)
}

/// GNU: times and the map of a sparse file, fields of twelve bytes, with single bytes between.
pub(super) fn map_of_numbers(part: &[u8]) -> bool {
    part.chunks(12)
        .all(|chunk| is_number(chunk) || !super::directory::has_text(chunk))
}

/// The name in the header itself; only POSIX has a part that goes before it.
pub(super) fn plain_name(block: &[u8; BLOCK]) -> Vec<u8> {
    let name = text(&block[..100]);
    let prefix = text(&block[345..500]);
    match &block[257..263] == b"ustar\0" && !prefix.is_empty() {
        true => [prefix, b"/", name].concat(),
        false => name.to_vec(),
    }
}
