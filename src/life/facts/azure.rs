//! Azure's keys with a checksum. Of the identifiable ones the seed that fits the checksum says which right
//! the key has; of the common annotated ones two characters say the month of issue.

use super::{Certainty, Fact, Facts, Field, steps, time};
use crate::detect::checks;
use crate::rule::Check;

/// Seeds and the right that each stands for. Source: microsoft/security-utilities `IdentifiableMetadata.cs`.
const RIGHTS: &[(&str, &str)] = &[
    ("MastRO00", "read-only"),
    ("MastRW00", "read-write"),
    ("Send0000", "send"),
    ("Listen00", "listen"),
    ("Manage00", "manage"),
    ("Query000", "query"),
    ("PAdmin00", "admin"),
    ("Master00", "master"),
    ("System00", "system"),
    ("Functi00", "function"),
];

pub(super) fn facts(key: &[u8]) -> Vec<Fact> {
    steps::took(key.len());
    let mut facts = Facts::new(Certainty::Stated);
    let seed = checks::azure_seed(key);
    let right = RIGHTS
        .iter()
        .find(|(name, _)| Some(name.as_bytes()) == seed.map(|s| &s[..]));
    if let Some((_, right)) = right {
        facts.text(Field::Scope, right);
    }
    match checks::run(Check::AzureCask, key, key) {
        checks::Verdict::Passed => {}
        // Another encoding of the checksum, which is not known here: nothing confirms the month.
        checks::Verdict::Unknown => facts.certainty = Certainty::Inferred,
        checks::Verdict::Failed => return facts.list,
    }
    facts.time(Field::Issued, issued(key));
    facts.list
}

/// The first day of the month that an annotated key names: `A` is 2024, and January.
fn issued(key: &[u8]) -> Option<jiff::Timestamp> {
    let mark = key.get(52..60)?;
    let (year, month) = (mark.get(6)?, mark.get(7)?);
    let fits =
        mark.starts_with(b"JQQJ9") && year.is_ascii_uppercase() && (b'A'..=b'L').contains(month);
    if !fits {
        return None;
    }
    let (year, month) = (2024 + u16::from(year - b'A'), month - b'A' + 1);
    time::iso(format!("{year}-{month:02}-01").as_bytes())
}
