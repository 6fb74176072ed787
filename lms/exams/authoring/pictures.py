"""Pictures in questions: taken in, put into the texts with what they show, and found again.

A text names a picture by its hash, which nobody can guess: who may read the text may see it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core import clock, disk
from lms.core.db import db, transaction
from lms.core.errors import found
from lms.core.placeholders import LANGUAGES
from lms.courses import materials, upload_rules
from lms.courses.errors import UploadRefusedError
from lms.courses.materials import Stored
from lms.courses.upload_rules import FORMS, Kind, Refusal
from lms.exams.exchange import shelf
from lms.exams.picture_models import QuestionPicture

TYPES = tuple(key for key, form in FORMS.items() if form.kind is Kind.IMAGE)
LARGEST_MB = 5
LONGEST_ALT = 300


def take_in(name: str, file: BinaryIO) -> Stored:
    """Check a picture, draw it anew and store it, before and outside any transaction.

    Raises:
        UploadRefusedError: it is no picture that is taken; the message says why.
        NoRoomForFilesError: the disk is almost full.
    """
    if upload_rules.suffix_of(name) not in TYPES and not upload_rules.refusal_of_name(name):
        raise UploadRefusedError(Refusal.KIND)
    materials.check_size(file, LARGEST_MB * materials.MEGABYTE)
    disk.need_room_for_files()
    return materials.take_in(name, file, limit_mb=LARGEST_MB)


@transaction()
def add(stored: Stored, *, actor: Person, at: datetime | None = None) -> QuestionPicture:
    """Know a picture from now on; one that is known already stays as it is."""
    return shelf.know(stored.sha256, stored.suffix, stored.size_bytes, actor_id=actor.id,
                      at=at or clock.now())  # fmt: skip


def picture(name: str) -> QuestionPicture:
    """Return the picture that a text names as ``hash.png``; else a 404."""
    digest, _dot, suffix = name.partition(".")
    own = select(QuestionPicture).filter_by(sha256=digest, suffix=suffix)
    return found(db.session.scalar(own))


def placed(text: Mapping[str, str], address: str, shows: Mapping[str, str]) -> dict[str, str]:
    """Return a text with a picture at its end; where one language is empty, it stays so.

    Args:
        text: in both languages.
        address: of the picture.
        shows: what it shows, in both languages; one of them may be empty.
    """
    filled = [each for each in LANGUAGES if text[each].strip()] or list(LANGUAGES)
    other = next((each for each in shows.values() if each.strip()), "")
    found_texts = dict(text)
    for each in filled:
        said = " ".join((shows[each].strip() or other).split())
        label = said.translate(str.maketrans("[]\\`", "()/'"))
        found_texts[each] = f"{text[each].rstrip()}\n\n![{label}]({address})".lstrip()
    return found_texts
