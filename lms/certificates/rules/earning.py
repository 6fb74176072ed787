"""What earns a kind of certificate: the curriculum's own gates, named. Pure.

A kind is named by the file of a stage or a programme, or names them itself; either earns it. What
passes a stage, completes a programme or passes an exam is said there and nowhere else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lms.courses.rules import Outline, Stage

RESERVED_CODES = frozenset({"new"})
"""Addresses of pages end so."""
RESERVED_PREFIXES = frozenset({"SAMPLE"})
"""Numbers that prove nothing begin so."""


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that earns a certificate: a programme, one of its stages, or an exam anywhere."""

    programme: str = ""
    stage: str = ""
    """Code of one of the programme's stages; "" for the whole of it."""
    exam: str = ""
    """Code of an exam, whichever programme it closes a stage of; then the others are empty."""

    @property
    def key(self) -> str:
        """What forms call it."""
        return f"exam:{self.exam}" if self.exam else f"{self.programme}/{self.stage}"

    @classmethod
    def of(cls, key: str) -> "Source":
        """Return what a `key` means."""
        if key.startswith("exam:"):
            return cls(exam=key.removeprefix("exam:"))
        programme, _slash, stage = key.partition("/")
        return cls(programme, stage)


def read(settings: Mapping[str, Any]) -> tuple[Source, ...]:
    """Return what a kind names itself, of settings that were checked: see docs/content-format.md."""
    return tuple(Source(**each) for each in settings.get("earned") or ())


def written(sources: Iterable[Source]) -> list[dict[str, str]]:
    """Return sources as a file has them."""
    fields = ("programme", "stage", "exam")
    return [{name: value for name in fields if (value := getattr(each, name))} for each in sources]


def earns(settings: Mapping[str, Any], outline: Outline, stage: Stage | None) -> bool:
    """Whether passing a stage of a programme earns a kind of certificate.

    Args:
        settings: of the kind.
        outline: of the programme, as the run in question has it.
        stage: one of its stages; None for the whole of it.
    """
    named = outline.certificate if stage is None else stage.certificate
    if named == settings["code"]:
        return True
    sources = read(settings)
    if stage is None:
        return Source(outline.code) in sources
    by_exam = stage.exam is not None and Source(exam=stage.exam) in sources
    return by_exam or Source(outline.code, stage.code) in sources


def stages(settings: Mapping[str, Any], outline: Outline) -> list[Stage | None]:
    """Return which parts of a programme earn a kind: its stages in order, and None for the whole."""
    parts: list[Stage | None] = [*outline.stages, None]
    return [each for each in parts if earns(settings, outline, each)]


def scoreless(settings: Mapping[str, Any], outlines: Iterable[Outline]) -> tuple[str, ...]:
    """Return what of a kind that asks for a score can never give one: ``earned``, ``refresher``.

    Scores stand where exams are: without one, whoever passes has none, and falls short for ever.

    Args:
        settings: of the kind.
        outlines: of the programmes that there are.
    """
    if settings.get("score") is None:
        return ()
    known = list(outlines)
    earned = [has_exam(outline, part) for outline in known for part in stages(settings, outline)]
    renewed = [has_exam(each) for each in known if each.code == settings.get("refresher")]
    return tuple(
        name
        for name, scored in (("earned", earned), ("refresher", renewed))
        if scored and not any(scored)
    )


def has_exam(outline: Outline, stage: Stage | None = None) -> bool:
    """Whether an exam closes a stage of a programme; of the whole of it, any of its stages."""
    parts = outline.stages if stage is None else [stage]
    return any(each.exam is not None for each in parts)
