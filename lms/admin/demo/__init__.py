"""The demo organisation: made up people with three months of history, marked and removable."""
