//! `keysweep live driver-test`: tries a driver on a server.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::Args;

use super::super::output;
use super::From;
use keysweep::live::{Driver, Outcome, Said, Wish, connect, driver, trial};

/// Tries a driver on a server: makes a token there, finds it in the list, tries it, replaces it, ends
/// it and proves it dead, and says of each step what is otherwise than the driver says.
///
/// The exit status is 1 where something is wrong. What was made is ended again.
#[derive(Args)]
pub struct DriverTest {
    #[command(flatten)]
    from: From,
    /// The file of the driver. [default: that of the server]
    driver: Option<PathBuf>,
    /// The server on which it is tried, by its name in the file of servers.
    #[arg(long, value_name = "NAME")]
    server: String,
    /// Whose the token of the trial is.
    #[arg(long, value_name = "NAME", default_value = "")]
    owner: String,
    /// What the token of the trial may do.
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    scope: Vec<String>,
    /// A token, by its id or its name: the one of the trial is made like it. Where a server has no
    /// second value beside the first, the value of this one is replaced.
    #[arg(long, value_name = "TOKEN")]
    like: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// The file of servers or the driver is wrong, or a secret cannot be read.
pub fn run(test: DriverTest) -> Result<ExitCode> {
    let mut servers = test.from.servers()?;
    servers.find(&test.server).map_err(|why| anyhow!(why))?;
    servers.servers.retain(|server| server.alias == test.server);
    let mut server = servers.servers.remove(0);
    if let Some(file) = &test.driver {
        let driver: Driver = driver::from_file(file).map_err(|why| anyhow!(why))?;
        server.driver = driver;
        server.fits_driver().map_err(|why| anyhow!(why))?;
    }
    let wish = Wish {
        owner: test.owner,
        scope: test.scope,
        like: test.like,
    };
    let mut issuer = connect(&server)?;
    let mut failed = None;
    let mut say = |said: &Said| {
        if failed.is_none() {
            failed = line(said).err();
        }
    };
    let well = trial(issuer.as_mut(), &wish, &mut say);
    if let Some(error) = failed {
        return Err(anyhow!("standard output cannot be written: {error}"));
    }
    Ok(match well {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}

fn line(said: &Said) -> std::io::Result<()> {
    let Said {
        step,
        outcome,
        text,
    } = said;
    let mut out = std::io::stdout().lock();
    let mark: &str = Outcome::name(*outcome);
    writeln!(out, "{step:<8} {mark:<6} {}", output::plain(text))?;
    out.flush()
}
