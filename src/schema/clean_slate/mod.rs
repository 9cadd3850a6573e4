//! Starting afresh: drops what belongs to tenants, so that the next migration begins with nothing.
//!
//! Promises: one transaction; nothing goes that is not ours by its name, and nothing by CASCADE; rows go only when their
//! number was told, counted while nobody can write. The rows of other programs' tables stay, and so does the server's role.
//! Doesn't: undo a migration. What it made of older rows is gone with them; the way back is a backup.

mod in_the_way;
mod list;
mod run;
mod slate;
mod statements;

pub use list::{Cleared, End, Going};
pub use run::{Wish, clean_slate};

#[cfg(test)]
mod tests;
