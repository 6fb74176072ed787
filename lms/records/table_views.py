"""The list of people and where they stand, for HR and managers; and its files."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, TypeVar

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from lms.accounts.login import me
from lms.accounts.rules import Role
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFoundError
from lms.core.paging import PAGE_SIZE, Page
from lms.records import about, roster, services
from lms.records.blueprint import bp
from lms.records.errors import NobodyError, TooManyError
from lms.records.lines import Asked, FileFormat, Order, Sort, Version, View
from lms.records.words import STATUS_LOOKS, VIEW_WORDS, stage_words
from lms.web.i18n import language, today

ASSIGNERS = frozenset({Role.HR, Role.ADMIN})
EVERY = "all"
"""In place of a programme's code: all of them."""
FORMATS = {each.value: each for each in (FileFormat.XLSX, FileFormat.CSV, FileFormat.PDF)}
DOWN = "down"
E = TypeVar("E", bound=enum.StrEnum)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What an address can ask for."""

    known: Mapping[int, Version]
    units: list[tuple[int, str, int]]

    @property
    def programmes(self) -> dict[str, Version]:
        """Code -> published version."""
        return {each.code: each for each in self.known.values() if each.is_published}


@bp.get("/records")
def table() -> str:
    """List people, where they stand and what is due."""
    shelf = _shelf()
    return _page(shelf, _asked(shelf, request.args))


@bp.post("/records/export")
def export() -> ResponseReturnValue:
    """Have the list written to a file, or those who were ticked on it."""
    shelf = _shelf()
    asked = _asked(shelf, request.form)
    chosen = tuple(dict.fromkeys(request.form.getlist("person", type=int)))
    if chosen:
        asked = Asked(programme_id=asked.programme_id, view=None, people=chosen)
    file_format = FORMATS.get(request.form.get("format", ""), FileFormat.XLSX)
    order = Order(actor_id=me().id, format=file_format, locale=language(), asked=asked)
    try:
        job = services.request_export(order, actor=me())
    except (NobodyError, TooManyError) as error:
        shown = replace(asked, people=(), view=asked.view or View.ALL)
        return _page(shelf, shown, problem=str(error)), error.status
    return redirect(url_for("work.progress", job_id=job.id))


def _shelf() -> Shelf:
    return Shelf(roster.versions(), roster.units_seen_by(me()))


def _asked(shelf: Shelf, given: "MultiDict[str, str]") -> Asked:
    """Read what an address asks for; what it cannot ask for is left out.

    Raises:
        NotFoundError: there is no such unit in the actor's scope.
    """
    unit_id = given.get("unit", type=int)
    if unit_id is not None and unit_id not in {number for number, _name, _depth in shelf.units}:
        raise NotFoundError
    programme = _programme(shelf, given.get("programme", ""))
    stage = given.get("stage", type=int)
    stages = len(programme.stages) if programme else 0
    return Asked(
        programme_id=programme.programme_id if programme else None,
        view=_one_of(View, given.get("view"), View.ALL),
        text=" ".join(given.get("q", "").split())[:80],
        unit_id=unit_id,
        stage=stage if stage is not None and 1 <= stage <= stages else None,
        sort=_one_of(Sort, given.get("sort"), Sort.NAME),
        down=given.get("dir") == DOWN,
    )


def _programme(shelf: Shelf, code: str) -> Version | None:
    """Return the programme asked for, else the first; None for all of them, or if there is none."""
    if code == EVERY:
        return None
    return shelf.programmes.get(code) or next(iter(shelf.programmes.values()), None)


def _page(shelf: Shelf, asked: Asked, *, problem: str = "") -> str:
    who, now = roster.seen_by(me()), today()
    counts = roster.tally(who, asked, today=now)
    total = counts[asked.view or View.ALL]
    number = min(request.args.get("page", 1, type=int), ceil(total / PAGE_SIZE))
    first = (max(1, number) - 1) * PAGE_SIZE
    found = roster.lines(who, asked, shelf.known, today=now, first=first, most=PAGE_SIZE)
    lines = [roster.read_line(row, shelf.known) for row in db.session.execute(found)]
    address = _address(shelf, asked)
    unit = next((name for key, name, _depth in shelf.units if key == asked.unit_id), "")
    return render_template(
        "records/table.html",
        problem=problem,
        asked=asked,
        at=clock.now(),
        today_is=now,
        page=Page(lines, max(1, number), total),
        counts=counts,
        views=VIEW_WORDS,
        filters=about.filters(asked, unit=unit),
        programme=_chosen(shelf, asked),
        programmes=shelf.programmes,
        every=EVERY,
        units=shelf.units,
        address=address,
        link=_linker(address),
        looks=STATUS_LOOKS,
        stage_words=stage_words,
        may_assign=bool(me().roles & ASSIGNERS),
    )


def _chosen(shelf: Shelf, asked: Asked) -> Version | None:
    published = shelf.programmes.values()
    return next((each for each in published if each.programme_id == asked.programme_id), None)


def _address(shelf: Shelf, asked: Asked) -> dict[str, Any]:
    """Return what an address says that asks for the same; what goes without saying is left out."""
    programme = _chosen(shelf, asked)
    said = {
        "programme": programme.code if programme else EVERY,
        "view": asked.view,
        "q": asked.text,
        "unit": asked.unit_id,
        "stage": asked.stage,
        "sort": asked.sort,
        "dir": DOWN if asked.down else "",
    }
    usual = {"programme": next(iter(shelf.programmes), EVERY), "view": View.ALL, "sort": Sort.NAME}
    return {key: value for key, value in said.items() if value and value != usual.get(key)}


def _linker(address: Mapping[str, Any]) -> Callable[..., str]:
    """Return what makes the address of the same list with changes; a change to None drops one."""

    def link(**changes: Any) -> str:
        return url_for(".table", **{**address, **changes})

    return link


def _one_of(kind: type[E], given: str | None, otherwise: E) -> E:
    return next((each for each in kind if each.value == given), otherwise)
