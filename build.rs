//! The migrations are read by a macro, which Cargo doesn't see: a new file must build the program anew.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
