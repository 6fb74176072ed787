"""Question bank, exams, attempts and marks."""
