//! What the walls look at: Rust files with their syntax, migrations with their text, and findings.
//!
//! Files are read from the package's folder and parsed once per test. A snippet can stand in for a file,
//! so that each wall can be shown a fault. Nothing here knows any rule.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::TokenStream;

/// One fault: where it stands, which rule it breaks, and what to do instead.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) rule: String,
    pub(crate) instead: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}\n    instead: {}", self.file, self.line, self.rule, self.instead)
    }
}

/// A Rust file. `path` is relative to the package and uses `/`.
pub(crate) struct SourceFile {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) syntax: syn::File,
    /// The same text as tokens: comments are gone, strings are literals.
    pub(crate) tokens: TokenStream,
}

impl SourceFile {
    /// Makes a file of a text. Fails the test if the text is no Rust.
    pub(crate) fn parse(path: &str, text: &str) -> Self {
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{path} is no Rust: {error}"));
        let tokens = TokenStream::from_str(text).unwrap_or_else(|error| panic!("{path} is no Rust: {error}"));
        Self { path: path.to_owned(), text: text.to_owned(), syntax, tokens }
    }

    /// The module that the file is: `src/calls/store.rs` is `["calls", "store"]`, a crate root is `[]`.
    pub(crate) fn module(&self) -> Vec<String> {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let stem = inner.strip_suffix(".rs").unwrap_or(inner);
        let mut module: Vec<String> = stem.split('/').map(str::to_owned).collect();
        let is_root = matches!(inner, "lib.rs" | "main.rs");
        if is_root || (module.len() > 1 && module.last().is_some_and(|name| name == "mod")) {
            module.pop();
        }
        module
    }

    /// The first part of [`SourceFile::module`]; none for `lib.rs` and `main.rs`.
    pub(crate) fn top_module(&self) -> Option<String> {
        self.module().into_iter().next()
    }

    /// A fault in this file.
    pub(crate) fn finding(
        &self,
        line: usize,
        rule: impl Into<String>,
        instead: impl Into<String>,
    ) -> Finding {
        Finding { file: self.path.clone(), line, rule: rule.into(), instead: instead.into() }
    }
}

/// A migration: its path relative to the package, and its text.
pub(crate) struct SqlFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All Rust files below a folder of the package, in order of their paths.
pub(crate) fn rust_files(folder: &str) -> Vec<SourceFile> {
    let files = files(folder, "rs");
    assert!(!files.is_empty(), "no Rust in `{folder}`: run the test in the package's folder");
    files.iter().map(|(path, text)| SourceFile::parse(path, text)).collect()
}

/// All SQL files below a folder of the package, in order of their paths.
pub(crate) fn sql_files(folder: &str) -> Vec<SqlFile> {
    files(folder, "sql").into_iter().map(|(path, text)| SqlFile { path, text }).collect()
}

/// Tests run in the package's folder. Its path at build time would be another clone's, where clones share
/// what they build.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let text =
                    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                found.push((path.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    found.sort();
    found
}

/// A folder that isn't there has no files: `migrations/` came later than this test.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.expect("a folder of the package can be read").path()).collect()
}
