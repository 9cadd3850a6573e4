//! Forms that were signed in another way than Twilio's.

use std::collections::BTreeMap;

use super::diagnosis::FormChange;
use crate::twilio::form::FormParameters;

/// What stands behind the URL in the signed text.
pub(super) enum SignedForm {
    /// Fields, in Twilio's order.
    Sorted(FormParameters),
    /// The text as it is.
    AsText(String),
}

/// The form signed otherwise, for each way that differs for this form.
pub(super) fn variants(form: &FormParameters) -> Vec<(FormChange, SignedForm)> {
    let sorted = |pairs: Vec<(&str, String)>| FormParameters::from_pairs(pairs);
    let mapped =
        |change: fn(&str) -> String| sorted(form.iter().map(|(name, value)| (name, change(value))).collect());
    let filled = form.iter().filter(|(_, value)| !value.is_empty());
    let of_fields = [
        (
            FormChange::BlankFieldsLeftOut,
            sorted(filled.map(|(name, value)| (name, value.to_owned())).collect()),
        ),
        (FormChange::Trimmed, mapped(|value| value.trim().to_owned())),
        (FormChange::PlusSigns, mapped(|value| value.replace(' ', "+"))),
        (FormChange::RepeatedNamesCollapsed, one_value_each(form.iter())),
        (
            FormChange::RepeatedNamesCollapsed,
            one_value_each(form.iter().collect::<Vec<_>>().into_iter().rev()),
        ),
    ];
    let of_fields = of_fields.into_iter().filter(|(_, changed)| changed != form);
    let in_order: String = form.iter().flat_map(|(name, value)| [name, value]).collect();
    let as_text = [
        (FormChange::NotSorted, in_order),
        (FormChange::NotDecoded, form.encode()),
        (FormChange::NotSigned, String::new()),
    ];
    of_fields
        .map(|(change, form)| (change, SignedForm::Sorted(form)))
        .chain(as_text.into_iter().map(|(change, text)| (change, SignedForm::AsText(text))))
        .collect()
}

/// The value of each name that comes last.
fn one_value_each<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> FormParameters {
    FormParameters::from_pairs(pairs.collect::<BTreeMap<_, _>>())
}
