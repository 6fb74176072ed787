"""One reader per format: bytes or text to questions and problems, never an exception."""
