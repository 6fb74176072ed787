"""Every page beside its template: what asking the database costs, in CPU time."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import BuildError

from benchmarks import replay, site
from benchmarks.browser import TOKEN
from benchmarks.figures import Goals
from benchmarks.site import Site
from lms.accounts.models import OrgUnit
from lms.accounts.rules import Role
from lms.core.db import db

HOT = {"desk.home": "map", "courses.lesson": "lesson", "exams.start_page": "exam page",
       "exams.sit": "paper"}  # fmt: skip
MOST_HOT, MOST = 2.0, 3.5
ROUNDS_HOT, ROUNDS = 60, 15


def main(running: Site) -> list[str]:
    """Print the figures; return which goals were missed."""
    goals = Goals("Pages beside their templates without a database (CPU time)")
    print(
        f"{'':<28}{'page ms':>8}{'template':>9}{'served':>9}{'':>14}{'statements':>11}{'bytes':>8}"
    )
    with site.application(running.folder, running.port) as app:
        (reader,) = site.add_people("reader", 1, unread=site.UNREAD)
        (sitter,) = site.add_people("examinee", 1, unread=0)
        (keeper,) = site.add_people("keeper", 1, unread=0, roles=tuple(Role))
        known = _arguments()
    for login, names in ((reader, HOT), (sitter, HOT), (keeper, {})):
        client = signed_in(app, login)
        if login == sitter:
            known["attempt_id"] = _sit(client)
        for endpoint, path in _paths(app, known):
            is_hot = endpoint in names
            if is_hot or (login == keeper and endpoint not in HOT):
                _measure(goals, client, endpoint, path, is_hot=is_hot)
    return goals.missed


def _measure(goals: Goals, client: FlaskClient, endpoint: str, path: str, *, is_hot: bool) -> None:
    cost = replay.cost_of(client, path, rounds=ROUNDS_HOT if is_hot else ROUNDS)
    if cost is None:
        return
    goal = MOST_HOT if is_hot else MOST
    name = f"{endpoint}{' (hot)' if is_hot else ''}"
    verdict = "met" if cost.ratio <= goal else "NOT MET"
    if cost.ratio > goal:
        goals.missed.append(f"{goals.title}: {name}")
    print(
        f"{name:<28}{1000 * cost.page:>8.2f}{cost.over_template:>8.2f}×{cost.ratio:>8.2f}×"
        f" ≤ {goal}: {verdict:<7}{cost.statements:>9}{cost.bytes:>8}",
        flush=True,
    )


def _arguments() -> dict[str, Any]:
    """Return what stands for the arguments of addresses: things that are there."""
    unit = db.session.scalar(select(OrgUnit.id).limit(1))
    known = {
        "exam_code": site.EXAM,
        "code": site.first_stage().lessons[0],
        "person_id": site.person_with("reader-0").id,
    }
    return known | ({"unit_id": unit} if unit else {})


def _paths(app: Flask, known: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The pages that can be opened with these arguments."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint != "language":
                try:
                    yield rule.endpoint, app.url_for(rule.endpoint, **_of(rule, known))
                except BuildError:
                    continue


def _of(rule: Any, known: dict[str, Any]) -> dict[str, Any]:
    return {name: known[name] for name in rule.arguments if name in known}


def signed_in(app: Flask, login: str) -> FlaskClient:
    """Return a browser of somebody who has signed in."""
    client = app.test_client()
    client.set_cookie("lang", "en")
    _post(client, "/sign-in", "/sign-in", login=login, password=site.PASSWORD, next="")
    return client


def _sit(client: FlaskClient) -> int:
    """Begin the exam and return the number of the attempt."""
    start = f"/exams/{site.EXAM}"
    where = _post(client, start, f"{start}/attempts")
    found = re.search(r"/attempts/(\d+)", where)
    assert found
    return int(found[1])


def _post(client: FlaskClient, page: str, path: str, **fields: str) -> str:
    token = TOKEN.search(client.get(page).text)
    assert token
    reply = client.post(path, data={"csrf_token": token[1], **fields})
    return reply.headers["Location"]
