"""A class that has sat an exam before a journey begins: through the services, in a process of its own."""

import os
import subprocess
import sys
from datetime import timedelta

from sqlalchemy import select

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import db
from lms.courses import services as courses
from lms.courses.models import Enrolment, EnrolmentSource, Programme
from lms.exams.models import Attempt, Question
from lms.exams.services import hand_in, start_attempt
from lms.exams.sitting import Answer
from lms.factory import create_app
from tests import content_tree, factories
from tests.content_tree import WHY, text
from tests.journeys.site import ROOT, Site

SUBJECTS = {
    "Q-phone": ("Who answers the telephone at night?", "夜里谁接电话？"),
    "Q-backup": ("When was the backup of the database tried last?", "数据库备份上次何时演练？"),
    "Q-cable": ("Which colour has the cable to the router?", "通往路由器的线缆是什么颜色？"),
    "Q-ticket": ("What makes a ticket urgent?", "什么样的工单算紧急？"),
    "Q-password": ("How long may passwords be kept by the team?", "团队可以保存口令多久？"),
    "Q-report": ("Where do monthly reports go?", "月度报告送到哪里？"),
}
"""Code -> what is asked. B is the key of all; of the first, wrongly so: whoever is good says A."""
DOUBTED = "Q-phone"
QUESTIONS = [
    {
        **content_tree.COMMON, "id": code, "kind": "single", "stem": text(english, chinese),
        "options": [{"key": key, "text": text(f"{code} {key}"), "why": WHY} for key in "ABC"],
        "answer": ["B"],
    }
    for code, (english, chinese) in SUBJECTS.items()
]  # fmt: skip
EXAM = content_tree.EXAM | {
    "pass_percent": 90,
    "review": ["own", "right-wrong", "key", "explanation"],
    "draw": [{"question": code} for code in SUBJECTS],
}
HALF = 12


def have_sat(site: Site, login: str) -> int:
    """Let a class of 24 and somebody who is invited sit the exam; return the latter's attempt.

    Nobody passes: the good ones miss another question, and `login` only the doubted one.
    """
    environ = {key: value for key, value in os.environ.items() if not key.startswith("LMS_")}
    environ |= {"LMS_DATA_DIR": str(site.folder)}
    command = [sys.executable, "-m", "tests.journeys.classmates", login]
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    )
    return int(done.stdout.split()[-1])


def main(login: str) -> None:
    """Do it, and write the attempt of `login`."""
    programme = db.session.scalars(select(Programme)).one()
    others = list(SUBJECTS)[1:]
    for number in range(HALF):
        missed = others[number % len(others)]
        good, weak = (
            factories.person(name=f"Good {number}"),
            factories.person(name=f"Weak {number}"),
        )
        _sit(_run(good, programme), dict.fromkeys(SUBJECTS, "B") | {DOUBTED: "A", missed: "C"})
        _sit(_run(weak, programme), dict.fromkeys(SUBJECTS, "C") | {DOUBTED: "B", missed: "B"})
    person = db.session.scalars(select(Person).filter_by(login=login)).one()
    own = db.session.scalars(select(Enrolment).filter_by(person_id=person.id)).one()
    attempt = _sit(own, dict.fromkeys(SUBJECTS, "B") | {DOUBTED: "A"})
    sys.stdout.write(str(attempt.id))


def _run(person: Person, programme: Programme) -> Enrolment:
    at = clock.now() - timedelta(hours=3)
    return courses.enrol(person, programme, source=EnrolmentSource.ASSIGNED, actor=person, at=at)


def _sit(run: Enrolment, answers: dict[str, str]) -> Attempt:
    at = clock.now() - timedelta(hours=2)
    person = run.person
    courses.finish_lesson(run.id, "S1-A-1", actor=person, at=at)
    attempt, _is_new = start_attempt("stage-1", actor=person, at=at)
    asked = dict(db.session.execute(select(Question.published_id, Question.code)).all())
    given = [
        Answer(slot, 1, (answers[asked[entry[0]]],))
        for slot, entry in enumerate(attempt.layout, start=1)
    ]
    done = at + timedelta(minutes=10)
    return hand_in(attempt.id, given, client=attempt.client, actor=person, at=done)


if __name__ == "__main__":
    with create_app().app_context():
        main(sys.argv[1])
