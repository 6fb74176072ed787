"""The question bank and the exams as files (docs/content-format.md)."""
