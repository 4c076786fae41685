//! What was typed.

use std::path::PathBuf;

use crate::product::Program;

pub struct Options {
    pub corpus: Option<PathBuf>,
    pub clean: Vec<PathBuf>,
    pub program: Program,
    pub only: Option<String>,
    pub missed: bool,
    pub wrong: bool,
    pub calibrate: bool,
    pub keep: Option<PathBuf>,
    pub page: Option<PathBuf>,
    pub figures: Option<PathBuf>,
    pub picture: Option<PathBuf>,
    pub before: Option<PathBuf>,
}

impl Options {
    pub fn read(args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options {
            corpus: None,
            clean: Vec::new(),
            program: Program(PathBuf::from(env!("CARGO_BIN_EXE_keysweep"))),
            only: None,
            missed: false,
            wrong: false,
            calibrate: false,
            keep: None,
            page: None,
            figures: None,
            picture: None,
            before: None,
        };
        let mut args = args;
        while let Some(arg) = args.next() {
            let mut path = || {
                let given = args.next().ok_or(format!("{arg} needs a value"))?;
                // The program is started in other directories.
                std::path::absolute(given).map_err(|error| error.to_string())
            };
            match arg.as_str() {
                "--bench" => {}
                "--clean" => options.clean.push(path()?),
                "--program" => options.program = Program(path()?),
                "--only" => options.only = Some(args.next().ok_or("--only needs a word")?),
                "--missed" => options.missed = true,
                "--wrong" => options.wrong = true,
                "--calibrate" => options.calibrate = true,
                "--keep" => options.keep = Some(path()?),
                "--page" => options.page = Some(path()?),
                "--figures" => options.figures = Some(path()?),
                "--picture" => options.picture = Some(path()?),
                "--before" => options.before = Some(path()?),
                _ if arg.starts_with("--") => return Err(format!("there is no option {arg}")),
                _ => options.corpus = Some(PathBuf::from(arg)),
            }
        }
        Ok(options)
    }

    /// Whether a part of this name is asked for.
    pub fn wants(&self, part: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|word| part.contains(word.as_str()))
    }

    /// Whether the program that is measured is this one: another has weights of its own.
    pub fn is_own(&self) -> bool {
        self.program.0 == *env!("CARGO_BIN_EXE_keysweep")
    }
}
