//! Which paths a file names: in `use`, inline, inside macros and inside attributes.
//!
//! `crate`, `self` and `super` are resolved to `["crate", …]`, also within inline modules; other paths stay
//! as they are written. Macros are read as tokens: a path is seen there as far as it stands in one run of
//! names and `::`. Visibilities (`pub(in crate::x)`) name a path without needing it, and are left out.

use proc_macro2::{Literal, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::source::SourceFile;

/// How a path is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// `use path` for this module alone, bound to `name`.
    Import { name: String },
    /// `pub use path`, handed on as `name`; `pub(crate)` and `pub(super)` count too.
    ReExport { name: String },
    /// Anywhere else.
    Inline,
}

/// One path that a file names. A glob ends in `*`.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
    pub(crate) role: Role,
    /// The module that the path stands in, with inline modules.
    pub(crate) module: Vec<String>,
}

impl Mention {
    /// The path without its leading `crate`; none for what belongs to others or is local.
    pub(crate) fn own_path(&self) -> Option<&[String]> {
        match self.path.split_first() {
            Some((first, rest)) if first == "crate" => Some(rest),
            Some(_) | None => None,
        }
    }
}

/// All paths that the file names, in the order of their lines.
pub(crate) fn mentions(file: &SourceFile) -> Vec<Mention> {
    let is_binary = file.path == "src/main.rs";
    let mut reader = Reader { module: file.module(), is_binary, found: Vec::new() };
    reader.visit_file(&file.syntax);
    reader.found.sort_by_key(|mention| mention.line);
    reader.found
}

struct Reader {
    module: Vec<String>,
    is_binary: bool,
    found: Vec<Mention>,
}

impl Reader {
    fn note(&mut self, written: &[String], line: usize, role: Role) {
        let path = self.resolve(written);
        self.found.push(Mention { path, line, role, module: self.module.clone() });
    }

    fn resolve(&self, written: &[String]) -> Vec<String> {
        let ups = written.iter().take_while(|part| *part == "super" || *part == "self").count();
        let supers = written.iter().take(ups).filter(|part| *part == "super").count();
        let is_own_library = self.is_binary && written.first().is_some_and(|part| part == "switchboard");
        let kept = self.module.len().saturating_sub(supers);
        let mut path = Vec::new();
        if ups > 0 {
            path.push("crate".to_owned());
            path.extend(self.module.iter().take(kept).cloned());
        } else if is_own_library {
            path.push("crate".to_owned());
        }
        path.extend(written.iter().skip(if is_own_library { 1 } else { ups }).cloned());
        path
    }

    fn use_tree(&mut self, tree: &syn::UseTree, before: &[String], role_of: fn(String) -> Role) {
        let line = tree.span().start().line;
        let with = |name: &syn::Ident| {
            let mut path = before.to_vec();
            let name = name.unraw().to_string();
            if name != "self" || path.is_empty() {
                path.push(name);
            }
            path
        };
        match tree {
            syn::UseTree::Path(path) => self.use_tree(&path.tree, &with(&path.ident), role_of),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(tree, before, role_of);
                }
            }
            syn::UseTree::Name(name) => {
                let path = with(&name.ident);
                let bound = path.last().cloned().unwrap_or_default();
                self.note(&path, line, role_of(bound));
            }
            syn::UseTree::Rename(rename) => {
                self.note(&with(&rename.ident), line, role_of(rename.rename.unraw().to_string()));
            }
            syn::UseTree::Glob(_) => {
                let mut path = before.to_vec();
                path.push("*".to_owned());
                self.note(&path, line, role_of("*".to_owned()));
            }
        }
    }

    /// Reads runs of names and `::` out of tokens, and paths written as strings if `strings` says so.
    fn tokens(&mut self, tokens: TokenStream, strings: Strings) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Group(group) => self.tokens(group.stream(), strings),
                TokenTree::Literal(literal) if strings == Strings::MayBePaths => self.string(literal),
                TokenTree::Ident(first) => {
                    let mut path = vec![first.unraw().to_string()];
                    while let Some(next) = next_part(&tokens, at) {
                        path.push(next);
                        at += 3;
                    }
                    if path.len() > 1 {
                        self.note(&path, first.span().start().line, Role::Inline);
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// `#[serde(with = "crate::clock::seconds")]` names a path too.
    fn string(&mut self, literal: &Literal) {
        let text = literal.to_string();
        let parts: Vec<String> = text.trim_matches('"').split("::").map(str::to_owned).collect();
        let is_ours = matches!(parts.first().map(String::as_str), Some("crate" | "super" | "self"));
        if parts.len() > 1 && is_ours {
            self.note(&parts, literal.span().start().line, Role::Inline);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strings {
    MayBePaths,
    AreText,
}

fn next_part(tokens: &[TokenTree], at: usize) -> Option<String> {
    let colon =
        |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    match tokens.get(at + 2) {
        Some(TokenTree::Ident(ident)) if colon(tokens.get(at)) && colon(tokens.get(at + 1)) => {
            Some(ident.unraw().to_string())
        }
        Some(_) | None => None,
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.unraw().to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let role_of: fn(String) -> Role = match item.vis {
            syn::Visibility::Inherited => |name| Role::Import { name },
            syn::Visibility::Public(_) | syn::Visibility::Restricted(_) => |name| Role::ReExport { name },
        };
        self.use_tree(&item.tree, &[], role_of);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name).unraw().to_string();
        let path = if item.ident == "self" { "crate".to_owned() } else { item.ident.unraw().to_string() };
        self.note(&[path], item.span().start().line, Role::Import { name });
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.unraw().to_string()).collect();
        self.note(&parts, path.span().start().line, Role::Inline);
        visit::visit_path(self, path);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone(), Strings::AreText);
        visit::visit_macro(self, call);
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.tokens(list.tokens.clone(), Strings::MayBePaths);
        visit::visit_meta_list(self, list);
    }
}
