//! The codes that people met, and what they mean anywhere.

use std::str::FromStr;

/// An SQLSTATE that half-finished migrations gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// 42703
    UndefinedColumn,
    /// 42P07
    DuplicateTable,
    /// 42804
    DatatypeMismatch,
    /// 42P01
    UndefinedTable,
    /// 42P13
    InvalidFunctionDefinition,
    /// 23503
    ForeignKeyViolation,
    /// 23505
    UniqueViolation,
}

/// A code that nobody met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is none of the codes that can be explained: {}; leave it out for all of them", known())]
pub struct UnknownCode {
    given: String,
}

impl ErrorCode {
    /// All of them, in the order in which people met them.
    pub const ALL: [Self; 7] = [
        Self::UndefinedColumn,
        Self::DuplicateTable,
        Self::DatatypeMismatch,
        Self::UndefinedTable,
        Self::InvalidFunctionDefinition,
        Self::ForeignKeyViolation,
        Self::UniqueViolation,
    ];

    /// Its five characters.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UndefinedColumn => "42703",
            Self::DuplicateTable => "42P07",
            Self::DatatypeMismatch => "42804",
            Self::UndefinedTable => "42P01",
            Self::InvalidFunctionDefinition => "42P13",
            Self::ForeignKeyViolation => "23503",
            Self::UniqueViolation => "23505",
        }
    }

    /// What PostgreSQL calls it.
    #[must_use]
    pub fn condition(self) -> &'static str {
        match self {
            Self::UndefinedColumn => "undefined_column",
            Self::DuplicateTable => "duplicate_table",
            Self::DatatypeMismatch => "datatype_mismatch",
            Self::UndefinedTable => "undefined_table",
            Self::InvalidFunctionDefinition => "invalid_function_definition",
            Self::ForeignKeyViolation => "foreign_key_violation",
            Self::UniqueViolation => "unique_violation",
        }
    }

    /// What PostgreSQL means by it.
    #[must_use]
    pub fn means(self) -> &'static str {
        match self {
            Self::UndefinedColumn => "a statement names a column that its table does not have",
            Self::DuplicateTable => "a statement makes a table or an index whose name is taken",
            Self::DatatypeMismatch => "two values or columns have types that don't go together",
            Self::UndefinedTable => "a statement names a table that is not there",
            Self::InvalidFunctionDefinition => {
                "a function can't be replaced by one with another result or other names of arguments"
            }
            Self::ForeignKeyViolation => "a row names a tenant, a call or another row that does not exist",
            Self::UniqueViolation => "two rows have one value where each may stand once",
        }
    }

    /// Why people met it on the way to many tenants.
    #[must_use]
    pub fn cause(self) -> &'static str {
        match self {
            Self::UndefinedColumn => {
                "CREATE TABLE IF NOT EXISTS looks at the name and never at the columns: an older program's table stays as \
                 it is, and the next statement counts on columns that it lacks. A column that the same block has added \
                 is no cause: later statements see it"
            }
            Self::DuplicateTable => {
                "a file was run twice, or another program had the name first; IF NOT EXISTS only hides it, and leaves \
                 what stands"
            }
            Self::DatatypeMismatch => {
                "one file made tenant_id an integer or a text, another made tenants.id a uuid: no key and no \
                 comparison goes between them"
            }
            Self::UndefinedTable => {
                "the files count on each other, and on tables of another program: where one stopped half way, the next \
                 finds nothing"
            }
            Self::InvalidFunctionDefinition => {
                "CREATE OR REPLACE changes the body of a function and nothing else, and an earlier file had made \
                 get_tenant_by_phone with another result or another argument"
            }
            Self::ForeignKeyViolation => {
                "tenant_id was filled while no key guarded it, or its tenant was deleted since: then the key can't be \
                 made"
            }
            Self::UniqueViolation => {
                "rows came in while no key guarded them: then the key can't be made. Two runs of one file at the same \
                 time meet it, too"
            }
        }
    }
}

impl FromStr for ErrorCode {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let is_it = |code: &Self| code.as_str().eq_ignore_ascii_case(text.trim());
        Self::ALL.into_iter().find(is_it).ok_or_else(|| UnknownCode { given: text.to_owned() })
    }
}

fn known() -> String {
    ErrorCode::ALL.map(ErrorCode::as_str).join(", ")
}
