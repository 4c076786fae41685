//! One server of the stand, and a folder of its own to work in: a repository, stores, a place for what keysweep keeps.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use keysweep::live::{Issuer, Server, Servers, connect};
use keysweep::secret::Secret;

use crate::common::{Dir, Run};

/// Where the stand left `servers.toml`.
const STAND: &str = "KEYSWEEP_STAND";

/// One test at a time has a server: they compare what it lists before and after. By the names in the stand.
static TURNS: [(&str, Mutex<()>); 19] = [
    ("jupyterhub", Mutex::new(())),
    ("moto", Mutex::new(())),
    ("devpi", Mutex::new(())),
    ("verdaccio", Mutex::new(())),
    ("unleash", Mutex::new(())),
    ("postgresql", Mutex::new(())),
    ("mariadb", Mutex::new(())),
    ("redis", Mutex::new(())),
    ("rabbitmq", Mutex::new(())),
    ("keycloak", Mutex::new(())),
    ("keycloak-plain", Mutex::new(())),
    ("openbao", Mutex::new(())),
    ("gitea", Mutex::new(())),
    ("headscale", Mutex::new(())),
    ("miniflux", Mutex::new(())),
    ("wordpress", Mutex::new(())),
    ("netbox", Mutex::new(())),
    ("zabbix", Mutex::new(())),
    ("sonarqube", Mutex::new(())),
];

/// A server and a folder.
pub struct Desk {
    /// The server is this test's as long as it is held.
    _turn: MutexGuard<'static, ()>,
    /// The repository, in `work`; everything else lies beside it.
    pub dir: Dir,
    /// How the server is called.
    pub alias: &'static str,
    /// What may stand nowhere: the operator's secrets, and every value that was made.
    secrets: RefCell<Vec<Vec<u8>>>,
    /// Files that hold a value because they should.
    holders: RefCell<Vec<PathBuf>>,
}

impl Desk {
    /// The server of this name that a stand has only when it was asked for; none where it was not.
    pub fn if_there(alias: &'static str) -> Option<Desk> {
        let is_there = std::env::var_os(STAND).is_some_and(|stand| {
            let text = fs::read_to_string(Path::new(&stand).join("servers.toml"));
            let all: toml::Table = text.expect("the stand wrote it").parse().expect("TOML");
            all["server"].get(alias).is_some()
        });
        if !is_there {
            eprintln!("{alias}: left out, because nobody asked for it with KEYSWEEP_SERVERS");
            return None;
        }
        Desk::at(alias)
    }

    /// The server of this name; none where there is no stand. A stand without it fails the test.
    pub fn at(alias: &'static str) -> Option<Desk> {
        let Some(stand) = std::env::var_os(STAND) else {
            eprintln!(
                "{alias}: left out, because no servers were given; .ci/servers/run starts them"
            );
            return None;
        };
        let turn = TURNS.iter().find(|(name, _)| *name == alias);
        let (_, turn) = turn.expect("a server of the stand");
        // A test that failed before says so itself.
        let turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let file = Path::new(&stand).join("servers.toml");
        let text = fs::read_to_string(&file).expect("the stand wrote it");
        let mut all: toml::Table = text.parse().expect("TOML");
        let mut all = all.remove("server").expect("servers");
        let all = all.as_table_mut().expect("servers by name");
        let mut one = all
            .remove(alias)
            .unwrap_or_else(|| panic!("the stand has no {alias}"));
        let entry = one.as_table_mut().expect("an entry");
        let kind = entry["kind"].as_str().expect("a kind");
        assert!(
            keysweep::live::driver::kinds().any(|known| known == kind),
            "keysweep has no driver for {kind}"
        );
        // So slow as by itself a test need not be.
        entry.insert("rate".into(), "100/s".into());
        let desk = Desk {
            _turn: turn,
            dir: Dir::repo(),
            alias,
            secrets: RefCell::default(),
            holders: RefCell::default(),
        };
        let servers = toml::Table::from_iter([(
            "server".to_owned(),
            toml::Value::Table(toml::Table::from_iter([(alias.to_owned(), one)])),
        )]);
        private(&desk.servers_file(), &servers.to_string());
        for (name, value) in stand_variables() {
            // The id of a key, and the like, is no secret.
            if !name.ends_with("_ID") {
                desk.secrets.borrow_mut().push(value.into_bytes());
            }
        }
        Some(desk)
    }

    /// The file of servers, with this one.
    pub fn servers_file(&self) -> PathBuf {
        self.dir.outside("config/keysweep/servers.toml")
    }

