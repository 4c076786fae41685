//! What is to be changed to take a finding out of its files, and what no file can do.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use anyhow::{Result, bail};

use super::files::{Change, inside, read};
use keysweep::detect::Scanner;
use keysweep::fix::{self, Edit, Masked, Unfixable};
use keysweep::report::{Finding, Place, advice, terminal};

/// What there is to say of a finding.
#[derive(Default)]
pub(super) struct Plan {
    pub changes: Vec<Change>,
    /// Lines of places that stay as they are.
    pub left: Vec<String>,
    pub steps: Vec<String>,
}

impl Plan {
    /// Leaves a place as it is, and says why.
    fn leave(&mut self, shown: &str, place: &Place, why: Unfixable) {
        let advice = match why {
            Unfixable::NoFamily => format!("{}; {}", why.sentence(), advice(shown)),
            _ => why.sentence().to_owned(),
        };
        let line = place.region.start_line;
        self.left.push(format!(
            "{shown}:{line}: not changed ({}): {advice}",
            why.name()
        ));
    }
}

/// The finding that is taken out, and what that needs.
pub(super) struct Fixing<'a> {
    pub root: &'a Path,
    pub finding: &'a Finding,
    /// What its value is to be read from.
    pub name: &'a str,
    pub scanner: &'a Scanner,
}

/// What is to be changed, and what is to be done besides.
pub(super) fn plan(fixing: &Fixing<'_>) -> Result<Plan> {
    let Fixing { root, finding, .. } = *fixing;
    let mut plan = Plan::default();
    let mut files: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    for place in &finding.places {
        // What HEAD no longer holds has no file to change.
        if place.at_head != Some(false) {
            files.entry(place.path.as_str()).or_default().push(place);
        }
    }
    for (path, places) in files {
        file(fixing, path, &places, &mut plan)?;
    }
    // The first step is always the provider's: the old value was read.
    plan.steps.splice(0..0, rotation(finding));
    if keysweep::source::git_dir(root).is_some() {
        plan.steps.push(
            "What was pushed stays in the history, and in every copy of it: rotating is what helps. To take the old \
             value out of the history as well, rewrite it (git filter-repo --replace-text) and push again."
                .to_owned(),
        );
    }
    plan.steps.dedup();
    Ok(plan)
}

/// How it is rotated, and where.
fn rotation(finding: &Finding) -> Vec<String> {
    let rotate = finding.rotate.clone();
    let rotate = rotate.unwrap_or_else(|| {
        "Make a new one where it was issued, and end this one there.".to_owned()
    });
    let console = finding
        .console
        .iter()
        .map(|page| format!("It is listed at {page}"));
    std::iter::once(format!("Rotate it: {rotate}"))
        .chain(console)
        .collect()
}

/// Plans the changes of one file.
fn file(fixing: &Fixing<'_>, shown: &str, places: &[&Place], plan: &mut Plan) -> Result<()> {
    let encoded = !fixing.finding.evidence.layers.is_empty();
    let is_plain = |place: &&Place| {
        place.member.is_none() && place.name.is_none() && !place.message && !encoded
    };
    let (plain, other): (Vec<&Place>, Vec<&Place>) = places.iter().partition(|it| is_plain(it));
    for place in other {
        plan.leave(shown, place, Unfixable::NotPlain);
    }
    let Some(first) = plain.first().copied() else {
        return Ok(());
    };
    let path = inside(fixing.root, shown)?;
    let before = read(&path)?;
    let Ok(text) = std::str::from_utf8(&before) else {
        plan.leave(shown, first, Unfixable::NotText);
        return Ok(());
    };

    let (now, later) = plain.split_at(plain.len().min(fix::PLACES_MAX));
    if let Some(first) = later.first() {
        plan.leave(shown, first, Unfixable::ManyPlaces);
    }
    let repaired = repaired(fixing, shown, text, now, plan)?;
    if !repaired.edits.is_empty() {
        match repaired.apply(fixing, shown, text) {
            Ok((after, diff)) => plan.changes.push(Change {
                shown: shown.to_owned(),
                path,
                before,
                after: after.into_bytes(),
                diff,
            }),
            Err(why) => plan.leave(shown, first, why),
        }
    }
    if let Some((shown, line)) = &repaired.beside {
        let example = example(fixing.root, shown, line, fixing.scanner)?;
        plan.changes.extend(example);
    }
    if later.len() > 1 {
        let more = later.len() - 1;
        plan.left
            .push(format!("{shown}: and {more} more like this"));
    }
    plan.steps.extend(repaired.steps);
    Ok(())
}

