//! A progress line on standard error, only at a terminal outside CI, and only for scans that last.

use std::io::{IsTerminal, stderr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};

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
    if quiet || !stderr().is_terminal() || super::output::in_ci() {
        return None;
    }
    let (done, ended) = mpsc::channel::<()>();
    let control = Arc::clone(control);
    let began = Instant::now();
    let thread = std::thread::spawn(move || {
        if ended.recv_timeout(PATIENCE) != Err(mpsc::RecvTimeoutError::Timeout) {
            return;
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} [{prefix}]") {
            bar.set_style(style);
        }
        while ended.recv_timeout(TICK) == Err(mpsc::RecvTimeoutError::Timeout) {
            // Since the beginning of the scan: what was read before the line was shown counts too.
            let elapsed = began.elapsed();
            let items = control.items.load(Ordering::Relaxed);
            let expected = control.expected.load(Ordering::Relaxed);
            let bytes = HumanBytes(control.bytes.load(Ordering::Relaxed));
            let speed = HumanBytes(speed(control.bytes.load(Ordering::Relaxed), elapsed));
            let read = HumanCount(items);
            bar.set_message(match expected {
                0 => format!("reading: {read}, {bytes}, {speed}/s"),
                // Everything is read; what comes now is asked of the commits and takes its time.
                _ if items >= expected => {
                    format!("tracing values to the commits that brought them: {read} read, {bytes}")
                }
                _ => format!(
                    "reading: {read} of {}, {bytes}, {speed}/s, {} left",
                    HumanCount(expected),
                    HumanDuration(left(items, expected, elapsed))
                ),
            });
            bar.set_prefix(format!("{}s", elapsed.as_secs()));
            bar.tick();
        }
        bar.finish_and_clear();
    });
    Some(Progress {
        done: Some(done),
        thread: Some(thread),
    })
}

/// Bytes a second so far.
fn speed(bytes: u64, elapsed: Duration) -> u64 {
    let millis = u64::try_from(elapsed.as_millis())
        .unwrap_or(u64::MAX)
        .max(1);
    bytes.saturating_mul(1000) / millis
}

/// How long the rest takes, when it takes as long as what was read.
fn left(items: u64, expected: u64, elapsed: Duration) -> Duration {
    let share = (expected.saturating_sub(items)) as f64 / items.max(1) as f64;
    elapsed.mul_f64(share.min(1e6))
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
