//! The environment, read once.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::mistakes::Mistakes;

/// The variables as they were when the program began. A blank one counts as unset.
#[derive(Clone)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// The environment of this process. A variable that isn't UTF-8 is none that we know.
    #[must_use]
    pub fn of_process() -> Self {
        let utf8 = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { variables: std::env::vars_os().filter_map(utf8).collect() }
    }

    /// An environment of these variables alone.
    #[must_use]
    pub fn of_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self {
            variables: pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        }
    }

    /// The same without these variables and the files that `…_FILE` names for them; and which of them were set.
    #[must_use]
    pub fn without(mut self, names: &[&'static str]) -> (Self, Vec<&'static str>) {
        let mut take = |name: &&'static str| {
            let file = self.variables.remove(&format!("{name}_FILE"));
            self.variables.remove(*name).or(file).is_some()
        };
        let were_set = names.iter().filter(|name| take(name)).copied().collect();
        (self, were_set)
    }

    /// The value, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Set to nothing.
    pub(super) fn is_blank(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|value| value.trim().is_empty())
    }

    /// A secret: the variable itself, or the content of the file that `NAME_FILE` names.
    pub(super) fn secret(&self, name: &'static str, mistakes: &mut Mistakes) -> Option<Zeroizing<String>> {
        let file = self.get(&format!("{name}_FILE"));
        match (self.get(name), file) {
            (Some(_), Some(_)) => {
                mistakes.add(name, format!("and {name}_FILE are both set; unset one"));
                None
            }
            (Some(value), None) => Some(Zeroizing::new(value.to_owned())),
            (None, Some(file)) => match std::fs::read_to_string(file) {
                Ok(text) if !text.trim().is_empty() => Some(Zeroizing::new(text.trim().to_owned())),
                Ok(_) => {
                    mistakes
                        .add(name, format!("is read from {file}, which is empty; write the secret into it"));
                    None
                }
                Err(error) => {
                    mistakes.add(name, format!("is read from {file}, which can't be read: {error}"));
                    None
                }
            },
            (None, None) => None,
        }
    }
}
