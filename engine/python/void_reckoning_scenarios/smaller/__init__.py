"""Smaller runs made of a run, by the order of the domain (PROTOCOL.md, section 6.5).

`cut` says what goes along with what, `rebuild` makes the run without it, `values` makes it plain.
"""
