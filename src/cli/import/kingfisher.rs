//! Kingfisher, of whose files none is read.

use anyhow::{Result, bail};

use super::importer::{Foreign, Importer};
use super::taken::Taken;

/// Why nothing is read.
const YAML: &str = "there is nothing to import: the files of this tool are YAML, which is not read; its comments \
                    beside a value count here as they are (docs/init.md), and `keysweep baseline create` knows what \
                    is found today";

/// Whoever names it is told what to do instead.
pub struct Kingfisher;

impl Importer for Kingfisher {
    fn name(&self) -> &'static str {
        "kingfisher"
    }

    fn files(&self) -> Result<&'static [&'static str], &'static str> {
        Err(YAML)
    }

    fn take(&self, _: &Foreign<'_>, _: &mut Taken) -> Result<()> {
        bail!(YAML)
    }
}
