"""The run log: bytes to records and back (FORMAT.md). It knows no engine and judges nothing."""
