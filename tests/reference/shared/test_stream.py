"""Streams: ChaCha against published vectors and another implementation, keys, draws.

Vectors: RFC 8439, appendix A.1 and section 2.3.2; draft-strombergson-chacha-test-vectors-01 for 8,
12 and 20 rounds; the 8-round block at counter 2^64 - 1 that many libraries carry from Bernstein's
own code. Words 14 and 15 are not zero in some of them, so these go through the private keystream.
"""

import struct
from typing import NamedTuple

import pytest
from blake3 import blake3
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from hypothesis import example, given
from hypothesis import strategies as st

from void_reckoning_reference.shared import stream

U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
KEY = st.binary(min_size=32, max_size=32)
ZERO_KEY = bytes(32)
COUNTING_KEY = bytes(range(32))


class Draft(NamedTuple):
    """A case of draft-strombergson-chacha-test-vectors-01: 256-bit key, 64-bit nonce, 2 blocks."""

    key: str
    nonce: str
    rounds: int
    keystream: str


DRAFT = {
    "TC1-8": Draft(
        "00" * 32,
        "00" * 8,
        8,
        "3e00ef2f895f40d67f5bb8e81f09a5a12c840ec3ce9a7f3b181be188ef711a1e"
        "984ce172b9216f419f445367456d5619314a42a3da86b001387bfdb80e0cfe42"
        "d2aefa0deaa5c151bf0adb6c01f2a5adc0fd581259f9a2aadcf20f8fd566a26b"
        "5032ec38bbc5da98ee0c6f568b872a65a08abf251deb21bb4b56e5d8821e68aa",
    ),
    "TC1-12": Draft(
        "00" * 32,
        "00" * 8,
        12,
        "9bf49a6a0755f953811fce125f2683d50429c3bb49e074147e0089a52eae155f"
        "0564f879d27ae3c02ce82834acfa8c793a629f2ca0de6919610be82f411326be"
        "0bd58841203e74fe86fc71338ce0173dc628ebb719bdcbcc151585214cc089b4"
        "42258dcda14cf111c602b8971b8cc843e91e46ca905151c02744a6b017e69316",
    ),
    "TC2-8": Draft(
        "01" + "00" * 31,
        "00" * 8,
        8,
        "cf5ee9a0494aa9613e05d5ed725b804b12f4a465ee635acc3a311de8740489ea"
        "289d04f43c7518db56eb4433e498a1238cd8464d3763ddbb9222ee3bd8fae3c8"
        "b4355a7d93dd8867089ee643558b95754efa2bd1a8a1e2d75bcdb32015542638"
        "291941feb49965587c4fdfe219cf0ec132a6cd4dc067392e67982fe53278c0b4",
    ),
    "TC3-8": Draft(
        "00" * 32,
        "01" + "00" * 7,
        8,
        "2b8f4bb3798306ca5130d47c4f8d4ed13aa0edccc1be6942090faeeca0d7599b"
        "7ff0fe616bb25aa0153ad6fdc88b954903c22426d478b97b22b8f9b1db00cf06"
        "470bdffbc488a8b7c701ebf4061d75c5969186497c95367809afa80bd843b040"
        "a79abc6e73a91757f1db73c8eacfa543b38f289d065ab2f3032d377b8c37fe46",
    ),
    "TC4-8": Draft(
        "ff" * 32,
        "ff" * 8,
        8,
        "e163bbf8c9a739d18925ee8362dad2cdc973df05225afb2aa26396f2a9849a4a"
        "445e0547d31c1623c537df4ba85c70a9884a35bcbf3dfab077e98b0f68135f54"
        "81d4933f8b322ac0cd762c27235ce2b31534e0244a9a2f1fd5e94498d47ff108"
        "790c009cf9e1a348032a7694cb28024cd96d3498361edb1785af752d187ab54b",
    ),
    "TC7-8": Draft(
        "00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100",
        "0f1e2d3c4b5a6978",
        8,
        "db43ad9d1e842d1272e4530e276b3f568f8859b3f7cf6d9d2c74fa53808cb515"
        "7a8ebf46ad3dcc4b6c7dadde131784b0120e0e22f6d5f9ffa7407d4a21b695d9"
        "c5dd30bf55612fab9bdd118920c19816470c7f5dcd42325dbbed8c57a56281c1"
        "44cb0f03e81b3004624e0650a1ce5afaf9a7cd8163f6dbd72602257dd96e471e",
    ),
    "TC8-8": Draft(
        "c46ec1b18ce8a878725a37e780dfb7351f68ed2e194c79fbc6aebee1a667975d",
        "1ada31d5cf688221",
        8,
        "838751b42d8ddd8a3d77f48825a2ba752cf4047cb308a5978ef274973be374c9"
        "6ad848065871417b08f034e681fe46a93f7d5c61d1306614d4aaf257a7cff08b"
        "16f2fda170cc18a4b58a2667ed962774af792a6e7f3c77992540711a7a136d7e"
        "8a2f8d3f93816709d45a3fa5f8ce72fde15be7b841acba3a2abd557228d9fe4f",
    ),
    "TC8-12": Draft(
        "c46ec1b18ce8a878725a37e780dfb7351f68ed2e194c79fbc6aebee1a667975d",
        "1ada31d5cf688221",
        12,
        "1482072784bc6d06b4e73bdc118bc0103c7976786ca918e06986aa251f7e9cc1"
        "b2749a0a16ee83b4242d2e99b08d7c20092b80bc466c87283b61b1b39d0ffbab"
        "d94b116bc1ebdb329b9e4f620db695544a8e3d9b68473d0c975a46ad966ed631"
        "e42aff530ad5eac7d8047adfa1e5113c91f3e3b883f1d189ac1c8fe07ba5a42b",
    ),
    "TC8-20": Draft(
        "c46ec1b18ce8a878725a37e780dfb7351f68ed2e194c79fbc6aebee1a667975d",
        "1ada31d5cf688221",
        20,
        "f63a89b75c2271f9368816542ba52f06ed49241792302b00b5e8f80ae9a473af"
        "c25b218f519af0fdd406362e8d69de7f54c604a6e00f353f110f771bdca8ab92"
        "e5fbc34e60a1d9a9db17345b0a402736853bf910b060bdf1f897b6290f01d138"
        "ae2c4c90225ba9ea14d518f55929dea098ca7a6ccfe61227053c84e49a4a3332",
    ),
}

