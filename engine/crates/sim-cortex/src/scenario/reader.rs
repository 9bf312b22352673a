//! Reading one value of the scenario after the other, with its path, for errors that name it.
//! Law: STATE.md, "The canonical scenario". Knows no key of it.

use shared::Json;
use shared::fx::Fx;

/// Why a scenario is refused: the path of the value, what was expected, what was found.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{path}: {fault}")]
pub struct ScenarioError {
    /// Where, as in `designs[3].hull`.
    pub path: String,
    /// What is wrong there.
    pub fault: String,
}

impl ScenarioError {
    /// Returns an error about one value.
    #[must_use]
    pub fn new(path: impl Into<String>, fault: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            fault: fault.into(),
        }
    }
}

/// A value and its path.
pub(super) struct Node<'a> {
    pub(super) path: String,
    pub(super) value: &'a Json,
}

impl<'a> Node<'a> {
    pub(super) fn fault<T>(&self, fault: impl Into<String>) -> Result<T, ScenarioError> {
        Err(ScenarioError::new(self.path.clone(), fault))
    }

    /// Returns the values of an object that has exactly these keys, in their order.
    pub(super) fn fields(&self, keys: &[&str]) -> Result<Fields<'a>, ScenarioError> {
        let Json::Object(entries) = self.value else {
            return self.wrong("an object");
        };
        if let Some(key) = entries.keys().find(|key| !keys.contains(&key.as_str())) {
            return Err(ScenarioError::new(self.key(key), "there is no such key"));
        }
        let nodes = keys.iter().map(|key| {
            let path = self.key(key);
            match entries.get(*key) {
                Some(value) => Ok(Node { path, value }),
                None => Err(ScenarioError::new(path, "expected a value, found none")),
            }
        });
        Ok(Fields(nodes.collect::<Result<_, _>>()?))
    }

    /// Returns the items of a list of `min` to `max` items.
    pub(super) fn items(&self, min: usize, max: usize) -> Result<Vec<Node<'a>>, ScenarioError> {
        let Json::Array(items) = self.value else {
            return self.wrong("a list");
        };
        if items.len() < min || items.len() > max {
            return self.fault(format!(
                "expected {min} … {max} items, found {}",
                items.len()
            ));
        }
        let nodes = items.iter().enumerate().map(|(ordinal, value)| Node {
            path: format!("{}[{ordinal}]", self.path),
            value,
        });
        Ok(nodes.collect())
    }

    /// Returns an integer of `min` to `max`.
    pub(super) fn integer<T: TryFrom<i128>>(
        &self,
        min: i128,
        max: i128,
    ) -> Result<T, ScenarioError> {
        let Json::Int(value) = self.value else {
            return self.wrong("an integer");
        };
        let inside = (min..=max).contains(value).then_some(*value);
        match inside.and_then(|value| T::try_from(value).ok()) {
            Some(value) => Ok(value),
            None => self.fault(format!("expected {min} … {max}, found {value}")),
        }
    }

    /// Returns an fx value of `min` to `max` raw.
    pub(super) fn fx(&self, min: i64, max: i64) -> Result<Fx, ScenarioError> {
        self.integer(min.into(), max.into()).map(Fx)
    }

    pub(super) fn text(&self) -> Result<String, ScenarioError> {
        match self.value {
            Json::String(value) => Ok(value.clone()),
            _ => self.wrong("a text"),
        }
    }

    /// Accepts one text only.
    pub(super) fn literal(&self, expected: &str) -> Result<(), ScenarioError> {
        let found = self.text()?;
        if found == expected {
            return Ok(());
        }
        self.fault(format!("expected {expected:?}, found {found:?}"))
    }

    pub(super) fn wrong<T>(&self, expected: &str) -> Result<T, ScenarioError> {
        self.fault(format!("expected {expected}, found {}", kind(self.value)))
    }

    fn key(&self, key: &str) -> String {
        if self.path.is_empty() {
            return key.to_owned();
        }
        format!("{}.{key}", self.path)
    }
}

/// The values of an object, taken one after the other in the order of the keys asked for.
pub(super) struct Fields<'a>(std::collections::VecDeque<Node<'a>>);

impl<'a> Fields<'a> {
    pub(super) fn next(&mut self) -> Node<'a> {
        let Some(node) = self.0.pop_front() else {
            unreachable!("more values are taken than keys were named");
        };
        node
    }
}

/// What a value is, in a word.
pub(super) fn kind(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Int(value) => value.to_string(),
        Json::String(_) => "a text".to_owned(),
        Json::Array(_) | Json::Ints(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}
