//! Counts the cases in which something is seen from low confidence on, by what the surest stands on.
//!
//! Labelled lines count once each; generated cases count as much as `reliability` says of their part.

use crate::calibration::Counts;
use crate::labelled::Row;
use crate::made::case::{Case, Seen};
use crate::reliability::weight;

/// Grounds that these cases say nothing about. Generated tokens have right checksums and structures, and
/// their neighbours were made wrong; collections of real leaks hold many whose values were replaced. A
/// provider's word stands near a value on purpose here, and by chance in most files. A form that nobody
/// has verified is drawn as its rule says.
const UNTOLD: [&str; 4] = ["altered", "failed-check", "near", "unverified"];

/// What was seen of cases whose truth is known.
#[derive(Default)]
pub struct Sightings {
    pub counts: Counts,
}

impl Sightings {
    /// A generated case, one of so many `of_part`.
    pub fn case(&mut self, case: &Case, seen: &Seen, of_part: usize) {
        let count = weight(case.part) / of_part as f64;
        self.add(seen, case.value.is_some(), count);
    }

    /// A labelled row.
    pub fn row(&mut self, row: &Row, seen: &Seen) {
        self.add(seen, row.label == "T", 1.0);
    }

    fn add(&mut self, seen: &Seen, credential: bool, count: f64) {
        let known = seen.ground.as_ref();
        let Some(ground) = known.filter(|(ground, _)| !UNTOLD.contains(&ground.as_str())) else {
            return;
        };
        let (good, wrong) = self.counts.entry(ground.clone()).or_default();
        *if credential { good } else { wrong } += count;
    }
}
