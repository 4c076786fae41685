//! A consumer: a program that reads its token from a store and uses it, ten times a second, all the while.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use keysweep::live::{Held, Server, Verdict, connect};
use keysweep::secret::Secret;

use crate::common::until;

/// What a consumer did.
#[derive(Clone, Default)]
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
    calls: Arc<Mutex<Calls>>,
    thread: JoinHandle<()>,
}

impl Consumer {
    /// Starts one that reads `KEY=VALUE` of a file before every call.
    pub fn start(server: Server, store: PathBuf, held: Held) -> Consumer {
        let stop = Arc::new(AtomicBool::new(false));
        let calls = Arc::new(Mutex::new(Calls::default()));
        let (stopped, told) = (Arc::clone(&stop), Arc::clone(&calls));
        let thread = std::thread::spawn(move || {
            let mut issuer = connect(&server).expect("its secrets are there");
            let mut before = None;
            while !stopped.load(Ordering::Relaxed) {
                let value = stored(&store);
                let answer = issuer.check(&Secret::new(value.as_bytes()), &held);
                let mut calls = told.lock().unwrap_or_else(PoisonError::into_inner);
                match answer {
                    Ok(Verdict::Live) => calls.good += 1,
                    other => {
                        let call = format!("call {}: {other:?}", calls.good);
                        calls.bad.push(call);
                    }
                }
                if before.as_ref() != Some(&value) {
                    calls.values += 1;
                    before = Some(value);
                }
                drop(calls);
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        Consumer {
            stop,
            calls,
            thread,
        }
    }

    /// Ends it when so many calls were good and it used so many values.
    pub fn end_after(self, good: usize, values: usize) -> Calls {
        let told = Arc::clone(&self.calls);
        let calls = || told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        until("the consumer's calls are good", || {
            let now = calls();
            now.good >= good && now.values >= values
        });
        // A call that is bad after the last change is seen too.
        std::thread::sleep(Duration::from_millis(500));
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("it does not panic");
        calls()
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
