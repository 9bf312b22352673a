//! A value of canonical JSON, its writer and its strict reader.
//! Law: PROTOCOL.md, section 1. Public through `codec`; knows no schema and no scenario.
//! The reader takes a text or names the byte where it stops being canonical: it repairs nothing.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Containers inside one another, at most.
pub const DEPTH_MAX: usize = 64;

/// The integers that there are: −2^63 to 2^64 − 1.
const INTEGERS: RangeInclusive<i128> = -(1 << 63)..=(1 << 64) - 1;

const INTEGER: &str = "an integer from −2^63 to 2^64 − 1 in its shortest form";
/// Digits of the longest integer.
const DIGITS_MAX: usize = 20;

/// What canonical JSON can say. Keys order by their UTF-8 bytes, which is the order of code points.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer from −2^63 to 2^64 − 1
    Int(i128),
    /// A string
    String(String),
    /// An array
    Array(Vec<Json>),
    /// An array of integers that fit i64, as `read_columns` gives it and nothing else
    Ints(Vec<i64>),
    /// An object
    Object(BTreeMap<String, Json>),
}

/// Where a text is not canonical JSON.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("byte {offset}: expected {expected}")]
pub struct JsonError {
    /// The position of the first byte that does not fit.
    pub offset: usize,
    /// What canonical JSON would have there.
    pub expected: &'static str,
}

impl Json {
    /// Appends the canonical text of a value that is inside `depth` containers.
    pub(crate) fn write(&self, text: &mut String, depth: usize) {
        match self {
            Self::Null => text.push_str("null"),
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => {
                assert!(
                    INTEGERS.contains(value),
                    "{value} is no integer of canonical JSON"
                );
                text.push_str(&value.to_string());
            }
            Self::String(value) => write_string(value, text),
            Self::Array(items) => write_list(('[', ']'), items, text, depth, Self::write),
            Self::Ints(items) => {
                write_list(('[', ']'), items, text, depth, |item, text, _| {
                    text.push_str(&item.to_string());
                });
            }
            Self::Object(entries) => {
                write_list(
                    ('{', '}'),
                    entries,
                    text,
                    depth,
                    |(key, value), text, depth| {
                        write_string(key, text);
                        text.push(':');
                        value.write(text, depth);
                    },
                );
            }
        }
    }

    /// Reads one value that fills `data` exactly.
    pub(crate) fn read(data: &[u8]) -> Result<Self, JsonError> {
        Self::read_whole(data, None)
    }

    /// Reads one value that fills `data` exactly. Arrays inside `depth` containers that hold
    /// integers of i64 and nothing else are `Ints`, at a quarter of the memory.
    ///
    /// # Errors
    /// Exactly those of `decode_json`.
    pub fn read_columns(data: &[u8], depth: usize) -> Result<Self, JsonError> {
        Self::read_whole(data, Some(depth))
    }

    fn read_whole(data: &[u8], columns: Option<usize>) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(data).map_err(|error| JsonError {
            offset: error.valid_up_to(),
            expected: "UTF-8",
        })?;
        let mut reader = Reader {
            text,
            offset: 0,
            columns,
        };
        let value = reader.value(0)?;
        if reader.offset < text.len() {
            return reader.fail("the end");
        }
        Ok(value)
    }
}

fn write_list<I: IntoIterator>(
    brackets: (char, char),
    items: I,
    text: &mut String,
    depth: usize,
    write: impl Fn(I::Item, &mut String, usize),
) {
    assert!(
        depth < DEPTH_MAX,
        "a value is nested deeper than {DEPTH_MAX}"
    );
    text.push(brackets.0);
    for (ordinal, item) in items.into_iter().enumerate() {
        if ordinal > 0 {
            text.push(',');
        }
        write(item, text, depth + 1);
    }
    text.push(brackets.1);
}

fn write_string(value: &str, text: &mut String) {
    text.push('"');
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\0'..='\u{1f}' => text.push_str(&format!("\\u{:04x}", u32::from(character))),
            other => text.push(other),
        }
    }
    text.push('"');
}

/// A text and how far it has been read.
struct Reader<'a> {
    text: &'a str,
    offset: usize,
    /// Depth of the arrays that are read as columns.
    columns: Option<usize>,
}

