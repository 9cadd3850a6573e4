//! XML as a tree.
//!
//! Promises: what isn't well formed, or holds what no TwiML does (a document type, an instruction), is refused; so is anything
//! before the declaration. Comments are skipped.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::refusal::Refusal;
use crate::twilio::xml_characters;

/// An element with all that is in it.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    /// In the order of the document.
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
}

/// What stands in an element.
#[derive(Debug)]
pub(super) enum Node {
    Element(Element),
    /// Never blank.
    Text(String),
}

impl Element {
    /// The root of a document.
    pub(super) fn parse(document: &str) -> Result<Self, Refusal> {
        if let Some(forbidden) = document.chars().find(|character| !xml_characters::is_allowed(*character)) {
            return Err(broken(&format!("it holds the character U+{:04X}", u32::from(forbidden))));
        }
        if document.contains("<?xml") && !document.starts_with("<?xml") {
            return Err(broken("something stands before <?xml"));
        }
        let mut reader = Reader::from_str(document);
        let mut tree = Tree::default();
        while tree.take(reader.read_event().map_err(|error| broken(&error))?)? == Reading::GoesOn {}
        tree.root()
    }

    /// The elements in it; words beside them are refused.
    pub(super) fn elements(&self) -> Result<Vec<&Self>, Refusal> {
        let mut elements = Vec::with_capacity(self.children.len());
        for child in &self.children {
            match child {
                Node::Element(element) => elements.push(element),
                Node::Text(_) => return Err(Refusal::Text { parent: self.name.clone() }),
            }
        }
        Ok(elements)
    }

    /// All words in it, at any depth, each blank once.
    pub(super) fn words(&self) -> String {
        let mut words = String::new();
        self.gather_words(&mut words);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn gather_words(&self, words: &mut String) {
        for child in &self.children {
            match child {
                Node::Text(text) => words.push_str(text),
                Node::Element(element) => element.gather_words(words),
            }
        }
    }

    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(PartialEq, Eq)]
enum Reading {
    GoesOn,
    Ended,
}

/// What has been read so far.
#[derive(Default)]
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>) -> Result<Reading, Refusal> {
        match event {
            Event::Start(start) => self.open.push(element(&start)?),
            Event::Empty(start) => {
                let element = element(&start)?;
                self.put(element)?;
            }
            Event::End(_) => {
                let element = self.open.pop().ok_or_else(|| broken("an element ends that did not begin"))?;
                self.put(element)?;
            }
            Event::Text(text) => self.text(&text.xml10_content())?,
            Event::CData(text) => self.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => self.text(&resolved(&reference)?)?,
            Event::Comment(_) | Event::Decl(_) => {}
            Event::DocType(_) => return Err(broken("it has a document type")),
            Event::PI(_) => return Err(broken("it has a processing instruction")),
            Event::Eof => return Ok(Reading::Ended),
        }
        Ok(Reading::GoesOn)
    }

    fn put(&mut self, element: Element) -> Result<(), Refusal> {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None if self.root.is_some() => return Err(broken("it has more than one root")),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Refusal> {
        let Some(parent) = self.open.last_mut() else {
            let is_blank = text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty();
            return if is_blank { Ok(()) } else { Err(broken("text stands outside of the root")) };
        };
        match parent.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            Some(Node::Element(_)) | None => parent.children.push(Node::Text(text.to_owned())),
        }
        Ok(())
    }

    fn root(self) -> Result<Element, Refusal> {
        match self.open.last() {
            Some(open) => Err(broken(&format!("<{}> does not end", open.name))),
            None => self.root.map(without_blanks).ok_or_else(|| broken("it is empty")),
        }
    }
}

/// Blanks between elements are no text; those between words are.
fn without_blanks(mut element: Element) -> Element {
    let is_mixed =
        element.children.iter().any(|child| matches!(child, Node::Text(text) if !text.trim().is_empty()));
    let children = std::mem::take(&mut element.children).into_iter();
    element.children = children
        .filter_map(|child| match child {
            Node::Element(inner) => Some(Node::Element(without_blanks(inner))),
            Node::Text(text) => is_mixed.then_some(Node::Text(text)),
        })
        .collect();
    element
}

fn element(start: &BytesStart<'_>) -> Result<Element, Refusal> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| broken(&error))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| broken(&error))?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name: start.name().as_ref().to_owned(), attributes, children: Vec::new() })
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, Refusal> {
    match reference.resolve_char_ref().map_err(|error| broken(&error))? {
        Some(character) if xml_characters::is_allowed(character) => Ok(character.to_string()),
        Some(_) => Err(broken("it refers to a character that XML forbids")),
        None => resolve_predefined_entity(reference)
            .map(str::to_owned)
            .ok_or_else(|| broken("it refers to an entity that nobody declared")),
    }
}

fn broken(why: &(impl ToString + ?Sized)) -> Refusal {
    Refusal::NotXml(why.to_string())
}
