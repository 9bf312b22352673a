"""Builds that are made on request: from a wheel, a folder of sources, a revision."""
