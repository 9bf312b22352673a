"""A soak: one run of very many turns, recorded and replayed in pieces; see `__main__`."""