    /// Has the server asked by this driver instead of the one of its kind.
    pub fn driven_by(&self, driver: &str) {
        private(&self.servers_file().with_file_name("own.toml"), driver);
        let text = fs::read_to_string(self.servers_file()).expect("written");
        let mut servers: toml::Table = text.parse().expect("TOML");
        let entry = servers["server"][self.alias]
            .as_table_mut()
            .expect("an entry");
        entry.remove("kind");
        entry.insert("driver".into(), "own.toml".into());
        private(&self.servers_file(), &servers.to_string());
    }

    /// The server as keysweep knows it.
    pub fn server(&self) -> Server {
        let servers = Servers::read(&self.servers_file()).expect("a file of servers");
        servers.servers.into_iter().next().expect("one")
    }

    /// A connection to it.
    pub fn connect(&self) -> Box<dyn Issuer> {
        connect(&self.server()).expect("its secrets are there")
    }

    /// Notes a value that was made: it may stand in no file but those that should hold it.
    pub fn made(&self, value: &Secret) {
        self.secrets.borrow_mut().push(value.expose().to_vec());
    }

    /// A file that should hold values.
    pub fn holder(&self, path: PathBuf) -> PathBuf {
        self.holders.borrow_mut().push(path.clone());
        path
    }

    /// `keysweep live` with this server, in the repository; under `strace`, which writes down what is started.
    fn command(&self, trace: &[&str], args: &[&str]) -> Command {
        let mut command = Command::new("strace");
        command
            .current_dir(self.dir.path())
            .env_clear()
            .stdin(Stdio::null())
            .args(["-f", "-qq", "-s", "65536", "-A", "-o"])
            .arg(self.dir.outside("started"))
            .args(["-e", "trace=execve,fdatasync,fsync"])
            .args(trace)
            .arg(env!("CARGO_BIN_EXE_keysweep"))
            .arg("live")
            .args(args)
            .envs(stand_variables())
            .env("PATH", std::env::var_os("PATH").expect("a search path"))
            .env("XDG_CONFIG_HOME", self.dir.outside("config"))
            .env("HOME", self.dir.outside("home"))
            .env("XDG_STATE_HOME", self.dir.outside("state"));
        command
    }

    /// Runs `keysweep live`.
    #[track_caller]
    pub fn live(&self, args: &[&str]) -> Run {
        let run = Run::new(self.command(&[], args));
        self.clean(&format!("live {args:?}, standard output"), &run.out);
        self.clean(&format!("live {args:?}, standard error"), &run.err);
        run
    }

    /// Runs `keysweep live` until `strace` does to it what it is told to.
    pub fn killed(&self, inject: &str, args: &[&str]) -> ExitStatus {
        let output = self
            .command(&["-e", inject], args)
            .output()
            .expect("strace is installed");
        self.clean("standard error of a run that was killed", &output.stderr);
        output.status
    }

    /// The report of the repository with the snapshot of this server; the page is written too.
    pub fn audit(&self) -> Value {
        let snapshot = format!("lists/{}.json", self.alias);
        let page = format!("html={}", self.dir.outside("page.html").display());
        let args = [
            "audit", ".", "--with", &snapshot, "--format", "json", "--output", &page,
        ];
        let run = self.dir.run(&args);
        self.clean("the report", &run.out);
        run.json()
    }

    /// No secret stands in what keysweep said.
    #[track_caller]
    pub fn clean(&self, what: &str, bytes: &[u8]) {
        for secret in self.secrets.borrow().iter() {
            let found =
                !secret.is_empty() && bytes.windows(secret.len()).any(|part| part == secret);
            assert!(!found, "{}: a secret stands in {what}", self.alias);
        }
    }

    /// No secret stands in any file of the folder but those that should hold one, nor in the arguments of any program
    /// that was started.
    #[track_caller]
    pub fn clean_everywhere(&self) {
        let started = fs::read(self.dir.outside("started")).expect("strace writes it");
        assert!(
            !started.is_empty(),
            "strace wrote nothing of what was started"
        );
        let root = self.dir.outside("");
        let mut open = vec![root];
        let holders = self.holders.borrow();
        while let Some(dir) = open.pop() {
            for entry in fs::read_dir(dir).expect("readable") {
                let path = entry.expect("readable").path();
                if path.is_dir() {
                    // What git keeps was written by git.
                    if !path.ends_with(".git") {
                        open.push(path);
                    }
                } else if !holders.contains(&path) {
                    let bytes = fs::read(&path).expect("a file can be read");
                    self.clean(&path.display().to_string(), &bytes);
                }
            }
        }
    }
}

/// The variables of the stand, with its secrets.
fn stand_variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars().filter(|(name, _)| name.starts_with("STAND_"))
}

/// Writes a file for its owner alone.
pub fn private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
    fs::write(path, text).expect("writable");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("ours");
}