/// The repairs of several places of one file.
#[derive(Default)]
struct Repaired {
    edits: Vec<Edit>,
    /// What is to be done besides.
    steps: Vec<String>,
    /// A line for a file beside it: the name of that file, and the line.
    beside: Option<(String, String)>,
    /// What is taken out, as it stands in the last of the places.
    value: String,
}

/// Works out a repair for each of the places; those that have none are left.
fn repaired(
    fixing: &Fixing<'_>,
    shown: &str,
    text: &str,
    places: &[&Place],
    plan: &mut Plan,
) -> Result<Repaired> {
    let found = fixing.scanner.spans(text.as_bytes());
    let mut out = Repaired::default();
    for (number, place) in places.iter().enumerate() {
        let span = fix::span(text, place.region).filter(|span| found.contains(span));
        let Some(span) = span else {
            bail!(
                "{} changed since it was read; run it again",
                terminal(shown)
            );
        };
        match fix::repair(shown, text, &span, fixing.name) {
            Ok(repair) => {
                out.edits.extend(repair.edits);
                out.steps.extend(repair.steps);
                out.beside = out.beside.or(repair.beside);
            }
            Err(why) => plan.leave(shown, place, why),
        }
        // Of several places of a file one is enough.
        if number == 0 {
            let rules = fixing.root.join(".sops.yaml").is_file();
            let steps = fix::sops_steps(shown, text, &span, rules);
            out.steps.extend(steps.unwrap_or_default());
        }
        text[span].clone_into(&mut out.value);
    }
    Ok(out)
}

impl Repaired {
    /// The text as it is to be, and the difference with what nobody may see masked on both sides.
    fn apply(
        &self,
        fixing: &Fixing<'_>,
        shown: &str,
        text: &str,
    ) -> Result<(String, String), Unfixable> {
        let after = fix::apply(text, &self.edits)?;
        let masked = |text: &str| Masked::new(text, &secrets(fixing.scanner, text, &self.value));
        let diff = fix::unified(shown, text, &self.edits, &masked(text), &masked(&after));
        Ok((after, diff))
    }
}

/// What a diff must not show: whatever a scan sees, and the value wherever it stands.
fn secrets(scanner: &Scanner, text: &str, value: &str) -> Vec<Range<usize>> {
    let mut spans = scanner.spans(text.as_bytes());
    if !value.is_empty() {
        let again = text.match_indices(value);
        spans.extend(again.map(|(at, value)| at..at + value.len()));
    }
    spans
}

/// A line more in a file of examples, unless it has one for the name already.
fn example(root: &Path, shown: &str, line: &str, scanner: &Scanner) -> Result<Option<Change>> {
    let path = inside(root, shown)?;
    let before = match path.exists() {
        true => read(&path)?,
        false => Vec::new(),
    };
    let Ok(text) = std::str::from_utf8(&before) else {
        return Ok(None);
    };
    if text.lines().any(|have| have.trim_start().starts_with(line)) {
        return Ok(None);
    }
    let end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let edits = [Edit {
        span: (text.len(), text.len()),
        with: format!("{end}{line}\n"),
    }];
    let after = fix::apply(text, &edits).unwrap_or_default();
    let masked = |text: &str| Masked::new(text, &secrets(scanner, text, ""));
    let diff = fix::unified(shown, text, &edits, &masked(text), &masked(&after));
    Ok(Some(Change {
        shown: shown.to_owned(),
        path,
        after: after.into_bytes(),
        diff,
        before,
    }))
}
