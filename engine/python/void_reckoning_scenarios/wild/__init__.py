"""Runs drawn from a seed for testing: valid by construction, and as wild as STATE.md allows.

`lots` draws, `law` makes rule data, `realm` and `ships` a universe, `orders` the commands.
"""
