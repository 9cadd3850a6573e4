//! What Cargo can't see, and what it can't include.
//!
//! The migrations are read by a macro: a new file must build the program anew. The PostgreSQL of the feature
//! `bundled-postgres` comes as hundreds of files from other crates: those that a private server needs become one
//! compressed archive. Where there are none (another platform), the build goes on without; nothing is run here.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rustc-check-cfg=cfg(carries_postgresql)");
    #[cfg(feature = "bundled-postgres")]
    match carried::pack() {
        Ok(carried::Packed::Whole) => println!("cargo::rustc-cfg=carries_postgresql"),
        Ok(carried::Packed::NothingHere) => {}
        Err(error) => println!("cargo::error=the PostgreSQL of `bundled-postgres` can't be packed: {error}"),
    }
}

/// `src/embedded/archive.rs` reads what this writes.
#[cfg(feature = "bundled-postgres")]
mod carried {
    use std::{
        collections::BTreeMap,
        env,
        error::Error,
        fmt::Write as _,
        fs,
        path::{Path, PathBuf},
    };

    use toml::{Table, Value};

    /// The crates hold more: tools, headers, further extensions.
    const NEEDED: [&str; 7] = [
        "LICENSE",
        "THIRD_PARTY_LICENSES/",
        "bin/initdb",
        "bin/postgres",
        "lib/libpq.so.5",
        "lib/postgresql/",
        "share/postgresql/",
    ];
    const NEEDED_EXTENSION: &str = "btree_gist";
    /// Of ten; more takes much longer and saves little.
    const COMPRESSION: u8 = 8;

    /// One content, under the paths that it has.
    struct Content {
        source: PathBuf,
        sha256: String,
        paths: Vec<String>,
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "Cargo's word to a build script, no setting of the program"
    )]
    fn out_directory() -> Result<PathBuf, Box<dyn Error>> {
        Ok(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?.into())
    }

    pub(super) enum Packed {
        Whole,
        /// No crate brings a PostgreSQL for this platform.
        NothingHere,
    }

    /// Writes the archive and its index.
    pub(super) fn pack() -> Result<Packed, Box<dyn Error>> {
        let mut files = BTreeMap::new();
        for (name, manifest) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("DEP_OLIPHAUNT_ARTIFACT_") && name.ends_with("_MANIFEST") {
                for file in manifest_files(Path::new(&manifest))? {
                    collect(&file, &mut files)?;
                }
            }
        }
        if files.is_empty() {
            return Ok(Packed::NothingHere);
        }

        let out = out_directory()?;
        let mut index = String::new();
        let mut contents = Vec::new();
        for Content { source, sha256, paths } in by_content(files) {
            let content = fs::read(&source)?;
            for path in paths {
                let mode = if path.starts_with("bin/") { "755" } else { "644" };
                writeln!(index, "{mode} {sha256} {} {path}", content.len())?;
            }
            contents.extend(content);
        }
        fs::write(out.join("postgresql.index"), index)?;
        fs::write(
            out.join("postgresql.deflate"),
            miniz_oxide::deflate::compress_to_vec(&contents, COMPRESSION),
        )?;
        Ok(Packed::Whole)
    }

    fn manifest_files(manifest: &Path) -> Result<Vec<Value>, Box<dyn Error>> {
        let mut manifest: Table = fs::read_to_string(manifest)?.parse()?;
        let mut files = taken(&mut manifest, "files");
        for mut extension in taken(&mut manifest, "extensions") {
            if extension.get("extension").and_then(Value::as_str) == Some(NEEDED_EXTENSION)
                && let Some(extension) = extension.as_table_mut()
            {
                files.append(&mut taken(extension, "files"));
            }
        }
        Ok(files)
    }

    fn taken(table: &mut Table, list: &str) -> Vec<Value> {
        match table.remove(list) {
            Some(Value::Array(values)) => values,
            _ => Vec::new(),
        }
    }

    fn collect(file: &Value, files: &mut BTreeMap<String, (PathBuf, String)>) -> Result<(), Box<dyn Error>> {
        let word =
            |name: &str| file.get(name).and_then(Value::as_str).ok_or(format!("{file:?} has no {name}"));
        let path = word("relative")?;
        let path = path.strip_prefix("runtime/").unwrap_or(path);
        let is_needed = NEEDED
            .iter()
            .any(|needed| if needed.ends_with('/') { path.starts_with(needed) } else { path == *needed });
        if is_needed {
            files.insert(path.to_owned(), (word("source")?.into(), word("sha256")?.to_owned()));
        }
        Ok(())
    }

    /// Zone data has hundreds of twins: each content stands in the archive once, where its first path is.
    fn by_content(files: BTreeMap<String, (PathBuf, String)>) -> Vec<Content> {
        let mut contents: Vec<Content> = Vec::new();
        let mut known = BTreeMap::new();
        for (path, (source, sha256)) in files {
            let position = *known.entry(sha256.clone()).or_insert_with(|| {
                contents.push(Content { source, sha256, paths: Vec::new() });
                contents.len() - 1
            });
            if let Some(content) = contents.get_mut(position) {
                content.paths.push(path);
            }
        }
        contents
    }
}
