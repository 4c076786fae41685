//! Lists that a server gives page by page.

use super::super::answer::Answer;
use super::super::driver::{By, ListCalls, Pages, Records};
use super::super::fault::Fault;
use super::super::gathered::{Entry, entries, member};
use super::super::vars::{Var, Vars};
use super::{Session, succeeded};

/// Requests that one list may take. At ten a second it is twenty minutes.
pub(super) const MAX_REQUESTS: usize = 12_000;

/// How asking for a list ended.
pub(super) enum Asking {
    /// Every page came; the last one.
    Whole(Answer),
    /// The server refused, and the driver says that it may.
    Refused(u16),
}

impl Session {
    /// Asks for every page, and gives each record to `take`.
    pub(super) fn pages(
        &mut self,
        records: &Records,
        vars: &Vars,
        budget: &mut usize,
        take: &mut dyn FnMut(Entry) -> Result<(), Fault>,
    ) -> Result<Asking, Fault> {
        let (call, pages) = (&records.call, records.pages.as_ref());
        let mut vars = vars.clone();
        let mut number = pages.map_or(1, |pages| pages.first);
        let mut before = 0_u64;
        // How many records the server gives at most: an administrator may have set less than is asked for, so
        // that a short first page proves nothing.
        let mut most = None;
        let mut last: Option<Vec<u8>> = None;
        vars.set("cursor", Var::Nothing);
        loop {
            if *budget == 0 {
                let why = format!("the list takes more than {MAX_REQUESTS} requests");
                return Err(Fault::unexpected(call.shown(), why));
            }
            *budget -= 1;
            for (name, number) in [("page", number), ("offset", before)] {
                let number = i64::try_from(number).unwrap_or(i64::MAX);
                vars.set(name, Var::Number(number));
            }
            let answer = self.asked(call, &vars)?;
            let is_beyond = most.is_some() && matches!(answer.status, 400 | 404 | 416);
            if is_beyond {
                return Ok(Asking::Whole(answer));
            }
            if !(200..300).contains(&answer.status) && call.is_ok(answer.status) {
                return Ok(Asking::Refused(answer.status));
            }
            let answer = succeeded(call, answer)?;
            // A server that knows nothing of pages gives the first one again and again.
            if last.as_deref() == Some(answer.body()) {
                return Ok(Asking::Whole(answer));
            }
            let entries = entries(records, &answer)?;
            let count = entries.len() as u64;
            last = Some(answer.body().to_vec());
            entries.into_iter().try_for_each(&mut *take)?;
            let Some(pages) = pages else {
                return Ok(Asking::Whole(answer));
            };
            let full = *most.get_or_insert(count.min(pages.size));
            match pages.by {
                By::Page | By::Offset if count == 0 || count < full => {
                    return Ok(Asking::Whole(answer));
                }
                By::Page => number += 1,
                By::Offset => before += count,
                By::Cursor => match cursor(pages, &answer) {
                    Some(next) => vars.set("cursor", Var::Text(next)),
                    None => return Ok(Asking::Whole(answer)),
                },
            }
        }
    }

    /// For whom the list is asked: once for each record of `over`, or once.
    pub(super) fn each(
        &mut self,
        calls: &ListCalls,
        budget: &mut usize,
    ) -> Result<Vec<Vars>, Fault> {
        let Some(over) = &calls.over else {
            return Ok(vec![Vars::default()]);
        };
        let mut all = Vec::new();
        let none = Vars::default();
        let asking = self.pages(over, &none, budget, &mut |Entry { key, record }| {
            let mut vars = Vars::default();
            for (name, pick) in &over.keep {
                let value = member(key.as_deref(), &record, pick);
                if matches!(value, Var::Nothing) {
                    let why = format!("nothing stands at `{}` of a record", pick.at);
                    return Err(Fault::unexpected(over.call.shown(), why));
                }
                vars.set(format!("each.{name}"), value);
            }
            all.push(vars);
            Ok(())
        })?;
        match asking {
            Asking::Whole(_) => Ok(all),
            Asking::Refused(status) => Err(Fault::refused(over.call.shown(), status)),
        }
    }
}

/// What the next page is asked for by, where an answer says that there is one.
fn cursor(pages: &Pages, answer: &Answer) -> Option<String> {
    let next = answer.at(pages.next.as_ref()?)?.as_str()?;
    (!next.is_empty()).then(|| next.to_owned())
}
