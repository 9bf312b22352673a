"""Measurements: ratios of interleaved pairs in one run, with an A/A control beside them."""
