"""What `make bench` runs: real figures of this machine, never a test with a clock."""
