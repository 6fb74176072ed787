"""The pictures of a file that somebody brought: drawn anew once, and kept until it is decided."""

from collections.abc import Mapping
from typing import Any

from lms.core import queue, uploads
from lms.exams.exchange import drawing, shelf
from lms.exams.exchange.drawing import Drawing, Drawings
from lms.exams.exchange.question import Picture
from lms.exams.exchange.report import Report
from lms.exams.import_models import QuestionImport

FOLDER = "question-import-pictures"
Kept = dict[str, dict[str, str]]
"""As `QuestionImport.pictures` has it."""


def drawn(report: Report) -> dict[str, Drawing]:
    """Draw the pictures of a file anew; the running job says how far it is."""
    given = drawing.shown_in(report.questions)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        queue.note_progress(done, len(given))

    return drawing.draw(given.values(), known=shelf.known(given), step=step)


def keep(drawings: Drawings) -> Kept:
    """Store drawings beside the file, outside any transaction; return what its row says of them.

    Raises:
        NoRoomForFilesError: the disk is almost full.
    """
    return {
        name: {"name": each.picture.name, "stored_as": uploads.write(FOLDER, each.picture.content)}
        if each.picture is not None
        else {"refusal": each.refusal}
        for name, each in drawings.items()
    }


def kept(report: Report, row: QuestionImport) -> dict[str, Drawing]:
    """Return the drawings of a file that was checked.

    Drawn now are those of a file that an earlier release has checked, which kept none.
    """
    found = {name: _read(each) for name, each in (row.pictures or {}).items()}
    missing = [each for name, each in drawing.shown_in(report.questions).items()
               if name not in found]  # fmt: skip
    return found | drawing.draw(missing, known=shelf.known(each.name for each in missing))


def content_of(row: QuestionImport, name: str) -> bytes | None:
    """Return a picture that the check shows; None if it shows no such one."""
    for each in (row.pictures or {}).values():
        if each.get("name") == name:
            return uploads.read(FOLDER, each["stored_as"]) or None
    return None


def stored_names(pictures: Mapping[str, Any] | None) -> set[str]:
    """Return under which names the pictures of an import are stored."""
    return {each["stored_as"] for each in (pictures or {}).values() if "stored_as" in each}


def _read(said: Mapping[str, str]) -> Drawing:
    if "refusal" in said:
        return Drawing(None, said["refusal"])
    return Drawing(Picture(said["name"], uploads.read(FOLDER, said["stored_as"])))
