//! Which protocol a server speaks.

use super::accounts::{Accounts, Mariadb, Postgresql, Redis};
use super::aws::Aws;
use super::driver::Code;
use super::fault::Fault;
use super::issuer::Issuer;
use super::servers::Server;
use super::session::Session;

/// Opens a server; nothing is sent yet.
///
/// # Errors
/// A secret cannot be read, or the file of certificates.
pub fn connect(server: &Server) -> Result<Box<dyn Issuer>, Fault> {
    Ok(match server.driver.server.code {
        None => Box::new(Session::open(server)?),
        Some(Code::Aws) => Box::new(Aws::open(server)?),
        Some(Code::Postgresql) => Box::new(Accounts::open(server, Postgresql)?),
        Some(Code::Mariadb) => Box::new(Accounts::open(server, Mariadb)?),
        Some(Code::Redis) => Box::new(Accounts::open(server, Redis)?),
    })
}
