//! MariaDB through `mariadb`.

use sha1::{Digest as _, Sha1};

use super::{Client, Fault, Row, Said, Secret, To, Verdict, client, is_account, secret_file, text};

const LIST: &str = "SELECT JSON_OBJECT('Host', Host, 'User', User, 'Priv', JSON_COMPACT(Priv)) FROM mysql.global_priv;\n";

pub(in crate::live) struct Mariadb;

impl Client for Mariadb {
    fn run(&self, to: &To<'_>, statements: &str) -> Result<Said, Fault> {
        let (host, port) = to.address.host_and_port();
        let mut options = format!(
            "[client]\nuser={}\npassword={}\nhost={}\nport={}\nprotocol=tcp\nconnect-timeout=10\n",
            option(to.account),
            option(&text(to.password)),
            option(&host),
            port.unwrap_or(3306)
        );
        if !to.address.is_here() {
            options.push_str("ssl\nssl-verify-server-cert\n");
        }
        if let Some(roots) = to.roots {
            options.push_str(&format!(
                "ssl-ca={}\n",
                option(&roots.display().to_string())
            ));
        }
        let file = secret_file(&options)?;
        // The first argument has to be this one: no other file is read then.
        let first = format!("--defaults-file={}", file.path().display());
        let others = ["--batch", "--raw", "--skip-column-names"].map(str::to_owned);
        let arguments = std::iter::once(first).chain(others).collect();
        client("mariadb", arguments, Vec::new(), statements)
    }

    fn list(&self) -> &'static str {
        LIST
    }

    fn who(&self) -> &'static str {
        "SELECT CURRENT_USER();\n"
    }

    fn verdict(&self, said: &Said, _: &str) -> Verdict {
        match said {
            Said { well: true, .. } => Verdict::Live,
            // The password is past its end: whoever has it may set a new one.
            Said { errors, .. } if errors.contains("ERROR 1820 ") => Verdict::Live,
            // Wrong, or the account is locked.
            Said { errors, .. }
                if errors.contains("ERROR 1045 ") || errors.contains("ERROR 4151 ") =>
            {
                Verdict::Dead
            }
            _ => Verdict::Unknown("the server is not there, or lets nobody in from here".into()),
        }
    }

    fn replace(&self, row: &Row, password: &Secret) -> Result<String, String> {
        let hash = Sha1::digest(Sha1::digest(password.expose()));
        let hash: String = hash.iter().map(|byte| format!("{byte:02X}")).collect();
        let account = account(row)?;
        Ok(format!(
            "ALTER USER {account} IDENTIFIED VIA mysql_native_password USING '*{hash}';\n"
        ))
    }

    fn revoke(&self, row: &Row) -> Result<String, String> {
        let account = account(row)?;
        Ok(format!("ALTER USER {account} ACCOUNT LOCK;\n"))
    }

    fn went_well(&self, said: &Said) -> bool {
        said.well
    }
}

/// The account of a row, as statements write it.
fn account(row: &Row) -> Result<String, String> {
    let host = row
        .scope
        .iter()
        .find_map(|scope| scope.strip_prefix("from "));
    let host = host.ok_or("the list does not say from where the account logs in")?;
    match is_account(&row.name) && is_account(host) {
        true => Ok(format!("{}@{}", literal(&row.name), literal(host))),
        false => Err("the account has a name that cannot be written in a statement".into()),
    }
}

/// A text as a literal of SQL.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// A text as a value in a file of options.
fn option(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::Hash;
    use crate::rule::HashKind;

    #[test]
    fn an_account_is_user_and_host_and_its_hash_fits() {
        let row = Row {
            name: "o'ci".into(),
            scope: vec!["from %".into()],
            ..Row::default()
        };
        let statement = Mariadb
            .replace(&row, &Secret::new(b"word"))
            .expect("a statement");
        let start = "ALTER USER 'o''ci'@'%' IDENTIFIED VIA mysql_native_password USING '";
        let hash = statement
            .strip_prefix(start)
            .and_then(|rest| rest.strip_suffix("';\n"));
        let hash = Hash::parse(HashKind::MysqlNative, hash.expect("a hash")).expect("a hash");
        assert!(hash.fits(b"word"));
        assert!(Mariadb.revoke(&Row::default()).is_err());
    }
}
