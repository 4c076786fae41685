//! A progress line on standard error, only at a terminal outside CI, and only for scans that last.

use std::io::{IsTerminal, stderr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use keysweep::source::Control;

/// Scans shorter than this show nothing.
const PATIENCE: Duration = Duration::from_millis(700);
const TICK: Duration = Duration::from_millis(120);

/// Ends and clears the line when dropped.
pub struct Progress {
    done: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts watching `control`.
pub fn start(control: &Arc<Control>, quiet: bool) -> Option<Progress> {
    if quiet || !stderr().is_terminal() || std::env::var_os("CI").is_some() {
        return None;
    }
    let (done, ended) = mpsc::channel::<()>();
    let control = Arc::clone(control);
    let thread = std::thread::spawn(move || {
        if ended.recv_timeout(PATIENCE) != Err(mpsc::RecvTimeoutError::Timeout) {
            return;
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]") {
            bar.set_style(style);
        }
        while ended.recv_timeout(TICK) == Err(mpsc::RecvTimeoutError::Timeout) {
            let items = control.items.load(Ordering::Relaxed);
            let expected = control.expected.load(Ordering::Relaxed);
            let bytes = HumanBytes(control.bytes.load(Ordering::Relaxed));
            bar.set_message(match expected {
                0 => format!("{items} read, {bytes}"),
                _ => format!("{items} of {expected} read, {bytes}"),
            });
            bar.tick();
        }
        bar.finish_and_clear();
    });
    Some(Progress {
        done: Some(done),
        thread: Some(thread),
    })
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done.take();
        if let Some(thread) = self.thread.take() {
            // The line must be gone before the report is written; a panic in it concerns nobody.
            let _ = thread.join();
        }
    }
}