impl<'a> Reader<'a> {
    /// Reads a value that is inside `depth` containers.
    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        match self.peek() {
            Some('{') => self.object(depth),
            Some('[') => self.column(depth).map_or_else(|| self.array(depth), Ok),
            Some('"') => self.string().map(Json::String),
            Some('-' | '0'..='9') => self.integer().map(Json::Int),
            _ if self.take("null") => Ok(Json::Null),
            _ if self.take("true") => Ok(Json::Bool(true)),
            _ if self.take("false") => Ok(Json::Bool(false)),
            _ => self.fail("a value"),
        }
    }

    /// Reads an array of integers at the depth of columns; nothing, and not a byte, if what stands
    /// there is not just that: `array` tells what it is.
    fn column(&mut self, depth: usize) -> Option<Json> {
        if self.columns != Some(depth) || depth >= DEPTH_MAX {
            return None;
        }
        let start = self.offset;
        let items = self.integers();
        if items.is_none() {
            self.offset = start;
        }
        items.map(Json::Ints)
    }

    fn integers(&mut self) -> Option<Vec<i64>> {
        let mut items = Vec::new();
        let mut before = "[";
        while self.take(before) {
            items.push(i64::try_from(self.integer().ok()?).ok()?);
            before = ",";
        }
        self.take("]").then_some(items)
    }

    fn array(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.open("[", depth)?;
        let mut items = Vec::new();
        while !self.take("]") {
            self.comma(items.is_empty(), "`,` or `]`")?;
            items.push(self.value(depth + 1)?);
        }
        Ok(Json::Array(items))
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.open("{", depth)?;
        let mut entries = BTreeMap::new();
        while !self.take("}") {
            self.comma(entries.is_empty(), "`,` or `}`")?;
            let start = self.offset;
            let key = self.string()?;
            if entries
                .last_key_value()
                .is_some_and(|(last, _)| *last >= key)
            {
                let expected = "a key that comes after the one before";
                return Err(JsonError {
                    offset: start,
                    expected,
                });
            }
            self.expect(":", "`:`")?;
            entries.insert(key, self.value(depth + 1)?);
        }
        Ok(Json::Object(entries))
    }

    /// Reads digits as they are printed: no plus, no leading zero, no minus zero.
    fn integer(&mut self) -> Result<i128, JsonError> {
        let rest = self.rest().as_bytes();
        let minus = usize::from(rest.first() == Some(&b'-'));
        let digits = rest.get(minus..).unwrap_or_default();
        let mut value: i128 = 0;
        let mut length = 0;
        for digit in digits.iter().take_while(|byte| byte.is_ascii_digit()) {
            length += 1;
            if length > DIGITS_MAX {
                return self.fail(INTEGER);
            }
            value = value * 10 + i128::from(digit - b'0');
        }
        let shortest = match digits.first() {
            Some(b'0') => length == 1 && minus == 0,
            _ => length > 0,
        };
        let value = if minus == 1 { -value } else { value };
        // A minus among the digits is told of as part of the number, not as what follows it.
        if !shortest || digits.get(length) == Some(&b'-') || !INTEGERS.contains(&value) {
            return self.fail(INTEGER);
        }
        self.offset += minus + length;
        Ok(value)
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.expect("\"", "a string")?;
        let mut value = String::new();
        loop {
            match self.peek() {
                Some('"') => {
                    self.offset += 1;
                    return Ok(value);
                }
                Some('\\') => value.push(self.escape()?),
                Some('\0'..='\u{1f}') | None => return self.fail("a string's character"),
                Some(other) => {
                    value.push(other);
                    self.offset += other.len_utf8();
                }
            }
        }
    }

    /// Reads one of the three escapes that canonical JSON has.
    fn escape(&mut self) -> Result<char, JsonError> {
        if self.take("\\\"") {
            return Ok('"');
        }
        if self.take("\\\\") {
            return Ok('\\');
        }
        let found = ('\0'..='\u{1f}').find(|&c| self.take(&format!("\\u{:04x}", u32::from(c))));
        found.map_or_else(|| self.fail("an escape that is needed, in lower case"), Ok)
    }

    fn open(&mut self, bracket: &str, depth: usize) -> Result<(), JsonError> {
        if depth >= DEPTH_MAX {
            return self.fail("nesting of at most 64");
        }
        self.expect(bracket, "a bracket")
    }

    fn comma(&mut self, first: bool, expected: &'static str) -> Result<(), JsonError> {
        if first {
            Ok(())
        } else {
            self.expect(",", expected)
        }
    }

    fn expect(&mut self, literal: &str, expected: &'static str) -> Result<(), JsonError> {
        if self.take(literal) {
            Ok(())
        } else {
            self.fail(expected)
        }
    }

    fn take(&mut self, literal: &str) -> bool {
        let found = self.rest().starts_with(literal);
        if found {
            self.offset += literal.len();
        }
        found
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Offsets always stand between characters.
    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn fail<T>(&self, expected: &'static str) -> Result<T, JsonError> {
        Err(JsonError {
            offset: self.offset,
            expected,
        })
    }
}
