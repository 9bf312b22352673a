"""The turn as a whole: `engine` steps and phases · `cleanup` and `victory` its closing phases.

Law: RULES.md, part III. Knows every room; no room knows it.
"""
