"""The pictures of a file drawn anew, as one that is uploaded by hand is: never a stranger's bytes.

What the bank drew itself, and gave out in a file, is taken as it is: drawn again and again, a
photograph would fade, and nobody could tell that it is the same.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from lms.core import pictures, storage
from lms.exams.exchange import prose
from lms.exams.exchange.question import Picture, Question
from lms.exams.exchange.report import Problem, Report, Severity


@dataclass(frozen=True, slots=True)
class Drawing:
    """What drawing a picture anew came to."""

    picture: Picture | None
    refusal: str = ""
    """Code of the problem, if there is no picture."""


Drawings = Mapping[str, Drawing]
"""By the names that the reader gave."""


def shown_in(questions: Iterable[Question]) -> dict[str, Picture]:
    """Return the pictures of some questions by their names, each once."""
    return {each.name: each for question in questions for each in question.pictures}


def draw(
    given: Iterable[Picture], *, known: Collection[str], step: Callable[[], None] = lambda: None
) -> dict[str, Drawing]:
    """Draw pictures anew, each in a process of its own.

    Args:
        given: as the reader found them.
        known: names of those that the bank drew itself.
        step: called after each.
    """
    found = {}
    for each in given:
        found[each.name] = Drawing(each) if each.name in known else _drawn(each)
        step()
    return found


def settled(report: Report, drawings: Drawings) -> Report:
    """Return a report whose questions show the drawings; of a broken one its question is told."""
    found = Report(report.format, [], list(report.problems))
    for question in report.questions:
        for number, each in enumerate(question.pictures, start=1):
            if refusal := drawings[each.name].refusal:
                # beyond any limit of their number: the question has to stay outside
                values = _values(refusal, number)
                found.problems.append(Problem(question.where, Severity.ERROR, refusal, values))
                break
        found.questions.append(_with_drawings(question, drawings))
    return found


def _with_drawings(question: Question, drawings: Drawings) -> Question:
    if not question.pictures:
        return question
    own = {each.name: drawings[each.name].picture for each in question.pictures}
    new = {name: each.name if each is not None else "" for name, each in own.items()}
    changed = prose.with_texts(
        question, lambda text: prose.renamed(text, lambda name: new.get(name, ""))
    )
    return replace(changed, pictures=tuple(each for each in own.values() if each is not None))


def _values(refusal: str, number: int) -> dict[str, object]:
    if refusal == "picture-pixels":
        return {"number": number, "most": pictures.MOST_PIXELS // 1_000_000}
    return {"number": number}


def _drawn(given: Picture) -> Drawing:
    suffix = given.name.rpartition(".")[2]
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "source"), Path(folder, "target")
        source.write_bytes(given.content)  # a child process reads only what has a place on disk
        try:
            with source.open("rb") as file:
                pictures.redraw(file, suffix, target)
        except pictures.TooManyPixelsError:
            return Drawing(None, "picture-pixels")
        except pictures.PictureRefusedError:
            return Drawing(None, "picture-broken")
        content = target.read_bytes()
    return Drawing(Picture(f"{storage.sha256(content)}.{suffix}", content))
