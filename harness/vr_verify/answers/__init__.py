"""Golden answers to recorded runs: how they are found, read, sealed and compared."""
