"""The kinds of questions, by the names that files, commands and code use."""

import enum


class Kind(enum.StrEnum):
    """How a question is answered and marked."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUEFALSE = "truefalse"
    FILLIN = "fillin"
    NUMERIC = "numeric"


TRUE, FALSE = "true", "false"
"""Option keys of a true/false question."""
