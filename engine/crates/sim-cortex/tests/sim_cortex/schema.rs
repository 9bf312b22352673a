//! The schema as text, against a few columns written out by hand, and its digest.

use shared::codec::decode_json;
use sim_cortex::schema::{schema_digest, schema_text};
use sim_cortex::tables::SCHEMA;

#[test]
fn the_text_is_canonical_and_names_every_column() {
    let text = schema_text();
    assert!(decode_json(text.as_bytes()).is_ok());
    assert_eq!(schema_digest(), *blake3::hash(text.as_bytes()).as_bytes());
    let columns: usize = SCHEMA.iter().map(|table| table.columns.len()).sum();
    assert_eq!((text.matches("\"unit\":").count(), columns), (columns, 58));
}

#[test]
fn columns_are_declared_as_the_law_says() {
    let text = schema_text();
    let slot = r#""refers":"faction","scale":"1","type":"u32","unit":"slot"}"#;
    let wanted = [
        r#"{"format":"vr-schema/1","tables":[{"columns":[{"max":"4294967295","min":"0","#,
        r#""name":"generation","scale":"1","type":"u32","unit":"count"},{"max":"1","min":"0","#,
        r#""name":"alive","scale":"1","type":"bool","unit":"flag"},{"max":"4294967295","min":"0","#,
        &format!(r#""name":"winner",{slot},{{"max":"1000000000","min":"0","name":"won_turn","#),
    ];
    assert!(text.starts_with(&wanted.concat()), "{text}");
    let wanted = [
        r#"{"max":"9007199254740992","min":"-9007199254740992","name":"balance","scale":"1","#,
        r#""type":"i64","unit":"credits"}],"entity":true,"name":"account"}"#,
        r#"{"max":"4503599627370496","min":"-4503599627370496","name":"x","scale":"4294967296","#,
        r#""scale":"4294967296","type":"i64","unit":"lightyears"}"#,
        r#"{"max":"2","min":"0","name":"posture","scale":"1","type":"u8","unit":"code"}],"#,
    ];
    for part in wanted {
        assert!(text.contains(part), "{part}");
    }
}
