"""Both engines behind the harness's protocol, found through entry points.

Speaks the protocol's plain values only: it never imports the harness.
"""
