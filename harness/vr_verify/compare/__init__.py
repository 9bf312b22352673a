"""Two or three sides in, their differences out. Pure: no I/O, no engines, no logs."""
