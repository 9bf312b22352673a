//! Entity ids as text: `universe/table/slot:generation`, the same everywhere.
//! Law: RULES.md, shared/ids. Twin: `shared/ids.py`. Does not know which entities exist.

/// "No entity", "no faction", "no cause".
pub const NONE: u32 = u32::MAX;

/// Returns the id as text. Precondition: the table's name is made of a–z and underscores.
#[must_use]
pub fn format_id(universe: u32, table: &str, slot: u32, generation: u32) -> String {
    assert!(is_table(table), "format_id: {table:?} is no table's name");
    format!("{universe}/{table}/{slot}:{generation}")
}

/// Returns (universe, table, slot, generation), or nothing if `format_id` never gives this text.
#[must_use]
pub fn parse_id(text: &str) -> Option<(u32, &str, u32, u32)> {
    let (universe, rest) = text.split_once('/')?;
    let (table, rest) = rest.split_once('/')?;
    let (slot, generation) = rest.split_once(':')?;
    if !is_table(table) {
        return None;
    }
    Some((number(universe)?, table, number(slot)?, number(generation)?))
}

fn is_table(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// Reads a u32 as it is printed: the standard parser also takes "+1" and "01".
fn number(text: &str) -> Option<u32> {
    text.parse::<u32>()
        .ok()
        .filter(|value| value.to_string() == text)
}
