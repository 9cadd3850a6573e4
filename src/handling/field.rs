//! The path of a field within the settings, such as `ring.phones[1].number`.
//!
//! Promises: costs nothing until it is written out, which only a mistake does. Doesn't: say what is wrong.

use std::fmt;

/// A field, and those that it stands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'p> {
    parent: Option<&'p Field<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Name(&'p str),
    Number(usize),
}

impl<'p> Field<'p> {
    /// A field of the document itself.
    pub(super) fn of_the_document(name: &'p str) -> Self {
        Self { parent: None, step: Step::Name(name) }
    }

    /// A field of this one.
    pub(super) fn named(&'p self, name: &'p str) -> Self {
        Self { parent: Some(self), step: Step::Name(name) }
    }

    /// A place in this list, from 0.
    pub(super) fn numbered(&'p self, number: usize) -> Self {
        Self { parent: Some(self), step: Step::Number(number) }
    }
}

impl fmt::Display for Field<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(formatter)?;
        }
        match (self.parent, self.step) {
            (None, Step::Name(name)) => formatter.write_str(name),
            (Some(_), Step::Name(name)) => write!(formatter, ".{name}"),
            (_, Step::Number(number)) => write!(formatter, "[{number}]"),
        }
    }
}
