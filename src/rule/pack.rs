//! A rule pack: how a configuration or a rule file names another rule file.

use crate::hex;

/// A rule file that is named by its path, with the digest that it must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Relative to the file that names it; `/` between names. It may lead out of the directory.
    pub path: String,
    /// The SHA-256 of the file's bytes; `None` where anything may stand there.
    pub sha256: Option<[u8; 32]>,
}

/// What stands between the path and the digest.
const MARK: &str = " sha256:";

impl Pack {
    /// Reads `PATH` or `PATH sha256:DIGEST`.
    ///
    /// # Errors
    /// What is wrong, as the end of a sentence that names the key.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (path, digest) = match text.rsplit_once(MARK) {
            Some((path, digest)) => (path, Some(digest)),
            None => (text, None),
        };
        if path.trim().is_empty() || path.contains('\0') {
            return Err("names no file: write `PATH` or `PATH sha256:DIGEST`");
        }
        let sha256 = match digest {
            None => None,
            Some(text) => Some(hex::bytes(text.trim()).ok_or(
                "has a digest that is none: behind `sha256:` stand 64 hexadecimal digits (`sha256sum FILE`)",
            )?),
        };
        Ok(Pack {
            path: path.trim().to_owned(),
            sha256,
        })
    }

    /// Whether the path stays below the directory that it is relative to, on any system.
    pub fn is_inside(&self) -> bool {
        is_inside(&self.path)
    }
}

/// Whether a path stays below the directory that it is relative to, on any system.
pub fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', ':', '\0'])
        && path
            .split('/')
            .all(|name| !matches!(name, "" | "." | ".." | ".git"))
}

#[cfg(test)]
mod tests {
    use super::Pack;

    #[test]
    fn a_pack_is_a_path_with_or_without_a_digest() {
        let plain = Pack::parse("ci/a b.toml").expect("a path");
        assert_eq!((plain.path.as_str(), plain.sha256), ("ci/a b.toml", None));
        assert!(plain.is_inside());
        let digest = "0A".repeat(32);
        let pinned = Pack::parse(&format!("../a.toml sha256:{digest}")).expect("both");
        assert_eq!(pinned.sha256, Some([10; 32]));
        assert!(!pinned.is_inside());
        for wrong in [
            "",
            " ",
            "a\0b",
            " sha256:00",
            "a sha256:",
            "a sha256:0",
            &format!("a sha256:+{}", "0".repeat(63)),
            &format!("a sha256:{}", "é".repeat(32)),
        ] {
            assert!(Pack::parse(wrong).is_err(), "{wrong:?}");
        }
        for outside in ["/etc/x", "a/../b", "a//b", "c:x", "a\\b", ".git/x"] {
            assert!(
                !Pack::parse(outside).expect("a path").is_inside(),
                "{outside}"
            );
        }
    }
}
