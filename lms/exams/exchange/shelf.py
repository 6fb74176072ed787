"""The bank's pictures: which it knows, where pages find them, and what files call them.

A file's text names a picture ``media:HASH.png``; the bank's text has the address of its page.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from lms.core import audit, site, storage
from lms.core.db import db
from lms.exams.errors import TooManyPicturesError
from lms.exams.exchange import prose
from lms.exams.exchange.question import Picture, Question
from lms.exams.picture_models import QuestionPicture

MOST_BYTES = 100 * 1024 * 1024
"""Of the pictures of one file that goes out: it is made in memory."""
_PATH = "/questions/pictures/"
_ADDRESS = re.compile(rf"\]\([^()\s]*{_PATH}([0-9a-f]{{64}}\.[a-z]{{3,4}})(?=[)\s])")
_NAME = re.compile(r"\]\(media:([0-9a-f]{64}\.[a-z]{3,4})(?=[)\s])")


def address(name: str) -> str:
    """Return where pages find a picture; with the site's own path, for texts keep it."""
    return f"{urlsplit(site.settings().public_url).path.rstrip('/')}{_PATH}{name}"


def for_bank(body: Any) -> Any:
    """Return a body whose texts have addresses in the place of names."""
    return _changed(body, lambda text: _NAME.sub(lambda own: f"]({address(own[1])}", text))


def for_files(question: Question) -> Question:
    """Return a question of the bank whose texts have names in the place of addresses."""
    if not any(_PATH in text for text in prose.texts_of(question)):
        return question
    return prose.with_texts(question, lambda text: _ADDRESS.sub(r"](media:\1", text))


def known(names: Iterable[str]) -> set[str]:
    """Return which of some names are pictures of the bank already."""
    wanted = {name.partition(".")[0]: name for name in names}
    rows = db.session.execute(
        select(QuestionPicture.sha256, QuestionPicture.suffix)
        .where(QuestionPicture.sha256.in_(wanted))
    )  # fmt: skip
    return {f"{digest}.{suffix}" for digest, suffix in rows} & set(wanted.values())


def put(pictures: Iterable[Picture]) -> None:
    """Store the contents of pictures, before and outside any transaction.

    Whether the disk has room is asked before an import begins, not in its middle.
    """
    for each in pictures:
        storage.put(each.content)


def know(
    digest: str, suffix: str, size_bytes: int, *, actor_id: int | None, at: datetime
) -> QuestionPicture:
    """Know a picture from now on, in the caller's transaction; one that is known stays as it is."""
    row = db.session.scalar(select(QuestionPicture).filter_by(sha256=digest))
    if row is not None:
        return row
    row = QuestionPicture(sha256=digest, suffix=suffix, size_bytes=size_bytes, added_at=at)
    db.session.add(row)
    db.session.flush()
    audit.note("exams.picture_added", kind="question-picture", object_id=row.id,
               actor_id=actor_id, at=at, sha256=digest)  # fmt: skip
    return row


def illustrated(questions: Sequence[Question]) -> list[Question]:
    """Return questions of the bank with the pictures that their texts name.

    Raises:
        TooManyPicturesError: they are larger together than `MOST_BYTES`.
    """
    there = known({name for each in questions for name in prose.pictures_in(each)})
    digests = {name: name.partition(".")[0] for name in there}
    if sum(storage.path_of(each).stat().st_size for each in digests.values()) > MOST_BYTES:
        raise TooManyPicturesError(megabytes=MOST_BYTES // 1024 // 1024)
    read = {name: Picture(name, storage.get(each)) for name, each in digests.items()}
    return [
        replace(each, pictures=tuple(read[name] for name in prose.pictures_in(each)
                                     if name in read))
        for each in questions
    ]  # fmt: skip


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case list():
            return [_changed(each, change) for each in value]
        case dict():
            return {key: _changed(each, change) for key, each in value.items()}
        case _:
            return value
