"""Fuzzing of all that reads bytes from outside. `python -m tests.fuzz TARGET --cases N`."""
