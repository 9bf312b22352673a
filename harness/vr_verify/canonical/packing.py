"""Little-endian numbers and length-prefixed texts, written and read (PROTOCOL.md, notation).

Reading trusts nothing: each length is checked against what is left before it is used.
"""

import blake3

BytesLike = bytes | bytearray | memoryview
"""Payload bytes in any of Python's three forms; a memoryview must be contiguous."""


def u32(number: int) -> bytes:
    """Pack 0 ≤ number < 2^32 as 4 bytes little-endian; OverflowError outside."""
    return number.to_bytes(4, "little")


def u64(number: int) -> bytes:
    """Pack 0 ≤ number < 2^64 as 8 bytes little-endian; OverflowError outside."""
    return number.to_bytes(8, "little")


def i64(number: int) -> bytes:
    """Pack -2^63 ≤ number < 2^63 as 8 bytes, two's complement; OverflowError outside."""
    return number.to_bytes(8, "little", signed=True)


def text(characters: str) -> bytes:
    """Pack a text as its UTF-8 length and bytes; UnicodeEncodeError for a lone surrogate."""
    encoded = characters.encode()
    return u32(len(encoded)) + encoded


def derived(context: str, material: BytesLike) -> bytes:
    """H(context, material): BLAKE3 in derive-key mode, 32 bytes."""
    return blake3.blake3(material, derive_key_context=context).digest()


class PackedReader:
    """Reads packed values in order; every fault is a ValueError that names the byte offset."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.offset = 0

    def raw(self, size: int) -> bytes:
        """Take `size` bytes."""
        left = len(self._data) - self.offset
        if size > left:
            raise ValueError(f"at byte {self.offset}: expected {size} bytes, found {left}")
        start, self.offset = self.offset, self.offset + size
        return self._data[start : self.offset]

    def u32(self) -> int:
        """Take an unsigned number of 4 bytes."""
        return int.from_bytes(self.raw(4), "little")

    def u64(self) -> int:
        """Take an unsigned number of 8 bytes."""
        return int.from_bytes(self.raw(8), "little")

    def i64(self) -> int:
        """Take a signed number of 8 bytes."""
        return int.from_bytes(self.raw(8), "little", signed=True)

    def text(self) -> str:
        """Take a length-prefixed UTF-8 text."""
        size = self.u32()
        start = self.offset
        try:
            return self.raw(size).decode()
        except UnicodeDecodeError as error:
            raise ValueError(f"at byte {start + error.start}: expected UTF-8") from error

    def count(self, number: int, bytes_min: int) -> int:
        """Check that `number` items of at least `bytes_min` bytes each can still follow."""
        left = len(self._data) - self.offset
        if number * bytes_min > left:
            raise ValueError(
                f"at byte {self.offset}: expected {number} items of {bytes_min} bytes or more, "
                f"found {left} bytes"
            )
        return number

    def end(self) -> None:
        """Check that nothing is left."""
        if left := len(self._data) - self.offset:
            raise ValueError(f"at byte {self.offset}: expected the end, found {left} more bytes")
