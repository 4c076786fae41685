//! The users of Redis as `ACL LIST` prints them: `user NAME on|off [nopass] #HASH … ~keys &channels +commands`, a line
//! each; at a terminal with a number and in quotes (`1) "user …"`).

use std::io::BufRead;

use serde_json::{Map, Value, json};

use super::Unreadable;
use super::fields::Mapper;
use super::syntax::{Input, Syntax};
use crate::rule::ListFormat;

/// Longest line, in bytes; a user with thousands of rules stays below.
const MAX_LINE: u64 = 1 << 20;

/// Lines of `ACL LIST`.
pub(super) struct Acl;

impl Syntax for Acl {
    fn format(&self) -> ListFormat {
        ListFormat::Acl
    }

    fn called(&self) -> &'static str {
        "what `ACL LIST` of Redis prints"
    }

    fn begins(&self, text: &[u8]) -> bool {
        let line = text.split(|b| *b == b'\n').next().unwrap_or_default();
        parse(&String::from_utf8_lossy(line)).is_some()
    }

    fn read(&self, input: &mut Input<'_>, mapper: &mut Mapper) -> Result<(), Unreadable> {
        lines(input, mapper)
    }
}

/// Reads every line.
fn lines(input: &mut Input<'_>, mapper: &mut Mapper) -> Result<(), Unreadable> {
    let around = Map::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let fail = |message: String| Unreadable {
            line: number,
            message,
        };
        let mut limited = std::io::Read::take(&mut *input, MAX_LINE);
        let n = limited.read_until(b'\n', &mut line);
        let n = n.map_err(|error| fail(format!("it cannot be read: {error}")))?;
        if n == 0 {
            break;
        }
        if n as u64 == MAX_LINE {
            return Err(fail("it is longer than a line of `ACL LIST`".to_owned()));
        }
        let text = String::from_utf8_lossy(&line);
        if text.trim().is_empty() {
            continue;
        }
        let value = parse(&text).ok_or_else(|| {
            fail("it is no line of `ACL LIST`, which begins with `user`".to_owned())
        })?;
        mapper
            .record(ListFormat::Acl, &value, &around)
            .map_err(fail)?;
    }
    Ok(())
}

/// One user as a record.
fn parse(line: &str) -> Option<Value> {
    let mut line = line.trim();
    if let Some((number, quoted)) = line.split_once(") ")
        && number.bytes().all(|b| b.is_ascii_digit())
    {
        line = quoted.trim().trim_matches('"');
    }
    let mut words = line.split_ascii_whitespace();
    if words.next()? != "user" {
        return None;
    }
    let (user, state) = (words.next()?, words.next()?);
    if !matches!(state, "on" | "off") {
        return None;
    }
    let (mut passwords, mut rules, mut nopass) = (Vec::new(), Vec::new(), false);
    for word in words {
        match word.strip_prefix('#') {
            Some(hash) => passwords.push(hash),
            None if word == "nopass" => nopass = true,
            None if word == "sanitize-payload" => {}
            None => rules.push(word),
        }
    }
    Some(json!({
        "user": user, "on": state == "on", "passwords": passwords, "rules": rules, "nopass": nopass,
    }))
}
