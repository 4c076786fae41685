//! Rotation: `live plan`, `apply`, `status`, `resume` against a hub that is played.

mod hub;
mod inplace;
mod killed;
mod nameless;
mod plan;
mod stops;
mod stores;
mod whole;

use std::fs;
use std::process::{Child, Command, Stdio};

use super::{Desk, hub as entry, secret};
use crate::common::Run;
use hub::{Hub, Odd};

/// A hub, a register and stores.
pub struct Bench {
    pub hub: Hub,
    pub desk: Desk,
    /// The value that the stores hold at first.
    pub old: String,
}

/// The entry of the register; `{more}` is for the test.
const REGISTER: &str = "# The tokens of the team.
[policy]
require = [\"owner\"]

[[token]]
id = \"deploy\"    # the one that matters
server = \"hub\"
name = \"deploy\"
owner = \"team:platform\"
scope = [\"read:users\"]
rotate_every = \"30d\"
stores = [\"dotenv:deploy/.env#HUB_TOKEN\", \"dotenv:.env#TOKEN\"]
{more}
[[token]]
id = \"other\"
owner = \"team:shop\"
";

/// Asks a process to stop, as Ctrl-C does.
#[cfg(unix)]
pub fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    let kill = Command::new("kill").args(["-INT", &pid]).status();
    assert!(kill.expect("kill is there").success());
    // The signal is there; the process has it as soon as the system lets it run.
    std::thread::sleep(std::time::Duration::from_millis(100));
}

impl Bench {
    /// A token in two stores.
    pub fn new() -> Self {
        Bench::with("")
    }

    /// The same, with more lines in the entry.
    pub fn with(more: &str) -> Self {
        let hub = Hub::new();
        let old = hub.give("ann", "deploy", &["read:users"]);
        hub.give("ann", "browser", &["access:servers"]);
        let desk = Desk::new(&entry(&hub.loopback));
        desk.dir
            .write("tokens.toml", REGISTER.replace("{more}", more));
        desk.dir.write(
            "deploy/.env",
            format!("# of the job\r\nA=1\r\nHUB_TOKEN='{old}'  # ours\r\n"),
        );
        desk.dir
            .write(".env", format!("export TOKEN={old}\nB=\"two\nlines\"\n"));
        Bench { hub, desk, old }
    }

    /// `keysweep live` with these arguments.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.desk.command(args);
        command.env("USER", "ann");
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        let run = Run::new(self.command(args));
        self.is_clean(&run);
        run
    }

    /// Runs it where no file may be longer than so many blocks of 512 bytes: as on a full disk, what is written behind
    /// that fails.
    #[cfg(unix)]
    pub fn limited(&self, blocks: usize, args: &[&str]) -> Run {
        let inner = self.command(args);
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("ulimit -f {blocks}; exec \"$@\""))
            .arg("sh")
            .arg(inner.get_program())
            .args(inner.get_args())
            .current_dir(self.desk.dir.path())
            .env_clear();
        let set = inner.get_envs();
        command.envs(set.filter_map(|(name, value)| Some((name, value?))));
        let run = Run::new(command);
        self.is_clean(&run);
        run
    }

    /// Runs it until the hub holds a request back, and stops it there as Ctrl-C does.
    #[cfg(unix)]
    pub fn interrupted(&self, holds: (usize, bool), args: &[&str]) -> Run {
        self.hub.odd(Odd {
            holds: Some(holds),
            ..Odd::default()
        });
        let child = self.start(args);
        self.hub.wait_until_it_holds();
        interrupt(&child);
        self.hub.let_go();
        let run = Run::from(child.wait_with_output().expect("it ends"));
        self.is_clean(&run);
        run
    }

    /// The number, from 1, of the first request of a method in an `apply` of this plan, as [`Odd::holds`] counts.
    pub fn number_of(&self, method: &str) -> usize {
        let before = self.hub.loopback.paths().len();
        self.apply().ends(0);
        let asked = self.hub.loopback.paths();
        let mut asked = asked[before..].iter();
        let at = asked.position(|path| path.starts_with(method));
        at.expect("it is asked") + 1
    }

    /// Plans the rotation of the entry.
    pub fn plan(&self) -> &Self {
        self.run(&["plan", "deploy", "-o", "plan.json"]).ends(0);
        self
    }

    pub fn apply(&self) -> Run {
        self.run(&["apply", "plan.json", "--yes"])
    }

    pub fn resume(&self) -> Run {
        self.run(&["resume"])
    }

    /// Starts `apply`, which is killed when the hub holds a request back; then the hub lets go.
    pub fn kill_apply(&self, odd: Odd) {
        self.hub.odd(odd);
        let mut child = self.start(&["apply", "plan.json", "--yes"]);
        self.hub.wait_until_it_holds();
        child.kill().expect("it runs");
        child.wait().expect("it ended");
        self.hub.let_go();
    }

    pub fn start(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.desk.dir.path().join(path)).expect("there")
    }

    /// What the two stores hold.
    pub fn stored(&self) -> [String; 2] {
        let first = self.read("deploy/.env");
        let first = first
            .lines()
            .find_map(|line| line.strip_prefix("HUB_TOKEN='"))
            .expect("there");
        let second = self.read(".env");
        let second = second
            .lines()
            .find_map(|line| line.strip_prefix("export TOKEN="))
            .expect("there");
        [
            first.split('\'').next().expect("a value").to_owned(),
            second.to_owned(),
        ]
    }

    /// The one token of the entry that is accepted.
    #[track_caller]
    pub fn the_one(&self) -> hub::Token {
        let alive = self.hub.alive();
        let ours: Vec<&hub::Token> = alive
            .iter()
            .filter(|token| token.note.starts_with("deploy"))
            .collect();
        assert_eq!(ours.len(), 1, "{ours:?}");
        ours[0].clone()
    }

    /// One token lives, both stores hold it, and nothing else of ours is there.
    #[track_caller]
    pub fn is_whole(&self) {
        let value = self.the_one().value;
        assert_eq!(self.stored(), [value.clone(), value]);
        assert!(self.hub.alive().iter().any(|token| token.note == "browser"));
    }

    /// The lines of the journals.
    pub fn journals(&self) -> String {
        let mut all = String::new();
        let dir = self.desk.dir.outside("state/keysweep/rotations");
        for entry in fs::read_dir(dir).into_iter().flatten() {
            all.push_str(&fs::read_to_string(entry.expect("an entry").path()).expect("text"));
        }
        all
    }

    /// No value stands in what a run printed or wrote, but in the stores.
    #[track_caller]
    pub fn is_clean(&self, run: &Run) {
        let mut values = self.hub.values();
        values.push(secret());
        let printed = format!("{}{}", run.text(), run.errors());
        assert!(
            values.iter().all(|value| !printed.contains(value.as_str())),
            "{printed}"
        );
        // Every file of keysweep: journals, plans, the register. Stores and what stand-ins keep are not ours.
        let state = self.desk.dir.outside("state/keysweep/rotations");
        let dirs = [state, self.desk.dir.path()];
        let entries = dirs
            .iter()
            .filter_map(|dir| fs::read_dir(dir).ok())
            .flatten()
            .flatten();
        for path in entries.map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if !path.is_file() || matches!(name.as_ref(), ".env" | "mine") {
                continue;
            }
            let bytes = fs::read(&path).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            let clean = values.iter().all(|value| !text.contains(value.as_str()));
            assert!(clean, "{name}: {text}");
        }
    }
}
