"""The first page of each role: reads everything below, owns no table."""
