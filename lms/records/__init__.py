"""The training record of each person: append-only facts in a hash chain, and its PDF."""
