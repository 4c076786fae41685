//! Ctrl-C, SIGTERM and the time limit: the first asks the scan to end with what it has, the second
//! signal ends the program at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result};

use keysweep::source::Control;

/// How soon a signal is noticed.
const TICK: Duration = Duration::from_millis(20);

/// A limit for the size of files (`ulimit -f`, a quota) sends a signal that would end the program in
/// the middle of a file. With a handler the write fails instead, which is said like any other
/// failure, and what was half written is removed. Programs that this one starts are not concerned.
pub fn survive_limits() -> Result<()> {
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default())
        .context("signals cannot be watched")?;
    Ok(())
}

/// Whether somebody asked for the end: Ctrl-C or SIGTERM. A second signal ends the program at once. There is one
/// answer for the whole run: a signal that came while one stage ended is not forgotten by the next.
///
/// # Errors
/// Signals cannot be watched.
pub fn asked() -> Result<Arc<AtomicBool>> {
    static ASKED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    match ASKED.get() {
        Some(asked) => Ok(Arc::clone(asked)),
        None => {
            let asked = heard()?;
            Ok(Arc::clone(ASKED.get_or_init(|| asked)))
        }
    }
}

/// A flag that the signals set.
fn heard() -> Result<Arc<AtomicBool>> {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // In this order: the shutdown only acts when the flag was set by an earlier signal.
        signal_hook::flag::register_conditional_shutdown(signal, 2, Arc::clone(&asked))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&asked)))
            .context("signals cannot be watched")?;
    }
    Ok(asked)
}

/// Watches for interruption until the program ends.
pub fn watch(control: &Arc<Control>) -> Result<()> {
    let asked = asked()?;
    let control = Arc::downgrade(control);
    std::thread::spawn(move || {
        while let Some(control) = control.upgrade() {
            if asked.load(Ordering::Relaxed) {
                control.interrupt();
                return;
            }
            drop(control);
            std::thread::sleep(TICK);
        }
    });
    Ok(())
}

/// Stops the scan when the allowed time is over.
pub fn time_limit(control: &Arc<Control>, limit: Option<Duration>) {
    let Some(limit) = limit else { return };
    let control = Arc::downgrade(control);
    std::thread::spawn(move || {
        std::thread::sleep(limit);
        if let Some(control) = control.upgrade() {
            control.time_out();
        }
    });
}
