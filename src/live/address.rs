//! Where a server is: a host and a path before every path of its driver.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

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
        Address::of(text, None)
    }

    /// Reads an address whose scheme is `own`, of a server that is asked through its own client program. To another
    /// machine that program is told to ask for TLS; the scheme of Redis says itself whether it does.
    ///
    /// # Errors
    /// As [`Address::parse`].
    pub(super) fn of_program(text: &str, own: &str) -> Result<Self, String> {
        Address::of(text, Some(own))
    }

    fn of(text: &str, own: Option<&str>) -> Result<Self, String> {
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
            "redis" if own == Some("redis") && !is_this_machine(host) => {
                return Err(
                    "is plain redis to another machine, where everybody on the way can read the \
                     secret; write rediss"
                        .into(),
                );
            }
            "rediss" if own == Some("redis") => {}
            scheme if own == Some(scheme) => {}
            _ if own.is_some() => {
                let own = own.unwrap_or_default();
                return Err(format!(
                    "is not of its kind; write it like {own}://db.example.org"
                ));
            }
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
            plain: matches!(scheme, "http" | "redis"),
        })
    }

    /// The whole address of a path of the driver, which begins with a slash.
    pub(super) fn with(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.path)
    }

    /// The host without brackets, and the port where one is named.
    pub(super) fn host_and_port(&self) -> (String, Option<u16>) {
        let uri: Uri = self.origin.parse().unwrap_or_default();
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        (host.to_owned(), uri.port_u16())
    }

    /// As requests name it in `Host`.
    pub(super) fn authority(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, rest)| rest)
    }

    /// What stands behind the host, without its first slash.
    pub(super) fn path(&self) -> &str {
        self.path.trim_start_matches('/')
    }

    /// Whether it is this machine.
    pub(super) fn is_here(&self) -> bool {
        is_this_machine(&self.host_and_port().0)
    }

    /// The same with another beginning of the host, where it begins so: providers have a host for each service.
    pub(super) fn beside(&self, from: &str, to: &str) -> Option<Address> {
        let rest = self.authority().strip_prefix(from)?;
        Some(Address {
            origin: format!("https://{to}{rest}"),
            ..self.clone()
        })
        .filter(|_| !self.plain)
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
    fn a_client_program_has_addresses_of_its_own() {
        let of = Address::of_program;
        assert!(of("postgresql://db.example.org:5433/app", "postgresql").is_ok());
        assert!(of("redis://127.0.0.1:6379", "redis").is_ok());
        assert!(of("rediss://cache.example.org", "redis").is_ok());
        for (bad, own) in [
            ("redis://cache.example.org", "redis"),
            ("https://db.example.org", "postgresql"),
            ("postgresql://ann@db.example.org", "postgresql"),
            ("mariadb://db.example.org", "postgresql"),
        ] {
            assert!(of(bad, own).is_err(), "{bad}");
        }
        let address = of("postgresql://[::1]:5433/app", "postgresql").expect("an address");
        assert_eq!(address.host_and_port(), ("::1".to_owned(), Some(5433)));
        assert_eq!(address.path(), "app");
        let iam = Address::parse("https://iam.amazonaws.com").expect("an address");
        let sts = iam.beside("iam.", "sts.").expect("one beside");
        assert_eq!(sts.to_string(), "https://sts.amazonaws.com");
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
