"""The kinds of questions, by the names that files, commands and code use."""

import enum


class Kind(enum.StrEnum):
    """How a question is answered and marked."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUEFALSE = "truefalse"
    FILLIN = "fillin"
    NUMERIC = "numeric"
    TEXT = "text"
    MATCHING = "matching"
    ORDERING = "ordering"
    CLOZE = "cloze"
    CASE = "case"
    """Common material with sub-questions. Only files and draws name it: each of the sub-questions
    is a question of its own kind."""
    ESSAY = "essay"
    UPLOAD = "upload"


PARTS = (
    Kind.SINGLE,
    Kind.MULTIPLE,
    Kind.TRUEFALSE,
    Kind.FILLIN,
    Kind.NUMERIC,
    Kind.TEXT,
    Kind.ESSAY,
)
"""What a case's sub-questions can be."""
PAIRED = (Kind.MATCHING, Kind.ORDERING)
"""Answered by giving each of several things one of several others."""
BY_HAND = (Kind.ESSAY, Kind.UPLOAD)
"""Marked by a person."""
ON_REQUEST = (Kind.CASE, *BY_HAND)
"""Drawn only where an exam asks for the kind: they fill several places, or need a person's time."""
TRUE, FALSE = "true", "false"
"""Option keys of a true/false question."""
