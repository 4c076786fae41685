//! Whether a driver can be trusted: every request asks only for what is known where it is sent, and no answer that
//! everybody gets makes a value alive.

use super::super::vars::{names, names_in};
use super::fits::Fits;
use super::pages::Pages;
use super::read::in_table;
use super::{Check, Create, Driver, ListCalls};

impl Driver {
    /// Whether every request asks only for what is known where it is sent, and every condition can be trusted.
    pub(super) fn sound(&self) -> Result<(), String> {
        let list = self.list_kind().map(|_| ());
        list.map_err(in_table("server"))?;
        if !self.server.docs.starts_with("https://") {
            return Err("[server]: `docs` is the address of the page that documents it".into());
        }
        let mut operator: Vec<String> = vec!["user".into(), "secret".into()];
        operator.extend(self.server.set.iter().map(|name| format!("set.{name}")));
        operator.extend(
            self.server
                .secrets
                .iter()
                .map(|name| format!("secrets.{name}")),
        );
        for step in &self.login {
            known("login", step.call.names()?, &operator)?;
            operator.extend(step.keep.keys().cloned());
        }
        known("auth.admin", self.auth.admin.names()?, &operator)?;
        let with = |names: &[&str]| {
            let mut all = operator.clone();
            all.extend(names.iter().map(|name| (*name).to_owned()));
            all
        };
        known(
            "auth.value",
            self.auth.value.names()?,
            &with(&["value", "name", "owner"]),
        )?;
        if let Some(check) = &self.check {
            known(
                "check",
                check.call.names()?,
                &with(&["value", "name", "owner"]),
            )?;
            check.sound().map_err(in_table("check"))?;
        }
        let mut of_token = with(&["id", "name", "owner", "value"]);
        if let Some(list) = &self.list {
            list.sound(with(&["page", "offset", "cursor"]), &mut of_token)?;
        }
        if let Some(create) = &self.create {
            let mut asked = of_token.clone();
            let wanted = ["scope", "seconds", "days", "unix", "date", "moment"];
            asked.extend(wanted.map(str::to_owned));
            create.sound("create", asked)?;
        }
        if let Some(replace) = &self.replace {
            replace.sound("replace", of_token.clone())?;
        }
        if let Some(revoke) = &self.revoke {
            known("revoke", revoke.names()?, &of_token)?;
        }
        Ok(())
    }
}

impl ListCalls {
    /// Whether the requests of a list ask only for what is known. Adds what is known of each token.
    fn sound(&self, mut asked: Vec<String>, of_token: &mut Vec<String>) -> Result<(), String> {
        if let Some(over) = &self.over {
            let names = over.call.names()?;
            paged(&over.pages, &names).map_err(in_table("list.over"))?;
            known("list.over", names, &asked)?;
            if over.keep.is_empty() {
                return Err("[list.over]: `keep` says what the list is asked for by".into());
            }
            let each = over.keep.keys().map(|name| format!("each.{name}"));
            asked.extend(each.clone());
            of_token.extend(each);
        }
        let calls = self.records.call.names()?;
        paged(&self.records.pages, &calls).map_err(in_table("list"))?;
        known("list", calls, &asked)?;
        for template in self.add.values() {
            known("list.add", names(template)?, &asked)?;
        }
        of_token.extend(self.records.keep.keys().map(|name| format!("old.{name}")));
        Ok(())
    }
}

impl Check {
    pub(super) fn sound(&self) -> Result<(), String> {
        let all = || self.live.iter().chain(&self.dead);
        if let Some(fault) = all().find_map(Fits::fault) {
            return Err(fault);
        }
        if self.live.is_empty() {
            return Err("`live` is empty".into());
        }
        // A page for everything would make every value alive.
        let bare = |fits: &Fits| (200..300).contains(&fits.status) && !fits.looks_inside();
        match self.live.iter().find(|fits| bare(fits)) {
            Some(fits) => Err(format!(
                "`live` with status {} alone is true of any page: add `has` or `text`",
                fits.status
            )),
            None => Ok(()),
        }
    }
}

impl Create {
    /// Whether every step asks for what is known, and the value comes from the answers or is drawn: never that of the
    /// token before.
    fn sound(&self, table: &'static str, mut asked: Vec<String>) -> Result<(), String> {
        for template in self.otherwise.values() {
            known(table, names_in(template)?, &asked)?;
        }
        asked.extend(self.otherwise.keys().cloned());
        asked.push("new".into());
        let mut made: Vec<&str> = vec!["new"];
        for step in &self.steps {
            known(table, step.call.names()?, &asked)?;
            asked.extend(step.keep.keys().cloned());
            made.extend(step.keep.keys().map(String::as_str));
        }
        let value = names(&self.value)?;
        match value.iter().find(|name| !made.contains(name)) {
            Some(name) => Err(format!(
                "[{table}]: no answer gives `{{{name}}}` of the value"
            )),
            None if value.is_empty() => Err(format!("[{table}]: the value is no secret")),
            None => Ok(()),
        }
    }
}

/// Whether the pages of a list can be asked for.
fn paged(pages: &Option<Pages>, asked: &[&str]) -> Result<(), String> {
    match pages.as_ref().and_then(|pages| pages.fault(asked)) {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}

fn known(table: &'static str, asked: Vec<&str>, known: &[String]) -> Result<(), String> {
    match asked
        .iter()
        .find(|name| !known.iter().any(|one| one == *name))
    {
        None => Ok(()),
        Some(name) => Err(format!(
            "[{table}]: `{{{name}}}` is not known there; known are {}",
            known.join(", ")
        )),
    }
}
