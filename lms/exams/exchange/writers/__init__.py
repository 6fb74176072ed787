"""One writer per format: questions to the bytes of a file."""
