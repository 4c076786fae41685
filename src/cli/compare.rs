//! `keysweep compare`: two JSON reports of one place at two times.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use keysweep::report::{Report, compare, read};

/// Bytes of a report that are read; the largest that we know of has a tenth of them.
const MAX_REPORT: u64 = 1 << 30;

/// Compares two reports that `--format json` or `jsonl` wrote: which credentials are new, gone,
/// changed, or still there.
///
/// Exit status: 0 nothing fails that did not before; 1 something does; 2 a report cannot be read, or
/// the new run was not complete and nothing else fails.
#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep compare old.json new.json                What is new, gone or changed
  keysweep compare old.json new.json --format json  The same for programs")]
pub struct Compare {
    /// The earlier report.
    old: PathBuf,
    /// The later report.
    new: PathBuf,
    /// Format on standard output.
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// For people at a terminal.
    Human,
    /// One JSON document.
    Json,
}

/// Prints what differs.
pub fn run(args: &Compare) -> Result<ExitCode> {
    let (old, new) = (report(&args.old)?, report(&args.new)?);
    let compared = compare(&old, &new);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let written = match args.format {
        Form::Human => compared.write_human(&mut out),
        Form::Json => compared.write_json(&mut out),
    };
    written
        .and_then(|()| out.flush())
        .context("standard output cannot be written")?;
    Ok(ExitCode::from(compared.exit_status()))
}

/// Reads a report; `-` is standard input. One that holds the values themselves is refused: what is printed here would
/// too.
pub fn report(path: &Path) -> Result<Report> {
    let name = path.display();
    let mut text = Vec::new();
    let input: Box<dyn Read> = match path == Path::new("-") {
        true => Box::new(std::io::stdin().lock()),
        false => {
            let file = File::open(path);
            Box::new(file.with_context(|| format!("the report {name} cannot be read"))?)
        }
    };
    input
        .take(MAX_REPORT + 1)
        .read_to_end(&mut text)
        .with_context(|| format!("the report {name} cannot be read"))?;
    if text.len() as u64 > MAX_REPORT {
        bail!("the report {name} is larger than 1 GiB, which is more than is read");
    }
    let report = read(&text).with_context(|| format!("the report {name} cannot be read back"))?;
    let mut all = report.findings.iter().chain(&report.suppressed);
    if all.any(|finding| finding.value.is_some()) {
        bail!(
            "the report {name} was written with --show-secrets and holds the values themselves: \
             write it again without"
        );
    }
    Ok(report)
}
