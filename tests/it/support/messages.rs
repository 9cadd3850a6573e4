//! What a client of PostgreSQL sends, as far as it takes to say which statement was executed.
//!
//! "Frontend/Backend Protocol" of PostgreSQL's manual: each message is a letter, a length and a body, but for the first
//! one, which has no letter.

use std::collections::HashMap;

use tokio::sync::watch;

/// A message that a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// Which connection, counted from 1.
    pub(crate) connection: u32,
    /// The letter of its kind: `P`arse, `B`ind, `E`xecute, `S`ync, `Q`uery, …
    pub(crate) kind: char,
    /// What is parsed, bound, executed or queried, on one line.
    pub(crate) statement: Option<String>,
}

impl Message {
    /// Whether it makes PostgreSQL execute a statement with this text.
    pub(crate) fn executes(&self, part: &str) -> bool {
        matches!(self.kind, 'E' | 'Q') && self.statement.as_ref().is_some_and(|text| text.contains(part))
    }
}

/// Understands one connection.
pub(super) struct Listener {
    connection: u32,
    heard: watch::Sender<Vec<Message>>,
    unread: Vec<u8>,
    /// Whether the first message went by.
    started: bool,
    statements: HashMap<String, String>,
    portals: HashMap<String, String>,
}

impl Listener {
    pub(super) fn new(connection: u32, heard: watch::Sender<Vec<Message>>) -> Self {
        Self {
            connection,
            heard,
            unread: Vec::new(),
            started: false,
            statements: HashMap::new(),
            portals: HashMap::new(),
        }
    }

    /// Takes the next bytes, wherever they break off.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
        loop {
            let letter = usize::from(self.started);
            let Some(length) = self.unread.get(letter..letter + 4) else { return };
            let end = letter + usize::try_from(u32::from_be_bytes(length.try_into().unwrap())).unwrap();
            if self.unread.len() < end {
                return;
            }
            let message: Vec<u8> = self.unread.drain(..end).collect();
            if self.started {
                self.understand(char::from(message[0]), &message[5..]);
            }
            self.started = true;
        }
    }

    fn understand(&mut self, kind: char, body: &[u8]) {
        let mut texts = body.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned());
        let mut next = || texts.next().unwrap_or_default();
        let statement = match kind {
            'P' => {
                let (name, text) = (next(), on_one_line(&next()));
                self.statements.insert(name, text.clone());
                Some(text)
            }
            'B' => {
                let (portal, name) = (next(), next());
                let text = self.statements.get(&name).cloned();
                self.portals.insert(portal, text.clone().unwrap_or_default());
                text
            }
            'E' => self.portals.get(&next()).cloned(),
            'Q' => Some(on_one_line(&next())),
            _ => None,
        };
        let message = Message { connection: self.connection, kind, statement };
        self.heard.send_modify(|heard| heard.push(message));
    }
}

fn on_one_line(statement: &str) -> String {
    statement.split_whitespace().collect::<Vec<_>>().join(" ")
}
