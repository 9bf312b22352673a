"""The shipped scenarios as package data, and `resolve`, which makes them canonical.

Used by both engines; knows neither of them.
"""
