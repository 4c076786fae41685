//! `keysweep live`, against servers of this machine that the tests play themselves. What real servers answer is
//! proved by `tests/servers`.

mod check;
mod list;
pub mod loopback;
mod replay;
mod rotation;
mod servers;

use std::fs;
use std::process::Command;

use crate::common::{Dir, Run};
use loopback::Loopback;

/// A folder for one test, with a file of servers outside the repository.
pub struct Desk {
    pub dir: Dir,
}

impl Desk {
    /// A repository, and beside it a file of servers with this text.
    pub fn new(servers: &str) -> Self {
        let desk = Desk { dir: Dir::repo() };
        desk.servers(servers);
        desk
    }

    /// Writes the file of servers, for its owner alone.
    pub fn servers(&self, text: &str) {
        let path = self.dir.outside("servers.toml");
        fs::write(&path, text).expect("written");
        private(&path, 0o600);
    }

    /// `keysweep live` with these arguments, the file of servers, and a place of its own for journals.
    pub fn command(&self, args: &[&str]) -> Command {
        let file = self.dir.outside("servers.toml");
        let mut all = vec!["live"];
        all.extend(args);
        // It asks no server.
        if args[0] != "status" {
            all.extend(["--servers", file.to_str().expect("text")]);
        }
        let mut command = self.dir.command(&all);
        command
            .env("HUB_TOKEN", secret())
            .env("XDG_STATE_HOME", self.dir.outside("state"));
        command
    }

    /// Runs that.
    pub fn live(&self, args: &[&str]) -> Run {
        Run::new(self.command(args))
    }
}

/// The secret of the operator in these tests.
pub fn secret() -> String {
    crate::common::expand("{hex:32}", 4711)
}

/// The entry of a hub of Jupyter that is played.
pub fn hub(server: &Loopback) -> String {
    format!(
        "[server.hub]\nkind = \"jupyterhub\"\nurl = \"{}\"\nsecret = \"env:HUB_TOKEN\"\nrate = \"1000/s\"\n",
        server.address()
    )
}

#[cfg(unix)]
pub fn private(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
}

#[cfg(not(unix))]
pub fn private(_: &std::path::Path, _: u32) {}
