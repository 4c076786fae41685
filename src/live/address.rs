//! Where a server is: a host and a path before every path of its driver.

use std::fmt;
use std::net::IpAddr;

use super::http::Uri;

/// The address of a server: `https://HOST[:PORT][/PATH]`, or `http://` to this machine alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// `https://host:port`, as requests begin.
    origin: String,
    /// What stands before every path of the driver; without a slash at its end, and often empty.
    path: String,
    plain: bool,
}

impl Address {
    /// Reads an address as a user writes it.
    ///
    /// # Errors
    /// It is none, it has a user, a query or a fragment, or it is plain `http` to another machine: what is wrong and
    /// what to write. The text is not quoted, because a password may stand in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let uri: Uri = text
            .parse()
            .map_err(|_| "is no address; write it like https://git.example.org".to_owned())?;
        let scheme = uri.scheme_str().unwrap_or_default();
        let authority = uri.authority().map(|a| a.as_str()).unwrap_or_default();
        if authority.contains('@') {
            return Err(
                "has a user or a password in it; write `user = …` and `secret = …` instead".into(),
            );
        }
        if uri.query().is_some() || text.contains('#') {
            return Err("has a query or a fragment; write only the host and a path".into());
        }
        let host = uri.host().unwrap_or_default();
        if host.is_empty() {
            return Err("names no host; write it like https://git.example.org".into());
        }
        match scheme {
            "https" => {}
            // Of the parsed host, and never of how the text begins: `http://localhost.example.org` is elsewhere.
            "http" if is_this_machine(host) => {}
            "http" => {
                return Err(
                    "is plain http to another machine, where everybody on the way can read the \
                     secret; write https"
                        .into(),
                );
            }
            _ => {
                return Err(
                    "is neither https nor http; write it like https://git.example.org".into(),
                );
            }
        }
        Ok(Address {
            origin: format!("{scheme}://{}", authority.to_ascii_lowercase()),
            path: uri.path().trim_end_matches('/').to_owned(),
            plain: scheme == "http",
        })
    }

    /// The whole address of a path of the driver, which begins with a slash.
    pub(super) fn with(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.path)
    }

    /// Whether it is plain `http`, to this machine.
    pub(super) fn is_plain(&self) -> bool {
        self.plain
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// Whether a host, as an address has it, is this machine.
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(ip) => ip.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_or_this_machine() {
        for good in [
            "https://git.example.org",
            "https://git.example.org:8443/sub/path/",
            "http://127.0.0.1:8000",
            "http://127.8.9.1",
            "http://[::1]:8000",
            "http://localhost:3000/x",
            "http://LOCALHOST",
        ] {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://127.1",
            "http://2130706433",
            "http://0x7f000001",
            "http://[::ffff:127.0.0.1.evil.example]",
            "http://git.example.org",
            "http://localhost@evil.example",
            "http://127.0.0.1:80@evil.example",
            "http://evil.example/127.0.0.1",
            "https://user@git.example.org",
            "https://",
            "git.example.org",
            "/path",
            "ftp://git.example.org",
            "file:///etc/passwd",
            "https://git.example.org/?a=b",
            "https://git.example.org/#x",
            "",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_follow_the_path_of_the_address() {
        let address = Address::parse("https://h.example/sub/").expect("an address");
        assert_eq!(address.with("/api"), "https://h.example/sub/api");
        assert_eq!(address.to_string(), "https://h.example/sub");
        // What is an address of the same machine in other letters is the same.
        assert_eq!(
            Address::parse("https://H.example/sub"),
            Address::parse("https://h.example/sub/")
        );
    }
}
