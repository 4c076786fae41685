//! Numbers and sizes as people read them.

/// `1 file`, `3 files`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", digits(n), if n == 1 { one } else { many })
}

/// A number with thousands separated.
pub fn digits(n: u64) -> String {
    let plain = n.to_string();
    let mut out = String::new();
    for (i, c) in plain.chars().enumerate() {
        if i > 0 && (plain.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Bytes in units of 1,024 with one digit after the point.
pub fn size(bytes: u64) -> String {
    let (unit, scale) = match bytes {
        0..=1023 => return count(bytes, "byte", "bytes"),
        1_024..=1_048_575 => ("KiB", 1u64 << 10),
        1_048_576..=1_073_741_823 => ("MiB", 1 << 20),
        _ => ("GiB", 1 << 30),
    };
    let tenths = (bytes / scale) * 10 + (bytes % scale) * 10 / scale;
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_read_well() {
        assert_eq!(digits(1_234_567), "1,234,567");
        assert_eq!(digits(12), "12");
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(1_536), "1.5 KiB");
        assert_eq!(size(u64::MAX), "17179869183.9 GiB");
    }
}
