"""The two BLAKE3 modes that digests use, against the BLAKE3 project's published test vectors.

Source: `test_vectors/test_vectors.json` of the repository BLAKE3-team/BLAKE3; the first 32 bytes of
each extended output. Input: 0, 1, … 250, 0, 1, … up to the stated length.
"""

import pytest

from void_reckoning_reference.shared import digest

KEY = b"whats the Elvish word for friend"
CONTEXT = "BLAKE3 2019-12-27 16:29:52 test vectors context"

# (input length, keyed_hash, derive_key)
VECTORS = [
    (
        0,
        "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26",
        "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d",
    ),
    (
        1,
        "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b",
        "b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c",
    ),
    (
        1023,
        "c951ecdf03288d0fcc96ee3413563d8a6d3589547f2c2fb36d9786470f1b9d6e",
        "74a16c1c3d44368a86e1ca6df64be6a2f64cce8f09220787450722d85725dea5",
    ),
    (
        1024,
        "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4",
        "7356cd7720d5b66b6d0697eb3177d9f8d73a4a5c5e968896eb6a689684302706",
    ),
    (
        1025,
        "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69",
        "effaa245f065fbf82ac186839a249707c3bddf6d3fdda22d1b95a3c970379bcb",
    ),
    (
        3073,
        "68dede9bef00ba89e43f31a6825f4cf433389fedae75c04ee9f0cf16a427c95a",
        "72613c9ec9ff7e40f8f5c173784c532ad852e827dba2bf85b2ab4b76f7079081",
    ),
]


@pytest.mark.parametrize(("length", "keyed", "derived"), VECTORS)
def test_published_vectors(length: int, keyed: str, derived: str) -> None:
    message = bytes(position % 251 for position in range(length))
    assert digest._keyed(KEY, message).hex() == keyed
    assert digest._derived(CONTEXT, message).hex() == derived
    assert digest._keyed(KEY, message + b"\0").hex() != keyed, "the length matters"
    assert digest._derived(CONTEXT + " ", message).hex() != derived, "the context matters"
