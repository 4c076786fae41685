//! The journal of a rotation: each step that reaches outward is written down before and after it, and is on the disk
//! before anything goes on. It holds no value of any token, and it is enough to finish or to undo what was begun.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::plan::{Change, Listed};

/// Bytes of a journal that are read. One of a rotation has some kilobytes.
const MAX: u64 = 64 << 20;

/// One line of a journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What a rotation did, or is about to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// It begins: what it is about. The first line.
    Begun(Box<Head>),
    /// A token of this name is about to be asked for, or another value.
    Create {
        /// Which try it is, from 1.
        attempt: usize,
        /// What the new token is called.
        name: String,
        /// The marks of the tokens that were there before, among which it will appear.
        before: Vec<String>,
    },
    /// The server made it.
    Made {
        /// Its id, where the answer said it.
        id: Option<String>,
    },
    /// The server did not make it.
    NotMade {
        /// Why.
        why: String,
    },
    /// No whole answer came: it may have been made.
    Unsure {
        /// Why.
        why: String,
    },
    /// It was found in the list.
    Found {
        /// What the list says of it.
        token: Listed,
    },
    /// The server accepts it.
    Accepted,
    /// A store is about to be written.
    Store {
        /// Which, from 0.
        n: usize,
    },
    /// It was written.
    Stored {
        /// Which, from 0.
        n: usize,
        /// It was read back and holds the new value.
        read_back: bool,
    },
    /// It was not written.
    NotStored {
        /// Which, from 0.
        n: usize,
        /// Why.
        why: String,
        /// It may hold the new value all the same.
        may_hold: bool,
    },
    /// It holds the old value again.
    PutBack {
        /// Which, from 0.
        n: usize,
    },
    /// Every store holds the new value.
    Deployed {
        /// Until then the old token lives on.
        until: Timestamp,
    },
    /// The register says so.
    Registered {
        /// That the old token was ended too.
        ended: bool,
    },
    /// A token is about to be ended.
    End {
        /// Its mark.
        mark: String,
    },
    /// It was proved that it is dead.
    Dead {
        /// Its mark.
        mark: String,
        /// By what.
        proof: Proof,
    },
    /// The run stopped here, and goes on with `live resume`.
    Stopped {
        /// Why.
        why: String,
    },
    /// Everything is done.
    Finished,
    /// Everything is as it was.
    Undone {
        /// Why.
        why: String,
    },
}

/// By what it was proved that a token is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// It is gone from the list, and its value is not accepted.
    ListAndCheck,
    /// It is gone from the list; its value was not known any more.
    List,
    /// The list has it with another value, and the old one is not accepted.
    Check,
    /// The server changed the value in its place; the old one was not known any more.
    Answer,
}

impl Proof {
    /// As a sentence goes on behind the token.
    pub fn words(self) -> &'static str {
        match self {
            Proof::ListAndCheck => "is dead: gone from the list, and not accepted any more",
            Proof::List => {
                "is gone from the list; its value was not known any more, so it was not tried"
            }
            Proof::Check => "is dead: its old value is not accepted any more",
            Proof::Answer => {
                "has another value, as the server says; the old one was not known any more, so it was not tried"
            }
        }
    }
}

/// What a rotation is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Head {
    /// The id of the plan.
    pub plan: String,
    /// When the plan was made.
    pub made: Timestamp,
    /// The nonce of the plan.
    pub nonce: String,
    /// The file of the register, as it can be opened from everywhere.
    pub register: PathBuf,
    /// Who applied it.
    pub by: String,
    /// The user allowed programs that the register names.
    pub programs: bool,
    /// Where the server is, as a digest.
    pub address: String,
    /// What is done.
    pub change: Change,
}

/// The directory of journals.
pub struct Journals {
    dir: PathBuf,
}

/// One journal, open for writing.
pub struct Journal {
    /// Its name without `.jsonl`.
    pub id: String,
    file: File,
    /// The last line was not written whole.
    cut: bool,
}

/// One journal, read.
pub struct Kept {
    /// Its name without `.jsonl`.
    pub id: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// The right to change something, which one process has at a time. The system takes it back when the process ends.
pub struct Lock {
    _file: File,
}

impl Journals {
    /// Those of this directory.
    pub fn of(dir: PathBuf) -> Self {
        Journals { dir }
    }