# RFC 8439: (key, 32-bit counter, 96-bit nonce, block). A.1, vectors 1 to 5, then section 2.3.2.
RFC_8439 = [
    (
        ZERO_KEY.hex(),
        0,
        "000000000000000000000000",
        (
            "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
            "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
        ),
    ),
    (
        ZERO_KEY.hex(),
        1,
        "000000000000000000000000",
        (
            "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
            "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f"
        ),
    ),
    (
        "00" * 31 + "01",
        1,
        "000000000000000000000000",
        (
            "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a"
            "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0"
        ),
    ),
    (
        "00ff" + "00" * 30,
        2,
        "000000000000000000000000",
        (
            "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca"
            "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096"
        ),
    ),
    (
        ZERO_KEY.hex(),
        0,
        "000000000000000000000002",
        (
            "c2c64d378cd536374ae204b9ef933fcd1a8b2288b3dfa49672ab765b54ee27c7"
            "8a970e0e955c14f3a88e741b97c286f75f8fc299e8148362fa198a39531bed6d"
        ),
    ),
    (
        COUNTING_KEY.hex(),
        1,
        "000000090000004a00000000",
        (
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
            "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"
        ),
    ),
]


def keystream(key: bytes, counter: int, stream_number: int, blocks: int, rounds: int) -> bytes:
    """Return the bytes of the private keystream, the only way to a stream number other than 0."""
    numbers = stream._keystream(key, counter, stream_number, blocks, rounds)
    return struct.pack(f"<{8 * blocks}Q", *numbers)


def chacha20(key: bytes, counter: int, stream_number: int) -> bytes:
    """Return one 20-round block from the `cryptography` package."""
    nonce = struct.pack("<QQ", counter, stream_number)
    return Cipher(ChaCha20(key, nonce), mode=None).encryptor().update(bytes(64))


