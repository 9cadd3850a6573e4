//! The shape of files and functions: headers, lengths, and no `bool` parameters.
//!
//! Lengths count every line, comments and tests too. A function that a trait of somebody else dictates
//! (`impl Visit for …`) may take what it is given.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::source::{Finding, SourceFile};

const MOST_LINES_OF_A_FUNCTION: usize = 60;
const MOST_LINES_OF_A_FILE: usize = 300;

/// Files without a `//!` header.
pub(crate) fn headers(files: &[SourceFile]) -> Vec<Finding> {
    let bare = files.iter().filter(|file| !file.text.starts_with("//!"));
    let instead = "begin with `//!`: what the module promises, and what it deliberately does not do";
    bare.map(|file| file.finding(1, "the file has no header", instead)).collect()
}

/// Files over the limit.
pub(crate) fn file_lengths(files: &[SourceFile]) -> Vec<Finding> {
    let length = |file: &SourceFile| file.text.lines().count();
    let long = files.iter().filter(|file| length(file) > MOST_LINES_OF_A_FILE);
    long.map(|file| {
        let rule = format!("the file has {} lines; {MOST_LINES_OF_A_FILE} are the limit", length(file));
        file.finding(MOST_LINES_OF_A_FILE + 1, rule, "split it by the reason to exist, not by size")
    })
    .collect()
}

/// Functions over the limit, from `fn` to the closing brace.
pub(crate) fn function_lengths(files: &[SourceFile]) -> Vec<Finding> {
    let instead = "give a part of it a name, as a function of its own";
    each_function(files, |function| {
        let block = function.block?;
        let first = function.signature.fn_token.span.start().line;
        let lines = block.brace_token.span.close().end().line + 1 - first;
        let name = &function.signature.ident;
        let rule = format!("`{name}` has {lines} lines; {MOST_LINES_OF_A_FUNCTION} are the limit");
        (lines > MOST_LINES_OF_A_FUNCTION).then_some((first, rule, instead))
    })
}

/// Parameters of type `bool`, `&bool` or `&mut bool`.
pub(crate) fn bool_parameters(files: &[SourceFile]) -> Vec<Finding> {
    each_function(files, |function| {
        if function.is_dictated {
            return None;
        }
        let parameter = function.signature.inputs.iter().find(|input| match input {
            syn::FnArg::Typed(input) => is_bool(&input.ty),
            syn::FnArg::Receiver(_) => false,
        })?;
        let rule =
            format!("`{}` takes a `bool`, which says nothing where it is called", function.signature.ident);
        Some((parameter.span().start().line, rule, "make an enum with two names, or two functions"))
    })
}

fn is_bool(ty: &syn::Type) -> bool {
    if let syn::Type::Reference(reference) = ty {
        return is_bool(&reference.elem);
    }
    matches!(ty, syn::Type::Path(ty) if ty.path.segments.last().is_some_and(|last| last.ident == "bool"))
}

struct Function<'ast> {
    signature: &'ast syn::Signature,
    block: Option<&'ast syn::Block>,
    /// It stands in an implementation of a trait.
    is_dictated: bool,
}

fn each_function(
    files: &[SourceFile],
    judge: impl Fn(&Function<'_>) -> Option<(usize, String, &'static str)>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        let mut reader = Functions { is_in_trait_impl: false, found: Vec::new() };
        reader.visit_file(&file.syntax);
        let faults = reader.found.iter().filter_map(&judge);
        found.extend(faults.map(|(line, rule, instead)| file.finding(line, rule, instead)));
    }
    found
}

struct Functions<'ast> {
    is_in_trait_impl: bool,
    found: Vec<Function<'ast>>,
}

impl<'ast> Visit<'ast> for Functions<'ast> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.found.push(Function { signature: &item.sig, block: Some(&item.block), is_dictated: false });
        visit::visit_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let around = std::mem::replace(&mut self.is_in_trait_impl, item.trait_.is_some());
        visit::visit_item_impl(self, item);
        self.is_in_trait_impl = around;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let is_dictated = self.is_in_trait_impl;
        self.found.push(Function { signature: &item.sig, block: Some(&item.block), is_dictated });
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.found.push(Function { signature: &item.sig, block: item.default.as_ref(), is_dictated: false });
        visit::visit_trait_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::{bool_parameters, file_lengths, function_lengths, headers};
    use crate::source::{Finding, SourceFile};

    fn found(check: impl Fn(&[SourceFile]) -> Vec<Finding>, text: &str) -> usize {
        check(&[SourceFile::parse("src/calls/store.rs", text)]).len()
    }

    fn lines(count: usize) -> String {
        "f();\n".repeat(count)
    }

    #[test]
    fn a_file_without_a_header_falls() {
        assert_eq!(found(headers, "// words\nfn f() {}"), 1);
        assert_eq!(found(headers, "//! Words.\nfn f() {}"), 0);
    }

    #[test]
    fn the_first_line_over_the_limit_of_a_file_falls() {
        assert_eq!(found(file_lengths, &"//! x\n".repeat(300)), 0);
        assert_eq!(found(file_lengths, &"//! x\n".repeat(301)), 1);
    }

    #[test]
    fn the_first_line_over_the_limit_of_a_function_falls_wherever_it_stands() {
        let around = [("", ""), ("impl S {", "}"), ("trait T {", "}"), ("mod tests {", "}")];

        for (before, after) in around {
            let of = |count| format!("{before} #[test]\n/// Words.\nfn g() {{\n{}}} {after}", lines(count));

            assert_eq!(found(function_lengths, &of(58)), 0, "{before}");
            assert_eq!(found(function_lengths, &of(59)), 1, "{before}");
        }
    }

    #[test]
    fn a_bool_parameter_falls_unless_a_trait_dictates_it() {
        let faults =
            ["fn f(a: u8, b: bool) {}", "impl S { fn f(&self, b: &bool) {} }", "trait T { fn f(b: bool); }"];

        for text in faults {
            assert_eq!(found(bool_parameters, text), 1, "{text}");
        }
        assert_eq!(found(bool_parameters, "impl Visit for S { fn record_bool(&mut self, b: bool) {} }"), 0);
        assert_eq!(found(bool_parameters, "fn f(a: Vec<bool>) -> bool { true }"), 0);
    }
}
