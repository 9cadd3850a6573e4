//! No circles: between top-level modules, and between the files of one module's folder.
//!
//! **What an edge is.** File A needs file B if A names something that B *defines*. Names are followed
//! through re-exports to the file that defines them, so `super::Call` needs `call.rs` and not the `mod.rs`
//! that hands it on. `mod x;`, and `pub use` of a file's own children, pass names on and need nothing; a
//! private `use` of a child, or its path in code, does. So a `mod.rs` may re-export all its children, and a
//! child may use what its siblings define, but a child can't use what `mod.rs` itself defines while
//! `mod.rs` uses the child: then the shared part wants a file of its own. What a trait or a method call
//! reaches without naming a path is not seen.

use std::collections::{BTreeMap, BTreeSet};

use crate::mentions::{Mention, Role, mentions};
use crate::source::{Finding, SourceFile};

/// Who needs whom, and the line that says so first.
type Graph = BTreeMap<String, BTreeMap<String, Place>>;

struct Place {
    file: String,
    line: usize,
}

/// Circles between the modules right below the crate root.
pub(crate) fn between_modules(files: &[SourceFile]) -> Vec<Finding> {
    let mut graph = Graph::new();
    for file in files {
        let Some(from) = file.top_module() else { continue };
        for mention in mentions(file) {
            let Some(target) = mention.own_path().and_then(<[String]>::first) else { continue };
            add(&mut graph, &from, target, &file.path, mention.line);
        }
    }
    circle(&graph).into_iter().collect()
}

/// Circles between files of one top-level module.
pub(crate) fn within_folders(files: &[SourceFile]) -> Vec<Finding> {
    let modules: BTreeSet<String> = files.iter().filter_map(SourceFile::top_module).collect();
    let tree = Tree::new(files);
    modules.iter().filter_map(|module| circle(&tree.graph_of(module))).collect()
}

fn add(graph: &mut Graph, from: &str, to: &str, file: &str, line: usize) {
    if from != to {
        let place = Place { file: file.to_owned(), line };
        graph.entry(from.to_owned()).or_default().entry(to.to_owned()).or_insert(place);
    }
}

/// The files by their modules, and what each names.
struct Tree<'a> {
    by_module: BTreeMap<Vec<String>, &'a SourceFile>,
    mentions: BTreeMap<&'a str, Vec<Mention>>,
}

impl<'a> Tree<'a> {
    fn new(files: &'a [SourceFile]) -> Self {
        let inner = files.iter().filter(|file| !file.module().is_empty());
        let by_module = inner.map(|file| (file.module(), file)).collect();
        Self { by_module, mentions: files.iter().map(|file| (file.path.as_str(), mentions(file))).collect() }
    }

    fn graph_of(&self, top_module: &str) -> Graph {
        let mut graph = Graph::new();
        let within = |file: &SourceFile| file.top_module().is_some_and(|module| module == top_module);
        for file in self.by_module.values().filter(|file| within(file)) {
            for mention in self.mentioned_by(file) {
                let Some(target) = self.needed(file, mention).filter(|target| within(target)) else {
                    continue;
                };
                add(&mut graph, &file.path, &target.path, &file.path, mention.line);
            }
        }
        graph
    }

    fn mentioned_by(&self, file: &SourceFile) -> &[Mention] {
        self.mentions.get(file.path.as_str()).map_or(&[], Vec::as_slice)
    }

