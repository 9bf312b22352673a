//! Events written one by one and read back, against the encoding of a whole list.

use proptest::prelude::*;
use shared::Event;
use shared::codec::encode_events;
use shared::event_bytes::{EventParts, append_event, read_events};

fn events() -> impl Strategy<Value = Vec<Event>> {
    let text = || "[a-zé.]{0,6}";
    let fields = prop::collection::vec((text(), any::<i64>()), 0..4);
    let names = (text(), text(), text(), text());
    let event = (any::<[u32; 5]>(), names, fields).prop_map(|(numbers, names, fields)| Event {
        universe: numbers[0],
        step: numbers[1],
        phase: names.0.into(),
        kind: names.1.into(),
        table: names.2.into(),
        slot: numbers[2],
        generation: numbers[3],
        cause: numbers[4],
        fields: fields
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
        reason: names.3.into(),
    });
    prop::collection::vec(event, 0..5)
}

/// Appends an event; returns where its cause stands.
fn append(bytes: &mut Vec<u8>, event: &Event) -> usize {
    let fields = event.fields.iter();
    let fields: Vec<(&str, i64)> = fields.map(|(name, value)| (&**name, *value)).collect();
    append_event(
        bytes,
        &EventParts {
            universe: event.universe,
            step: event.step,
            phase: &event.phase,
            kind: &event.kind,
            table: &event.table,
            slot: event.slot,
            generation: event.generation,
            cause: event.cause,
            fields: &fields,
            reason: &event.reason,
        },
    )
}

proptest! {
    #[test]
    fn events_one_by_one_are_the_stream(events in events()) {
        let mut bytes = Vec::new();
        for event in &events {
            let at = append(&mut bytes, event);
            prop_assert_eq!(&bytes[at..at + 4], event.cause.to_le_bytes());
        }
        prop_assert_eq!(&encode_events(&events)[8..], &bytes[..]);
        prop_assert_eq!(read_events(&bytes), Some(events));
    }

    #[test]
    fn half_an_event_is_none(events in events(), cut in 1_usize..30) {
        prop_assume!(!events.is_empty());
        let mut bytes = Vec::new();
        for event in &events {
            append(&mut bytes, event);
        }
        // The shortest event has 40 bytes.
        prop_assert_eq!(read_events(&bytes[..bytes.len() - cut]), None);
        prop_assert_eq!(read_events(&bytes), Some(events));
    }
}
