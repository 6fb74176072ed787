"""Questions from files and to files: one form in the middle, a reader or a writer per format."""