    fn needed(&self, file: &SourceFile, mention: &Mention) -> Option<&'a SourceFile> {
        let path = self.full_path(file, mention)?;
        let is_child = path.len() > file.module().len() && path.starts_with(&file.module());
        if is_child && matches!(mention.role, Role::ReExport { .. }) {
            return None;
        }
        self.definer(&path, MOST_RE_EXPORTS)
    }

    /// `routing::decide` in `calls/mod.rs` is `calls::routing::decide`; so is `decide` after a re-export.
    fn full_path(&self, file: &SourceFile, mention: &Mention) -> Option<Vec<String>> {
        if let Some(path) = mention.own_path() {
            return Some(path.to_vec());
        }
        let (first, rest) = mention.path.split_first()?;
        let mut child = mention.module.clone();
        child.push(first.clone());
        if !rest.is_empty() && self.by_module.contains_key(&child) {
            child.extend(rest.iter().cloned());
            return Some(child);
        }
        let bound = self.binding(file, first)?;
        Some(bound.iter().chain(rest).cloned().collect())
    }

    /// The path below the crate that a `use` of the file's own module binds to the name.
    fn binding(&self, file: &SourceFile, name: &str) -> Option<Vec<String>> {
        let module = file.module();
        let bound = self.mentioned_by(file).iter().find(|mention| match &mention.role {
            Role::Import { name: bound } | Role::ReExport { name: bound } => {
                bound == name && mention.module == module
            }
            Role::Inline => false,
        })?;
        self.absolute(&module, bound)
    }

    fn absolute(&self, module: &[String], mention: &Mention) -> Option<Vec<String>> {
        if let Some(path) = mention.own_path() {
            return Some(path.to_vec());
        }
        let path: Vec<String> = module.iter().chain(&mention.path).cloned().collect();
        let is_child = self.by_module.contains_key(path.get(..=module.len())?);
        is_child.then_some(path)
    }

    fn definer(&self, path: &[String], re_exports_left: usize) -> Option<&'a SourceFile> {
        let known = (1..=path.len()).rev().find(|len| self.by_module.contains_key(&path[..*len]))?;
        let file = *self.by_module.get(&path[..known])?;
        let Some((name, rest)) = path[known..].split_first() else { return Some(file) };
        let Some(left) = re_exports_left.checked_sub(1).filter(|_| name != "*") else { return Some(file) };
        if let Some(bound) = self.binding(file, name) {
            let next: Vec<String> = bound.iter().chain(rest).cloned().collect();
            return self.definer(&next, left).or(Some(file));
        }
        if defines(file, name) {
            return Some(file);
        }
        let globs =
            self.mentioned_by(file).iter().filter(|mention| mention.path.last().is_some_and(|p| p == "*"));
        let offering = globs.filter_map(|glob| {
            let mut path = self.absolute(&file.module(), glob)?;
            path.pop();
            let offers = self.by_module.get(&path).is_some_and(|target| defines(target, name));
            path.push(name.clone());
            offers.then(|| self.definer(&path, left)).flatten()
        });
        offering.into_iter().next().or(Some(file))
    }
}

/// Names that re-export each other in a circle end here.
const MOST_RE_EXPORTS: usize = 16;

#[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds of items have no name, also later ones")]
fn defines(file: &SourceFile, name: &str) -> bool {
    file.syntax.items.iter().any(|item| match item {
        syn::Item::Const(item) => item.ident == name,
        syn::Item::Enum(item) => item.ident == name,
        syn::Item::Fn(item) => item.sig.ident == name,
        syn::Item::Macro(item) => item.ident.as_ref().is_some_and(|ident| ident == name),
        syn::Item::Mod(item) => item.ident == name,
        syn::Item::Static(item) => item.ident == name,
        syn::Item::Struct(item) => item.ident == name,
        syn::Item::Trait(item) => item.ident == name,
        syn::Item::Type(item) => item.ident == name,
        syn::Item::Union(item) => item.ident == name,
        _ => false,
    })
}

/// One circle of the graph, if it has any, told from its smallest name on.
fn circle(graph: &Graph) -> Option<Finding> {
    let mut done = BTreeSet::new();
    graph.keys().find_map(|start| walk(graph, start, &mut Vec::new(), &mut done))
}

fn walk<'a>(
    graph: &'a Graph,
    at: &'a str,
    way: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Option<Finding> {
    if let Some(from) = way.iter().position(|name| *name == at) {
        return Some(told(graph, &way[from..]));
    }
    if !done.insert(at) {
        return None;
    }
    way.push(at);
    let found =
        graph.get(at).into_iter().flat_map(BTreeMap::keys).find_map(|next| walk(graph, next, way, done));
    way.pop();
    found
}