@pytest.mark.parametrize("case", DRAFT.values(), ids=DRAFT.keys())
def test_published_vectors_of_8_12_and_20_rounds(case: Draft) -> None:
    key = bytes.fromhex(case.key)
    stream_number = int.from_bytes(bytes.fromhex(case.nonce), "little")
    expected = bytes.fromhex(case.keystream)
    assert len(expected) == 128
    assert keystream(key, 0, stream_number, 2, case.rounds) == expected
    if stream_number == 0:
        blocks = [stream.block(key, counter, case.rounds) for counter in range(2)]
        assert b"".join(blocks) == expected
    other = 12 if case.rounds == 8 else 8
    assert keystream(key, 0, stream_number, 2, other) != expected, "rounds matter"


@pytest.mark.parametrize(("key", "counter", "nonce", "expected"), RFC_8439)
def test_rfc_8439_in_our_layout(key: str, counter: int, nonce: str, expected: str) -> None:
    """The RFC's words 12 | 13 14 15 are counter | nonce; ours are 12 13 | 14 15."""
    low, high, stream_number = struct.unpack(
        "<IIQ", struct.pack("<I", counter) + bytes.fromhex(nonce)
    )
    found = keystream(bytes.fromhex(key), low | high << 32, stream_number, 1, 20)
    assert found.hex() == expected


def test_the_last_block_of_a_stream() -> None:
    """Bernstein's 8-round vector: zero key, zero nonce, counter 2^64 - 1."""
    assert stream.block(ZERO_KEY, 2**64 - 1, 8).hex() == (
        "df8a0bceca2fbb111f29978fa9a64407c68ced975ff55a24707265d0687e6aef"
        "b3597eac46e4b0a79b3a49c8b0f1775ac3edd7eb6a6d9bcb38f276517a79e014"
    )
    with pytest.raises(AssertionError, match="no u64"):
        stream.block(ZERO_KEY, 2**64, 8)


@given(KEY, U64, U64)
@example(COUNTING_KEY, 2**32 - 1, 0)
@example(COUNTING_KEY, 2**32, 0)
@example(COUNTING_KEY, 2**64 - 1, 2**64 - 1)
def test_20_rounds_equal_the_cryptography_package(
    key: bytes, counter: int, stream_number: int
) -> None:
    assert keystream(key, counter, stream_number, 1, 20) == chacha20(key, counter, stream_number)
    assert stream.block(key, counter, 20) == chacha20(key, counter, 0)


@given(KEY, st.integers(0, 2**64 - 80), st.integers(1, 70), st.sampled_from([8, 12, 20]))
@example(COUNTING_KEY, 2**32 - 3, 6, 8)
def test_blocks_side_by_side_equal_single_blocks(
    key: bytes, counter: int, blocks: int, rounds: int
) -> None:
    single = [stream.block(key, counter + block, rounds) for block in range(blocks)]
    assert keystream(key, counter, 0, blocks, rounds) == b"".join(single)


