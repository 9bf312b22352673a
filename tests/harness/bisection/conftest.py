"""Lets the workers of these tests find the test engines."""

from tests.support.toy_builds import module_path

__all__ = ["module_path"]
