"""The original's universe folder as a scenario (STATE.md, "The universe folder").

`folder` reads files, `node` reads values; `names`, `rosters`, `worlds` … give them our meaning.
Whatever stands in the files, the answer is a scenario with flaws or one ScenarioError.
"""
