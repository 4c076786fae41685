//! Tables of a driver as types.

use serde::de::DeserializeOwned;
use toml::Table;

/// A table as a type that knows all of its keys.
pub(super) fn into<T: DeserializeOwned>(table: Table) -> Result<T, String> {
    table
        .try_into()
        .map_err(|error| error.message().replace('\n', " "))
}

/// Whether texts are JSON pointers.
pub(super) fn pointers<'t>(texts: impl IntoIterator<Item = &'t String>) -> Result<(), String> {
    let bad = texts
        .into_iter()
        .find(|text| !text.is_empty() && !text.starts_with('/'));
    match bad {
        None => Ok(()),
        Some(text) => Err(format!(
            "`{text}` is no JSON pointer: one begins with a slash"
        )),
    }
}
