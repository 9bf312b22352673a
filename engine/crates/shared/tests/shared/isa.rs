//! Instruction sets by name.

use shared::isa::Isa;

#[test]
fn every_set_of_the_machine_is_found_by_its_name() {
    let here: Vec<_> = Isa::here().collect();
    assert!(here.is_sorted_by(|a, b| a < b), "{here:?}");
    assert_eq!(here.first(), Some(&Isa::Portable));
    assert_eq!(here.last(), Some(&Isa::best()));
    for isa in here {
        assert_eq!(Isa::named(isa.name()), Ok(isa));
    }
    assert_eq!(Isa::named("baseline"), Ok(Isa::Portable));
}

#[test]
fn another_name_is_refused_and_told_what_there_is() {
    let names: Vec<_> = Isa::here().map(Isa::name).collect();
    let expected = format!(
        "instruction set: expected one of {}, found \"altivec\"",
        names.join(", ")
    );
    assert_eq!(Isa::named("altivec").unwrap_err().to_string(), expected);
    for isa in [Isa::Portable, Isa::Sse41, Isa::Avx2, Isa::Avx512] {
        let absent = !names.contains(&isa.name());
        assert_eq!(Isa::named(isa.name()).is_err(), absent);
    }
}
