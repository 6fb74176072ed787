"""What the demo's trainees have done, day by day, through the services that everyone uses."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from lms.accounts.models import Person
from lms.admin.demo.cast import LETTER, SEED, TALK, Part
from lms.core import clock
from lms.core.errors import found
from lms.courses import queries as courses, services as learning
from lms.courses.models import Enrolment, EnrolmentSource, Programme
from lms.courses.rules import Stage
from lms.exams import body, marking, queries as exams, services as sittings, talks
from lms.exams.models import Attempt
from lms.exams.rules import pairs
from lms.exams.rules.answers import right_answer
from lms.exams.rules.kinds import Kind
from lms.exams.rules.rubric import ByHand
from lms.exams.sitting import Answer
from lms.web.i18n import zone

OPENS, CLOSES = time(9, 0), time(17, 30)
WEEKEND = 5
"""Monday is 0."""
PAUSES = (timedelta(days=1, hours=2), timedelta(days=7, hours=2))
"""After the first failure, and after the second: a little more than the exam asks for."""
TRIES_BEFORE_A_TALK = 2
"""The staff exams ask for one then."""
LEARNT = 0.1
"""How much better the next try is."""


class Diary:
    """One trainee's calendar: what is done next is done in working hours, and before `until`."""

    def __init__(self, part: Part, *, until: datetime) -> None:
        self.random = Random(f"{SEED}:{part.login}")  # noqa: S311  a story, not a secret
        began = until - timedelta(days=part.began_days_ago)
        self.now = self._at_work(began, minutes=self.random.randint(0, 400))
        self.until = until
        if part.stops_after_days is not None:
            self.until = min(until, self.now + timedelta(days=part.stops_after_days))

    def pass_time(self, span: timedelta) -> bool:
        """Go on to the next working hour after `span`; return whether that is still in time."""
        self.now = self._at_work(self.now + span)
        return self.now < self.until

    def _at_work(self, at: datetime, minutes: int = 0) -> datetime:
        local = at.astimezone(zone())
        if local.time() > CLOSES:
            local = _morning(local.date() + timedelta(days=1))
        elif local.time() < OPENS:
            local = _morning(local.date())
        while local.weekday() >= WEEKEND:
            local = _morning(local.date() + timedelta(days=1))
        return (local + timedelta(minutes=minutes)).astimezone(clock.now().tzinfo)


def _morning(day: date) -> datetime:
    return datetime.combine(day, OPENS, zone())


def live(
    person: Person,
    part: Part,
    programme: Programme,
    *,
    actor: Person,
    marker: Person,
    at: datetime,
) -> None:
    """Let a trainee work through the programme, as far as they come by `at`.

    Args:
        person: the trainee.
        part: how they learn.
        programme: what they learn.
        actor: who enrols them.
        marker: who marks what a machine cannot.
        at: the instant that the demo leads up to.
    """
    diary = Diary(part, until=at)
    enrolment = learning.enrol(
        person,
        programme,
        source=EnrolmentSource.ASSIGNED,
        actor=actor,
        due_on=(diary.now + timedelta(weeks=part.weeks_to_finish)).date(),
        at=diary.now,
    )
    for stage in courses.outline_of(enrolment).stages:
        if not _read(enrolment, person, stage.lessons, part, diary):
            return
        if stage.exam and not _pass(enrolment, stage, part, diary, marker):
            return


def _read(
    enrolment: Enrolment, person: Person, codes: Sequence[str], part: Part, diary: Diary
) -> bool:
    """Read lessons at the trainee's pace; return whether all were read in time."""
    pause = timedelta(days=7) / part.lessons_a_week
    for code in codes:
        if not diary.pass_time(pause * diary.random.uniform(0.3, 1.7)):
            return False
        learning.open_lesson(courses.lesson_page(person, code), at=diary.now)
        done = diary.now + timedelta(minutes=diary.random.randint(8, 26))
        learning.finish_lesson(enrolment.id, code, actor=person, at=done)
        diary.now = done
    return True


def _pass(enrolment: Enrolment, stage: Stage, part: Part, diary: Diary, marker: Person) -> bool:
    """Sit the exam of a stage until it is passed; return whether it was, in time."""
    person = enrolment.person
    for number in range(len(PAUSES) + 1):
        pause = PAUSES[number - 1] if number else timedelta(hours=diary.random.randint(3, 60))
        if not diary.pass_time(pause):
            return False
        if number == TRIES_BEFORE_A_TALK:
            talks.record_talk(enrolment.id, found(stage.exam), TALK, actor=marker, at=diary.now)
        attempt, _is_new = sittings.start_attempt(found(stage.exam), actor=person, at=diary.now)
        minutes = attempt.version.settings["minutes"]
        diary.now += timedelta(minutes=round(minutes * diary.random.uniform(0.4, 0.95)))
        answers = _answers(attempt, part.ability + LEARNT * number, diary.random)
        done = sittings.hand_in(
            attempt.id, answers, client=attempt.client, actor=person, at=diary.now
        )
        if done.passed is None:
            if not diary.pass_time(timedelta(hours=diary.random.randint(4, 96))):
                return False  # waits in the marking queue
            done = _marked(done, part.ability, diary, marker)
        if done.passed:
            return True
    return False


def _answers(attempt: Attempt, ability: float, random: Random) -> list[Answer]:
    """Answer each question, rightly about as often as `ability` says; leave few blank."""
    shown = exams.questions(version_id for version_id, _order, _points in attempt.layout)
    answers = []
    for slot, (version_id, order, _points) in enumerate(attempt.layout, start=1):
        question = shown[version_id]
        kind = Kind(question.kind)
        if kind is Kind.ESSAY:
            given: tuple[str, ...] = (LETTER,)
        elif random.random() < ability:
            given = right_answer(body.key_of(kind, question.body))
        elif random.random() < 0.1:  # noqa: PLR2004  one mistake in ten is a blank
            continue
        else:
            sides, keys = pairs.sides(order), [*body.reasons(kind, question.body)]
            given = _mispair(*sides, random) if sides else _mistake(order.split(), keys, random)
        answers.append(Answer(slot, 1, given))
    return answers


def _mistake(options: list[str], reasons: list[str], random: Random) -> tuple[str, ...]:
    return (random.choice(options or reasons or ["?"]),)


def _mispair(things: list[str], choices: list[str], random: Random) -> tuple[str, ...]:
    return tuple(pairs.pair(each, random.choice(choices)) for each in things)


def _marked(attempt: Attempt, ability: float, diary: Diary, marker: Person) -> Attempt:
    """Mark what a person has to mark, by its rubric; return the attempt with its result."""
    shown = exams.questions(version_id for version_id, _order, _points in attempt.layout)
    waiting = [slot for slot, given in exams.responses(attempt).items() if given.mark is None]
    for slot in sorted(waiting):
        question = shown[attempt.layout[slot - 1][0]]
        key = body.key_of(Kind(question.kind), question.body)
        items = [each for each in key.items if each.points > 0] if isinstance(key, ByHand) else []
        met = [each.key for each in items if diary.random.random() < ability]
        judgement = marking.Judgement(met)
        attempt = marking.mark_answer(attempt.id, slot, judgement, actor=marker, at=diary.now)
    return attempt
