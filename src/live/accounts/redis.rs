//! Redis through `redis-cli`.

use sha2::{Digest as _, Sha256};

use super::{Client, Fault, Row, Said, Secret, To, Verdict, client, text};
use crate::hex::hex;

pub(in crate::live) struct Redis;

impl Client for Redis {
    fn run(&self, to: &To<'_>, statements: &str) -> Result<Said, Fault> {
        let (host, port) = to.address.host_and_port();
        let port = port.unwrap_or(6379).to_string();
        let words = [
            "--no-auth-warning",
            "-h",
            &host,
            "-p",
            &port,
            "--user",
            to.account,
        ];
        let mut arguments: Vec<String> = words.map(str::to_owned).to_vec();
        if !to.address.is_plain() {
            arguments.push("--tls".into());
            if let Some(roots) = to.roots {
                arguments.extend(["--cacert".to_owned(), roots.display().to_string()]);
            }
        }
        let environment = vec![("REDISCLI_AUTH", text(to.password))];
        client("redis-cli", arguments, environment, statements)
    }

    fn list(&self) -> &'static str {
        "ACL LIST\n"
    }

    fn who(&self) -> &'static str {
        "ACL WHOAMI\n"
    }

    /// A client that was refused goes on as `default`, so that its status says nothing.
    fn verdict(&self, said: &Said, account: &str) -> Verdict {
        let output = String::from_utf8_lossy(&said.output);
        let has = |word: &str| output.contains(word) || said.errors.contains(word);
        if has("WRONGPASS") {
            return Verdict::Dead;
        }
        if has("AUTH failed") || has("NOAUTH") {
            return Verdict::Unknown(
                "the server did not take the login, and not for its password".into(),
            );
        }
        match output.trim() == account || has("NOPERM") {
            true => Verdict::Live,
            false => Verdict::Unknown("the server is not there".into()),
        }
    }

    /// The passwords before end; a user whom none was asked is asked one from now on.
    fn replace(&self, row: &Row, password: &Secret) -> Result<String, String> {
        let hash = hex(&Sha256::digest(password.expose()));
        Ok(format!(
            "ACL SETUSER {} resetpass #{hash}\n{SAVE}",
            name(row)?
        ))
    }

    fn revoke(&self, row: &Row) -> Result<String, String> {
        Ok(format!("ACL SETUSER {} off\n{SAVE}", name(row)?))
    }

    /// The first answer counts: a server without a file of accounts cannot save, and has them in its configuration.
    fn went_well(&self, said: &Said) -> bool {
        let output = String::from_utf8_lossy(&said.output);
        let first = output.lines().next().unwrap_or_default();
        said.well && !first.is_empty() && !is_error(first) && !said.errors.contains("AUTH failed")
    }
}

/// What a restart would forget.
const SAVE: &str = "ACL SAVE\n";

fn is_error(line: &str) -> bool {
    let code = line
        .trim_start_matches("(error) ")
        .split(' ')
        .next()
        .unwrap_or_default();
    code.len() >= 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// A name that needs no quotes; Redis has no others.
fn name(row: &Row) -> Result<&str, String> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
    match !row.id.is_empty() && row.id.bytes().all(plain) {
        true => Ok(&row.id),
        false => Err("the account has a name that cannot be written in a command".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(output: &str, errors: &str) -> Said {
        Said {
            well: true,
            output: output.as_bytes().to_vec(),
            errors: errors.to_owned(),
            ..Said::default()
        }
    }

    #[test]
    fn a_refused_login_that_goes_on_as_another_is_dead() {
        let refused = said(
            "default\n",
            "AUTH failed: WRONGPASS invalid username-password pair\n",
        );
        assert_eq!(Redis.verdict(&refused, "ci"), Verdict::Dead);
        assert_eq!(Redis.verdict(&said("ci\n", ""), "ci"), Verdict::Live);
        assert_eq!(
            Redis.verdict(&said("NOPERM this user has no permissions\n", ""), "ci"),
            Verdict::Live
        );
        assert!(matches!(
            Redis.verdict(&said("", "Could not connect"), "ci"),
            Verdict::Unknown(_)
        ));
        assert!(matches!(
            Redis.verdict(&said("default\n", ""), "ci"),
            Verdict::Unknown(_)
        ));
    }

    #[test]
    fn an_error_is_no_success() {
        assert!(Redis.went_well(&said("OK\nERR no ACL file\n", "")));
        assert!(!Redis.went_well(&said("ERR Error in ACL SETUSER\n", "")));
        assert!(!Redis.went_well(&said("NOPERM no\n", "")));
        assert!(Redis.went_well(&said("user default on #ab ~* +@all\n", "")));
        assert!(!Redis.went_well(&said("", "")));
    }
}
