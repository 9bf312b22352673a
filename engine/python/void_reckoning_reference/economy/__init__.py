"""Money: `accounts` transfers · `upkeep` income, upkeep, debt · `production` builds, ships.

Law: RULES.md, part III. Knows no combat, no ways and no mind.
"""
