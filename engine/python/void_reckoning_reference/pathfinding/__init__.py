"""Ways between systems: `route` the canonical route · `movement` fleets along it.

Law: RULES.md, part III. Knows no combat, no money and no mind.
"""
