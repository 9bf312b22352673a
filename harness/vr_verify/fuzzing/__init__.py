"""Runs made up, played on resident engines, and made small when they fail: cases and faults."""
