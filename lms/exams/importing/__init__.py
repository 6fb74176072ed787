"""Questions from a file, on pages: read aside, looked at one by one, and brought in as chosen."""
