//! The form of a command: exactly the keys of its kind, ids of the right tables, nothing else.
//! Law: RULES.md, decision/orders (`malformed`). Called by `orders`. Knows no world: whether an id
//! names anything is not its question.

use std::collections::BTreeMap;

use shared::Json;
use shared::ids::parse_id;

/// An entity as a command names it; the table is that of its key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Id {
    pub(crate) universe: u32,
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

/// A well-formed command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Command {
    /// Send a fleet to a system.
    Move {
        /// `fleet`
        fleet: Id,
        /// `system`
        destination: Id,
    },
    /// Let a fleet stay where it is.
    Stop {
        /// `fleet`
        fleet: Id,
    },
    /// Build a unit at a planet.
    Build {
        /// `planet`
        planet: Id,
        /// Index of the design, as given.
        design: i128,
    },
    /// Give a unit up.
    Disband {
        /// `unit`
        unit: Id,
    },
}

/// Reads a command; nothing if it is malformed.
pub(crate) fn parse(command: &Json) -> Option<Command> {
    let Json::Object(entries) = command else {
        return None;
    };
    let Some(Json::String(kind)) = entries.get("kind") else {
        return None;
    };
    let keys = Keys(entries);
    match kind.as_str() {
        "move" => Some(Command::Move {
            fleet: keys.only(2)?.id("fleet", "fleet")?,
            destination: keys.id("destination", "system")?,
        }),
        "stop" => Some(Command::Stop {
            fleet: keys.only(1)?.id("fleet", "fleet")?,
        }),
        "build" => Some(Command::Build {
            planet: keys.only(2)?.id("planet", "planet")?,
            design: keys.integer("design")?,
        }),
        "disband" => Some(Command::Disband {
            unit: keys.only(1)?.id("unit", "unit")?,
        }),
        _ => None,
    }
}

/// The keys of a command.
struct Keys<'a>(&'a BTreeMap<String, Json>);

impl Keys<'_> {
    /// Passes if there are so many keys besides `kind`; that they are the right ones shows when
    /// each is read.
    fn only(&self, count: usize) -> Option<&Self> {
        (self.0.len() == count + 1).then_some(self)
    }

    fn id(&self, key: &str, table: &str) -> Option<Id> {
        let Some(Json::String(text)) = self.0.get(key) else {
            return None;
        };
        let (universe, found, slot, generation) = parse_id(text)?;
        (found == table).then_some(Id {
            universe,
            slot,
            generation,
        })
    }

    fn integer(&self, key: &str) -> Option<i128> {
        match self.0.get(key) {
            Some(Json::Int(value)) => Some(*value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::codec::decode_json;

    use super::{Command, Id, parse};

    fn read(text: &str) -> Option<Command> {
        parse(&decode_json(text.as_bytes()).unwrap())
    }

    const FLEET: Id = Id {
        universe: 0,
        slot: 7,
        generation: 2,
    };

    #[test]
    fn each_kind_is_read() {
        let unit = Id {
            universe: 1,
            slot: 0,
            generation: 0,
        };
        let text = r#"{"destination":"1/system/0:0","fleet":"0/fleet/7:2","kind":"move"}"#;
        assert_eq!(
            read(text),
            Some(Command::Move {
                fleet: FLEET,
                destination: unit
            })
        );
        let text = r#"{"fleet":"0/fleet/7:2","kind":"stop"}"#;
        assert_eq!(read(text), Some(Command::Stop { fleet: FLEET }));
        let text = r#"{"design":-1,"kind":"build","planet":"0/planet/7:2"}"#;
        assert_eq!(
            read(text),
            Some(Command::Build {
                planet: FLEET,
                design: -1
            })
        );
        let text = r#"{"kind":"disband","unit":"1/unit/0:0"}"#;
        assert_eq!(read(text), Some(Command::Disband { unit }));
    }

    #[test]
    fn everything_else_is_malformed() {
        for text in [
            "null",
            "[]",
            r#""stop""#,
            "{}",
            r#"{"fleet":"0/fleet/7:2"}"#,
            r#"{"fleet":"0/fleet/7:2","kind":0}"#,
            r#"{"fleet":"0/fleet/7:2","kind":"halt"}"#,
            r#"{"kind":"stop"}"#,
            r#"{"fleet":7,"kind":"stop"}"#,
            r#"{"fleet":"0/fleet/07:2","kind":"stop"}"#,
            r#"{"fleet":"0/fleet/4294967296:2","kind":"stop"}"#,
            r#"{"fleet":"0/unit/7:2","kind":"stop"}"#,
            r#"{"fleet":"0/fleet/7:2","kind":"stop","unit":"0/unit/7:2"}"#,
            r#"{"kind":"stop","unit":"0/unit/7:2"}"#,
            r#"{"destination":"0/planet/0:0","fleet":"0/fleet/7:2","kind":"move"}"#,
            r#"{"design":true,"kind":"build","planet":"0/planet/7:2"}"#,
            r#"{"design":"1","kind":"build","planet":"0/planet/7:2"}"#,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
