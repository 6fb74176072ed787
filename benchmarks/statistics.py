"""Statistics of an exam that very many have sat: from scratch, from roll-ups, and as a file."""

import random
import time
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert, select

from benchmarks import pages, site
from benchmarks.figures import Goals
from benchmarks.site import Site
from lms.accounts.models import Person
from lms.accounts.rules import Role
from lms.core import clock, statements
from lms.core.db import db, transaction
from lms.courses.models import Enrolment
from lms.exams import answer_sheets, answered, drawable, outcomes, tallying
from lms.exams.asked import Asked
from lms.exams.models import Attempt, Exam, HandedInBy, Response
from lms.exams.rules.drawing import Candidate

PEOPLE, ATTEMPTS, QUESTIONS, POOL = 100, 20_000, 20, 60
AT_ONCE = 1000
MOST_SECONDS, MOST_MEGABYTES, MOST_FILE_SECONDS, MOST_PAGE_MS = 1.0, 200.0, 1.5, 500.0
MOST_STATEMENTS = 12.0
ROUNDS = 3


def main(running: Site) -> list[str]:
    """Print the figures; return which goals were missed."""
    goals = Goals(f"Statistics: {ATTEMPTS:,} attempts of {QUESTIONS} questions (CPU time)")
    with site.application(running.folder, running.port) as app:
        (login,) = site.add_people("watcher", 1, unread=0, roles=tuple(Role))
        _fill(site.add_people("taker", PEOPLE, unread=0))
        _from_scratch(goals)
        _roll_ups(goals)
        _file(goals, site.person_with(login))
        client, path = pages.signed_in(app, login), f"/studio/exams/{site.EXAM}"
        client.get(path)
        took = min(_cpu(lambda: client.get(path)) for _round in range(ROUNDS))
        goals.most("page of the exam", 1000 * took, MOST_PAGE_MS, "ms")
        goals.most("its statements", statements.so_far()[0], MOST_STATEMENTS)
    return goals.missed


def _fill(logins: list[str]) -> None:
    """Add the attempts, without the services: what is measured is what comes after them."""
    draw = random.Random(1)  # noqa: S311  no secret
    exam = db.session.scalars(select(Exam).filter_by(code=site.EXAM)).one()
    asked = [
        each for each in drawable.bank() if not each.parts and not each.things and each.options
    ][:POOL]
    people = db.session.scalars(select(Person).where(Person.login.in_(logins))).all()
    runs = dict(db.session.execute(select(Enrolment.person_id, Enrolment.id)).all())
    whose = [(each.id, runs[each.id]) for each in people]
    first = (db.session.scalar(select(Attempt.id).order_by(Attempt.id.desc())) or 0) + 1
    fixed = (exam.id, exam.published_id)
    for start in range(0, ATTEMPTS, AT_ONCE):
        made = [
            _paper(draw, first + n, n, whose[n % len(whose)], fixed, asked)
            for n in range(start, start + AT_ONCE)
        ]
        with transaction():
            db.session.execute(insert(Attempt), [paper for paper, _answers in made])
            db.session.execute(insert(Response), [each for _paper, own in made for each in own])


def _paper(
    draw: random.Random,
    attempt_id: int,
    number: int,
    whose: tuple[int, int],
    exam: tuple[int, int | None],
    asked: list[Candidate],
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    ability, now = draw.gauss(0.5, 0.2), clock.now()
    answers: list[dict[str, Any]] = []
    marks = []
    shown = draw.sample(asked, min(QUESTIONS, len(asked)))
    for slot, each in enumerate(shown, start=1):
        mark = Fraction(draw.random() < ability)
        marks.append(mark)
        answer = [draw.choice(each.options)]
        answers.append({"attempt_id": attempt_id, "slot": slot, "seq": 1, "answer": answer,
                        "flagged": False, "saved_at": now, "mark": mark})  # fmt: skip
    score = Fraction(sum(mark for mark in marks), len(marks))
    paper = {
        "id": attempt_id, "person_id": whose[0], "enrolment_id": whose[1], "exam_id": exam[0],
        "version_id": exam[1], "stage": "stage-1", "number": 1000 + number // PEOPLE, "seed": "s",
        "layout": [[each.version_id, " ".join(each.options), 1] for each in shown],
        "client": "c", "started_at": now, "deadline_at": now + timedelta(minutes=20),
        "submitted_at": now + timedelta(seconds=draw.randrange(1200)), "receipt": "r",
        "handed_in_by": HandedInBy.TRAINEE, "score": score, "passed": score >= Fraction(4, 5),
        "counted": False,
    }  # fmt: skip
    return paper, answers


def _from_scratch(goals: Goals) -> None:
    ids = db.session.scalars(select(Attempt.id).where(Attempt.score.is_not(None))).all()
    before = getrusage(RUSAGE_SELF).ru_maxrss

    def figures() -> None:
        piles: dict[int, list[Any]] = {}
        for (_exam, version_id, _first), pile in answered.count(ids).answers.items():
            piles.setdefault(version_id, []).append(pile)
        outcomes.lines_of(piles)

    took = min(_cpu(figures) for _round in range(ROUNDS))
    goals.most("item statistics from scratch", took, MOST_SECONDS, "s")
    grown = (getrusage(RUSAGE_SELF).ru_maxrss - before) / 1024
    goals.most("memory that they take", grown, MOST_MEGABYTES, "MB")


def _roll_ups(goals: Goals) -> None:
    taken: list[int] = []
    took = _cpu(lambda: taken.append(tallying.rebuild()))
    goals.plain("roll-ups, per attempt", 1000 * took / max(taken[0], 1), "ms")
    goals.most("roll-ups that differ from the answers", tallying.differences(), 0)


def _file(goals: Goals, actor: Person) -> None:
    order = answer_sheets.Order.of(site.EXAM, answer_sheets.XLSX, Asked(), actor, "en")
    with TemporaryDirectory() as folder:
        took = min(
            _cpu(lambda: answer_sheets.make(order, Path(folder) / "results"))
            for _round in range(ROUNDS)
        )
    goals.most("results as XLSX", took, MOST_FILE_SECONDS, "s")


def _cpu(work: Callable[[], object]) -> float:
    """Return how long it keeps the processor busy."""
    began = time.process_time()
    work()
    return time.process_time() - began
