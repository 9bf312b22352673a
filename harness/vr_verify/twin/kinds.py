"""The record and enum types inside domains, by name: what a stored case may be made of.

It must not know files.
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

from vr_verify.twin.domains import Choices, Domain
from vr_verify.twin.structures import Items, Mappings, OneOf, Records


def named_kinds(domains: Iterable[Domain]) -> dict[str, type[Any]]:
    """Return the types that values of these domains are made of, by name."""
    return {kind.__name__: kind for domain in domains for kind in _kinds(domain)}


def _kinds(domain: Domain) -> Iterator[type[Any]]:
    match domain:
        case Records(kind, parts):
            yield kind
            for part in parts.values():
                yield from _kinds(part)
        case Choices(values):
            yield from {type(value) for value in values if isinstance(value, Enum)}
        case Items(item):
            yield from _kinds(item)
        case Mappings(key, value):
            yield from _kinds(key)
            yield from _kinds(value)
        case OneOf(options):
            for option in options:
                yield from _kinds(option)