@given(KEY, st.integers(0, 2**60), st.integers(0, 600))
@example(COUNTING_KEY, 7, 1)
@example(COUNTING_KEY, 7, 2)
@example(COUNTING_KEY, 0, 8)
@example(COUNTING_KEY, 3, 256)
@example(COUNTING_KEY, 8 * 2**32 - 5, 10)
def test_numbers_are_the_bytes_of_the_keystream(key: bytes, first: int, count: int) -> None:
    counters = range(first // 8, (first + count) // 8 + 1)
    text = b"".join(stream.block(key, counter, 8) for counter in counters)
    start = 8 * (first % 8)
    expected = [number for (number,) in struct.iter_unpack("<Q", text[start : start + 8 * count])]
    assert stream.draw_many(key, first, count) == expected


@given(KEY, st.integers(0, 2**64 - 20), st.integers(0, 19))
def test_a_draw_does_not_depend_on_the_draws_around_it(key: bytes, first: int, at: int) -> None:
    assert stream.draw_many(key, first, 20)[at] == stream.draw_at(key, first + at)


def test_a_block_is_computed_at_most_once(monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[int] = []
    original = stream._keystream

    def counted(key: bytes, counter: int, number: int, blocks: int, rounds: int) -> list[int]:
        computed.extend(range(counter, counter + blocks))
        return original(key, counter, number, blocks, rounds)

    monkeypatch.setattr(stream, "_keystream", counted)
    stream.draw_many(COUNTING_KEY, 5, 1000)
    assert computed == list(range(126))
    computed.clear()
    stream.draw_many(COUNTING_KEY, 8, 8)
    assert computed == [1]
    computed.clear()
    assert stream.draw_many(COUNTING_KEY, 8, 0) == []
    assert computed == []


@given(U64, st.integers(1, 2**64 - 1))
@example(2**64 - 1, 2**64 - 1)
@example(2**64 - 1, 1)
@example(0, 6)
def test_bounded_is_the_high_half_of_the_product(draw: int, bound: int) -> None:
    found = stream.bounded(draw, bound)
    assert 0 <= found < bound
    assert found == divmod(draw * bound, 2**64)[0]


def test_bounded_by_hand_and_its_bounds() -> None:
    assert [stream.bounded(quarter << 62, 4) for quarter in range(4)] == [0, 1, 2, 3]
    for draw, bound in ((0, 0), (0, 2**64), (2**64, 1), (-1, 1)):
        with pytest.raises(AssertionError):
            stream.bounded(draw, bound)


@given(U64)
@example(2**64 - 1)
def test_unit_fx_is_below_one(draw: int) -> None:
    assert stream.unit_fx(draw) == draw // 2**32
    assert 0 <= stream.unit_fx(draw) < 2**32
    with pytest.raises(AssertionError, match="no u64"):
        stream.unit_fx(draw + 2**64)


Address = tuple[int, int, int, str, int, str, list[int]]
ADDRESS = st.tuples(U64, U32, U64, st.text(), U32, st.text(), st.lists(U64, max_size=4))


def material(address: Address) -> bytes:
    """Write the material of a key as RULES.md spells it."""
    seed, universe, turn, phase, faction, name, scope = address
    phase_bytes, name_bytes = phase.encode(), name.encode()
    return (
        struct.pack("<QIQI", seed, universe, turn, len(phase_bytes))
        + phase_bytes
        + struct.pack("<II", faction, len(name_bytes))
        + name_bytes
        + struct.pack(f"<I{len(scope)}Q", len(scope), *scope)
    )


@given(ADDRESS)
def test_a_key_is_derived_from_the_material_of_the_rules(address: Address) -> None:
    derived = blake3(material(address), derive_key_context="void-reckoning 2026-11 stream key v1")
    assert stream.stream_key(*address) == derived.digest()


@given(ADDRESS, ADDRESS)
@example((1, 0, 7, "ab", 3, "c", []), (1, 0, 7, "a", 3, "bc", []))
@example((1, 0, 7, "a", 3, "b", [1, 2]), (1, 0, 7, "a", 3, "b", [2, 1]))
@example((1, 0, 7, "a", 3, "b", []), (1, 0, 7, "a", 3, "b", [0]))
def test_other_streams_have_other_keys(left: Address, right: Address) -> None:
    assert (stream.stream_key(*left) == stream.stream_key(*right)) == (left == right)


def test_wrong_parameters_are_bugs() -> None:
    assert stream.KEY_CONTEXT == "void-reckoning 2026-11 stream key v1"
    assert stream.ROUNDS == 8
    with pytest.raises(AssertionError, match="8, 12 or 20"):
        stream.block(ZERO_KEY, 0, 10)
    with pytest.raises(AssertionError, match="32 bytes"):
        stream.draw_at(bytes(16), 0)
    with pytest.raises(AssertionError, match="no u64"):
        stream.draw_at(ZERO_KEY, 2**64)
    with pytest.raises(OverflowError):
        stream.stream_key(2**64, 0, 0, "", 0, "", [])
