"""Combat: `recharge` shields · `damage` the five stages · `battle` rounds · `invasion` planets.

Law: RULES.md, part III. Knows no money, no ways and no mind.
"""