fn told(graph: &Graph, circle: &[&str]) -> Finding {
    let followers = circle.iter().cycle().skip(1);
    let places: Vec<&Place> =
        circle.iter().zip(followers).filter_map(|(from, to)| graph.get(*from)?.get(*to)).collect();
    let steps: Vec<String> = places.iter().map(|place| format!("{}:{}", place.file, place.line)).collect();
    let names: Vec<&str> = circle.iter().chain(circle.first()).copied().collect();
    Finding {
        file: places.first().map_or_else(String::new, |place| place.file.clone()),
        line: places.first().map_or(1, |place| place.line),
        rule: format!("a circle of imports: {} (at {})", names.join(" → "), steps.join(", ")),
        instead: "move what both need into a file of its own, or hand it over as an argument".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{between_modules, within_folders};
    use crate::source::SourceFile;

    fn parsed(files: &[(&str, &str)]) -> Vec<SourceFile> {
        files.iter().map(|(path, text)| SourceFile::parse(path, text)).collect()
    }

    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        within_folders(&parsed(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn two_modules_that_import_each_other_fall() {
        let files = parsed(&[
            ("src/calls/mod.rs", "use crate::web::P;"),
            ("src/web/page.rs", "use crate::calls::C;"),
        ]);

        let found = between_modules(&files);

        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().contains("calls → web → calls"), "{}", found[0]);
    }

    #[test]
    fn three_files_in_a_circle_fall() {
        let found = circles(&[
            ("src/calls/mod.rs", "mod a; mod b; mod c;"),
            ("src/calls/a.rs", "use super::b::B; pub struct A;"),
            ("src/calls/b.rs", "pub struct B; fn f() { crate::calls::c::g() }"),
            ("src/calls/c.rs", "pub fn g() { a!(super::a::A) }"),
        ]);

        assert_eq!(found.len(), 1);
        assert!(
            found[0].contains("src/calls/a.rs → src/calls/b.rs → src/calls/c.rs → src/calls/a.rs"),
            "{found:?}"
        );
    }

    #[test]
    fn a_parent_may_hand_its_children_on_and_a_child_may_use_what_a_sibling_defines() {
        let found = circles(&[
            ("src/calls/mod.rs", "mod call; mod store; pub use call::*; pub(crate) use self::store::save;"),
            ("src/calls/call.rs", "pub struct Call;"),
            ("src/calls/store.rs", "use super::Call; pub fn save(_: Call) {}"),
        ]);

        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn siblings_that_need_each_other_through_their_parents_re_exports_fall() {
        let found = circles(&[
            ("src/calls/mod.rs", "mod call; mod store; pub use call::Call; pub use store::save;"),
            ("src/calls/call.rs", "use super::save; pub struct Call;"),
            ("src/calls/store.rs", "use crate::calls::Call; pub fn save(_: Call) {}"),
        ]);

        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_child_may_not_use_what_its_parent_defines_while_the_parent_uses_the_child() {
        let child = ("src/calls/incoming.rs", "use super::State; pub fn handle(_: State) {}");

        let using = [
            ("src/calls/mod.rs", "mod incoming; pub struct State; fn r() { incoming::handle(State) }"),
            child,
        ];
        let renamed =
            [("src/calls/mod.rs", "mod incoming; use incoming::handle as h; pub struct State;"), child];
        let quiet = [("src/calls/mod.rs", "mod incoming; pub struct State;"), child];

        assert_eq!(circles(&using).len(), 1);
        assert_eq!(circles(&renamed).len(), 1);
        assert_eq!(circles(&quiet).len(), 0);
    }

    #[test]
    fn the_tests_of_a_file_may_use_the_file() {
        let text =
            "pub fn decide() {} #[cfg(test)] mod tests { use super::*; use super::super::routing::decide; }";

        assert_eq!(circles(&[("src/calls/mod.rs", "mod routing;"), ("src/calls/routing.rs", text)]).len(), 0);
    }
}
