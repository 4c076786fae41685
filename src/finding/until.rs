//! How a stage goes on once the run is to end.

/// So much is finished once the run is to end, what was done before included: some hundredths of a
/// second for what one finding costs a stage.
const FINISHED: usize = 10_000;

/// Asked by every stage that goes through what was found: once the run is to end, it gives the stages
/// behind it no more than it has, so that what was found until then is still told, soon.
#[derive(Clone, Copy)]
pub struct Until<'a>(&'a dyn Fn() -> bool);

impl<'a> Until<'a> {
    /// Until `over` says so. It is asked often, and must be cheap.
    pub fn new(over: &'a dyn Fn() -> bool) -> Self {
        Until(over)
    }

    /// Whether a stage goes on that has done so many steps.
    pub fn goes_on(&self, steps: usize) -> bool {
        steps < FINISHED || !(self.0)()
    }

    /// Takes from a list what a stage would not come to any more, before it begins.
    pub fn cut<T>(&self, all: &mut Vec<T>) {
        if all.len() > FINISHED && (self.0)() {
            all.truncate(FINISHED);
        }
    }
}

impl Default for Until<'_> {
    /// To the end: nobody stops it.
    fn default() -> Self {
        Until(&|| false)
    }
}
