//! Counts what is done, for the tests that ask how the work grows with the input. In the program it counts nothing.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Notes that `count` bytes, or things of bounded size, were looked at once.
#[inline]
pub(crate) fn took(count: usize) {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + count as u64));
    let _ = count;
}

/// Steps that `run` takes on this thread.
#[cfg(test)]
pub(crate) fn of(run: impl FnOnce()) -> u64 {
    let before = STEPS.get();
    run();
    STEPS.get() - before
}
