"""Canonical state as bytes and digests: the third implementation, from engines/PROTOCOL.md alone.

It must not know the engines' implementations: what all three share could not be found wrong.
"""