    /// Where journals are if nothing else is said: `$XDG_STATE_HOME`, else `~/.local/state`.
    pub fn usual() -> Option<Self> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let dir = set("XDG_STATE_HOME")
            .map(PathBuf::from)
            .filter(|dir| dir.is_absolute());
        let dir = dir.or_else(|| Some(PathBuf::from(set("HOME")?).join(".local").join("state")))?;
        Some(Journals::of(dir.join("keysweep").join("rotations")))
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Makes the directory, for its owner alone, and takes the lock.
    ///
    /// # Errors
    /// It cannot be made, others can read it, or another keysweep is at work.
    pub fn lock(&self) -> Result<Lock, String> {
        let dir = self.dir.display();
        let cannot =
            |error: io::Error| format!("the directory {dir} for journals cannot be used: {error}");
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.dir).map_err(cannot)?;
        let meta = fs::metadata(&self.dir).map_err(cannot)?;
        crate::live::operand::owner_only(&meta, "700")
            .map_err(|why| format!("the directory {dir} for journals {why}"))?;
        let file = private(OpenOptions::new().write(true).create(true).truncate(false))
            .open(self.dir.join("lock"))
            .map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(
                "another keysweep is rotating at this moment; wait until it is done (`keysweep live status`)".into(),
            ),
            Err(TryLockError::Error(error)) => Err(cannot(error)),
        }
    }

    /// Begins a journal.
    ///
    /// # Errors
    /// There is one of this name, or it cannot be written.
    pub fn begin(&self, id: &str, head: Head, _: &Lock) -> Result<Journal, String> {
        let path = self.path(id);
        let cannot =
            |error: io::Error| format!("the journal {} cannot be written: {error}", path.display());
        let file = private(OpenOptions::new().append(true).create_new(true))
            .open(&path)
            .map_err(cannot)?;
        let mut journal = Journal {
            id: id.to_owned(),
            file,
            cut: false,
        };
        if let Err(why) = journal.write(&Event::Begun(Box::new(head))) {
            // Nothing happened yet: half a first line would be in everybody's way.
            let _ = fs::remove_file(&path);
            return Err(why);
        }
        // The name is on the disk with its directory.
        if let Ok(dir) = File::open(&self.dir) {
            let _ = dir.sync_all();
        }
        Ok(journal)
    }

    /// Opens a journal to go on with it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn go_on(&self, id: &str, _: &Lock) -> Result<Journal, String> {
        let path = self.path(id);
        let cannot =
            |error: io::Error| format!("the journal {} cannot be written: {error}", path.display());
        let mut file = OpenOptions::new()
            .append(true)
            .read(true)
            .open(&path)
            .map_err(cannot)?;
        // A crash may have left half a line, which the next one must not go on with.
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(cannot)?;
        if text.last().is_some_and(|byte| *byte != b'\n') {
            file.write_all(b"\n").map_err(cannot)?;
        }
        Ok(Journal {
            id: id.to_owned(),
            file,
            cut: false,
        })
    }

    /// Every journal, sorted by when it began.
    ///
    /// # Errors
    /// One cannot be read. Where there is no directory there are none.
    pub fn all(&self) -> Result<Vec<Kept>, String> {
        let cannot = |error: io::Error| format!("{} cannot be read: {error}", self.dir.display());
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(cannot)?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let path = entry.map_err(cannot)?.path();
            let is_journal = path
                .extension()
                .is_some_and(|extension| extension == "jsonl");
            let Some(id) = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .filter(|_| is_journal)
            else {
                continue;
            };
            let lines =
                read(&path).map_err(|why| format!("the journal {} {why}", path.display()))?;
            all.push(Kept {
                id: id.to_owned(),
                lines,
            });
        }
        all.sort_by_key(|kept| (kept.lines.first().map(|line| line.at), kept.id.clone()));
        Ok(all)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.jsonl"))
    }
}

impl Journal {
    /// Writes a line; it is on the disk when this returns.
    ///
    /// # Errors
    /// It is not: a full disk, or one that is gone.
    pub fn write(&mut self, event: &Event) -> Result<(), String> {
        let line = Line {
            at: Timestamp::now(),
            event: event.clone(),
        };
        let mut text = serde_json::to_string(&line).expect("a line of a journal is JSON");
        text.push('\n');
        if self.cut {
            // Half a line that a full disk left, which this one must not go on with.
            text.insert(0, '\n');
        }
        let written = self
            .file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_data());
        self.cut = written.is_err();
        written.map_err(|error| format!("the journal {} cannot be written: {error}", self.id))
    }
}

/// The lines of a journal. A last line that a crash cut off did not happen; the steps before it did.
fn read(path: &Path) -> Result<Vec<Line>, String> {
    let cannot = |error: io::Error| format!("cannot be read: {error}");
    let mut text = Vec::new();
    File::open(path)
        .map_err(cannot)?
        .take(MAX)
        .read_to_end(&mut text)
        .map_err(cannot)?;
    let all: Vec<&[u8]> = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .collect();
    let mut lines = Vec::new();
    for (n, line) in all.iter().enumerate() {
        match serde_json::from_slice(line) {
            Ok(line) => lines.push(line),
            // Half a line, and behind it those of a run that went on.
            Err(error) if error.is_eof() => {}
            Err(_) => {
                return Err(format!(
                    "has a line {} that this keysweep does not know",
                    n + 1
                ));
            }
        }
    }
    Ok(lines)
}

/// For its owner alone.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
