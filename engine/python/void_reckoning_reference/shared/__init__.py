"""The ground that every rule stands on: RULES.md part I, PROTOCOL.md sections 1 to 5.

`fx` fixed point · `vector` space · `hex` ground and tactics · `ids` names of entities · `stream`
randomness · `codec` canonical bytes · `digest` the tree · `archive` snapshots. Knows no rule.
"""
