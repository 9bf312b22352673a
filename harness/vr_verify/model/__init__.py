"""Frozen values that every room shares: outcomes, the parts of a run, the report."""
