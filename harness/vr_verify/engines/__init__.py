"""Engines as processes: found by name, started, asked over the framing of PROTOCOL.md, ended."""
