"""Types of the native module, written by hand beside `engine/crates/pyo3-bridge`."""

VERSION: str
