//! PostgreSQL through `psql`.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::{Client, Fault, Row, Said, Secret, To, Verdict, client, quoted, secret_file, text};
use crate::base64::{Engine as _, STANDARD};

/// As often as PostgreSQL itself goes around.
const ROUNDS: u32 = 4096;

const LIST: &str = "SELECT r.rolname, r.rolcanlogin, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, \
    r.rolvaliduntil, r.rolpassword, shobj_description(r.oid, 'pg_authid') AS comment, \
    array(SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid) AS member_of \
    FROM pg_authid r WHERE r.rolname !~ '^pg_';\n";

pub(in crate::live) struct Postgresql;

impl Client for Postgresql {
    fn run(&self, to: &To<'_>, statements: &str) -> Result<Said, Fault> {
        let password = text(to.password).replace('\\', "\\\\").replace(':', "\\:");
        let file = secret_file(&format!("*:*:*:*:{password}\n"))?;
        let (host, port) = to.address.host_and_port();
        let database = match to.address.path() {
            "" => "postgres",
            path => path,
        };
        let tls = match to.address.is_here() {
            true => "prefer",
            false => "verify-full",
        };
        let mut environment = vec![
            ("PGHOST", host),
            ("PGPORT", port.unwrap_or(5432).to_string()),
            ("PGUSER", to.account.to_owned()),
            ("PGDATABASE", database.to_owned()),
            ("PGPASSFILE", file.path().display().to_string()),
            ("PGCONNECT_TIMEOUT", "10".to_owned()),
            ("PGSSLMODE", tls.to_owned()),
            ("PGAPPNAME", "keysweep".to_owned()),
        ];
        if let Some(roots) = to.roots {
            environment.push(("PGSSLROOTCERT", roots.display().to_string()));
        }
        // No file of the user's is read, no password is asked for at the terminal.
        let arguments = [
            "-X",
            "-q",
            "-w",
            "--csv",
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            "-",
        ];
        let arguments = arguments.map(str::to_owned).to_vec();
        client("psql", arguments, environment, statements)
    }

    fn list(&self) -> &'static str {
        LIST
    }

    fn who(&self) -> &'static str {
        "SELECT current_user;\n"
    }

    /// Wrong, past its end and unknown are one answer.
    fn verdict(&self, said: &Said, _: &str) -> Verdict {
        match said {
            Said { well: true, .. } => Verdict::Live,
            Said { errors, .. } if errors.contains("password authentication failed") => {
                Verdict::Dead
            }
            // Asked after the password was right.
            Said { errors, .. } if errors.contains("permission denied for database") => {
                Verdict::Live
            }
            _ => Verdict::Unknown("the server is not there, or lets nobody in from here".into()),
        }
    }

    fn replace(&self, row: &Row, password: &Secret) -> Result<String, String> {
        let mut salt = [0_u8; 16];
        getrandom::fill(&mut salt)
            .map_err(|error| format!("the system gives no random bytes: {error}"))?;
        let role = quoted(&row.id, '"')?;
        let verifier = verifier(password.expose(), &salt);
        Ok(format!("ALTER ROLE {role} PASSWORD '{verifier}';\n"))
    }

    fn revoke(&self, row: &Row) -> Result<String, String> {
        let role = quoted(&row.id, '"')?;
        Ok(format!("ALTER ROLE {role} NOLOGIN PASSWORD NULL;\n"))
    }

    fn went_well(&self, said: &Said) -> bool {
        said.well
    }
}

/// What PostgreSQL compares a password with (RFC 5802, section 3, and RFC 5803), so that the password itself is in no
/// statement and no log of the server.
fn verifier(password: &[u8], salt: &[u8]) -> String {
    let mut salted = [0_u8; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, ROUNDS, &mut salted);
    let key = |text: &[u8]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&salted).expect("HMAC takes any key");
        mac.update(text);
        mac.finalize().into_bytes()
    };
    let stored = STANDARD.encode(Sha256::digest(key(b"Client Key")));
    let server = STANDARD.encode(key(b"Server Key"));
    let salt = STANDARD.encode(salt);
    format!("SCRAM-SHA-256${ROUNDS}:{salt}${stored}:{server}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::Hash;
    use crate::rule::HashKind;

    #[test]
    fn a_verifier_fits_its_password_alone() {
        let verifier = verifier(b"word", b"0123456789abcdef");
        let hash = Hash::parse(HashKind::ScramSha256, &verifier).expect("a verifier");
        assert!(hash.fits(b"word"));
        assert!(!hash.fits(b"other"));
    }

    #[test]
    fn a_role_cannot_leave_its_quotes() {
        let row = |id: &str| Row {
            id: id.to_owned(),
            ..Row::default()
        };
        let statement = Postgresql
            .revoke(&row("a\"; DROP ROLE b; --"))
            .expect("a statement");
        assert_eq!(
            statement,
            "ALTER ROLE \"a\"\"; DROP ROLE b; --\" NOLOGIN PASSWORD NULL;\n"
        );
        for bad in ["", "a\nb", "a\0"] {
            assert!(Postgresql.revoke(&row(bad)).is_err(), "{bad:?}");
        }
    }
}
