"""The tests: of the harness, the twins, the golden answers, and of the house itself."""
