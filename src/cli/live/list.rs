//! `keysweep live list`: what servers list of their tokens, as snapshots.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use clap::Args;

use super::super::atomic::{self, Lasting, Mode};
use super::super::{lists as files, output};
use super::From;
use keysweep::lists::write_snapshot;
use keysweep::live::{Server, connect};

/// Asks each server for every token that it issued, and writes what it says as a snapshot without
/// secrets, `DIR/SERVER.json`. `scan`, `history` and `audit` take such files by `--with`. Nothing is
/// changed on a server.
#[derive(Args)]
pub struct List {
    #[command(flatten)]
    from: From,
    /// Only these servers, by their names in the file. [default: all]
    servers: Vec<String>,
    /// The directory for the snapshots; it is made where it is missing.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Keep the hashes that servers compare passwords with, so that findings can be joined by them.
    /// Whoever reads the snapshot can try passwords.
    #[arg(long)]
    hashes: bool,
}

/// Runs the verb.
///
/// # Errors
/// The file of servers is wrong, or no snapshot can be written. A server that does not answer is said, the others are
/// asked all the same, and the exit status is 2.
pub fn run(list: List) -> Result<ExitCode> {
    let servers = list.from.servers()?;
    let wanted: Vec<&Server> = match list.servers.is_empty() {
        true => servers.servers.iter().collect(),
        false => {
            let named = list.servers.iter().map(|alias| servers.find(alias));
            let named: Result<_, String> = named.collect();
            named.map_err(|why| anyhow!(why))?
        }
    };
    std::fs::create_dir_all(&list.output)
        .with_context(|| format!("the directory {} cannot be made", list.output.display()))?;
    let mut all = true;
    for server in wanted {
        if let Err(error) = one(server, &list) {
            all = false;
            output::complain(&format!("{}: {error:#}", server.alias));
        }
    }
    Ok(match all {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(2),
    })
}

fn one(server: &Server, list: &List) -> Result<()> {
    let path = list.output.join(format!("{}.json", server.alias));
    atomic::check_target(&path)?;
    let mut issuer = connect(server)?;
    let listed = issuer.list()?.list;
    let text = write_snapshot(&listed, list.hashes, &files::finder())
        .map_err(|refused| anyhow!("{refused}"))?;
    atomic::write(&path, Lasting::No, Mode::Private, |out| {
        out.write_all(text.as_bytes())
    })
    .with_context(|| format!("the snapshot {} cannot be written", path.display()))?;
    files::say(&server.alias, &listed, list.hashes);
    Ok(())
}
