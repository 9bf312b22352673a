"""Runs in motion: an engine that records, engines in lockstep along a log, a turn run again."""
