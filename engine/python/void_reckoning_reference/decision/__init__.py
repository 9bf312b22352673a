"""What is decided: `orders` commands from outside · `mind` the built-in mind of a faction.

Law: RULES.md, part III. Knows economy and ways, but no combat.
"""
