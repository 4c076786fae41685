//! One value of the file, on its way to what the key wants it to be.

use toml::Spanned;
use toml::de::DeValue;

use super::{At, Whose};
use crate::file_error::line_of;
use crate::rule::closest;

/// More texts in one list than this are a mistake or an attack.
const MAX_LIST: usize = 10_000;

/// A line and what is wrong there.
pub(super) type Fault = (u32, String);

/// A value on its way into the configuration.
pub(super) struct Cell<'a> {
    pub(super) key: String,
    pub(super) value: &'a Spanned<DeValue<'a>>,
    pub(super) line: u32,
    pub(super) text: &'a str,
    pub(super) whose: Whose,
}

impl Cell<'_> {
    pub(super) fn wrong<T>(&self, what: &str) -> Result<T, Fault> {
        Err((self.line, format!("`{}` {what}", self.key)))
    }

    /// Fails with `message` at `line` unless `fine`.
    pub(super) fn check(&self, fine: bool, line: u32, message: &str) -> Result<(), Fault> {
        match fine {
            true => Ok(()),
            false => Err((line, format!("`{}`: {message}", self.key))),
        }
    }

    pub(super) fn flag(&self) -> Result<bool, Fault> {
        match self.value.get_ref().as_bool() {
            Some(on) => Ok(on),
            None => self.wrong("is `true` or `false`, without quotes"),
        }
    }

    /// A list of texts, each with its line.
    pub(super) fn texts(&self) -> Result<Vec<At<String>>, Fault> {
        let Some(list) = self.value.get_ref().as_array() else {
            return self.wrong("is a list of texts: write it in brackets, each in quotes");
        };
        if list.len() > MAX_LIST {
            return self.wrong("has more than 10,000 entries; join them with `*`");
        }
        let mut out = Vec::new();
        for item in list.iter() {
            let line = line_of(self.text, item.span().start);
            let text = item.get_ref().as_str();
            let fine = text.is_some_and(|text| !text.trim().is_empty());
            self.check(
                fine,
                line,
                "each entry is a text in quotes, and not an empty one",
            )?;
            out.extend(text.map(|text| At {
                value: text.to_owned(),
                line,
            }));
        }
        Ok(out)
    }

    /// One of `known`.
    pub(super) fn word(&self, known: &[&'static str]) -> Result<&'static str, Fault> {
        let text = self.value.get_ref().as_str();
        match known.iter().find(|name| Some(**name) == text) {
            Some(name) => Ok(name),
            None => {
                let hint = text.map_or(String::new(), |text| nearest(text, known));
                self.wrong(&format!("is one of {}{hint}", known.join(", ")))
            }
        }
    }

    /// Some of `known`.
    pub(super) fn words(&self, known: &[&'static str]) -> Result<Vec<&'static str>, Fault> {
        let mut out = Vec::new();
        for text in self.texts()? {
            match known.iter().find(|name| **name == text.value) {
                Some(name) => out.push(*name),
                None => {
                    let hint = nearest(&text.value, known);
                    let what = format!("the names are {}{hint}", known.join(", "));
                    self.check(false, text.line, &what)?;
                }
            }
        }
        Ok(out)
    }

    /// Bytes.
    pub(super) fn size(&self, most: u64) -> Result<u64, Fault> {
        let value = self.value.get_ref();
        let bytes = match value.as_str() {
            Some(text) => size(text),
            None => self.integer(),
        };
        match bytes {
            Some(bytes) => self.within(bytes, most),
            None => self.wrong("is a number of bytes, or a text such as \"64M\" (K, M, G)"),
        }
    }

    /// A number of things.
    pub(super) fn count(&self, most: u64) -> Result<u64, Fault> {
        match self.integer() {
            Some(number) => self.within(number, most),
            None => self.wrong("is a whole number that is not below 0"),
        }
    }

    fn integer(&self) -> Option<u64> {
        let number = self.value.get_ref().as_integer()?;
        u64::from_str_radix(number.as_str(), number.radix()).ok()
    }

    fn within(&self, number: u64, most: u64) -> Result<u64, Fault> {
        if self.whose == Whose::Repository && number > most {
            return self.wrong(&format!(
                "may lower the limit, not raise it above the default of {most}: a repository must \
                 not decide how much work it makes; pass the option or --config"
            ));
        }
        Ok(number)
    }
}

/// Bytes, with K, M or G for powers of 1024.
pub fn size(text: &str) -> Option<u64> {
    let upper = text.trim().to_ascii_uppercase();
    let digits = upper.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = upper.split_at(digits);
    let factor = match unit {
        "" | "B" => 1,
        "K" | "KB" | "KIB" => 1 << 10,
        "M" | "MB" | "MIB" => 1 << 20,
        "G" | "GB" | "GIB" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// `; did you mean …?`, or nothing.
pub(super) fn nearest(word: &str, known: &[&'static str]) -> String {
    let near = (word.len() <= 64).then(|| closest(word, known.iter().copied()));
    match near.flatten() {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    }
}
