//! A consumer: a program that reads its token from a store and uses it, ten times a second, all the while.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use keysweep::live::{Held, Server, Verdict, connect};
use keysweep::secret::Secret;

/// What a consumer did.
pub struct Calls {
    /// Calls that were accepted.
    pub good: usize,
    /// What was said to the others.
    pub bad: Vec<String>,
    /// Values that it used, without repetition.
    pub values: usize,
}

/// A consumer that runs.
pub struct Consumer {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Calls>,
}

impl Consumer {
    /// Starts one that reads `KEY=VALUE` of a file before every call.
    pub fn start(server: Server, store: PathBuf, held: Held) -> Consumer {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut issuer = connect(&server).expect("its secrets are there");
            let mut calls = Calls {
                good: 0,
                bad: Vec::new(),
                values: 0,
            };
            let mut before = None;
            while !stopped.load(Ordering::Relaxed) {
                let value = stored(&store);
                if before.as_ref() != Some(&value) {
                    calls.values += 1;
                    before = Some(value.clone());
                }
                match issuer.check(&Secret::new(value.as_bytes()), &held) {
                    Ok(Verdict::Live) => calls.good += 1,
                    other => calls.bad.push(format!("call {}: {other:?}", calls.good)),
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            calls
        });
        Consumer { stop, thread }
    }

    /// Ends it.
    pub fn end(self) -> Calls {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("it does not panic")
    }
}

/// The value of `TOKEN` in a store of the form dotenv.
pub fn stored(store: &Path) -> String {
    let text = fs::read_to_string(store).expect("the store is there at every moment");
    let line = text.lines().find_map(|line| line.strip_prefix("TOKEN="));
    line.expect("it has the key")
        .trim_matches(['"', '\''])
        .to_owned()
}
