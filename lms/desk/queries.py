"""What the first page of a trainee shows: put together from the rooms below, in few statements."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.accounts.queries import Actor
from lms.core.errors import found
from lms.courses import queries as courses, rules
from lms.courses.queries import LessonLine
from lms.courses.rules import EnrolmentStatus, Module, Progress, StageState
from lms.courses.runs import Run, current_runs
from lms.exams import queries as exams
from lms.exams.queries import ExamSummary
from lms.practice import queries as practice
from lms.web import i18n

MORNING, NOON, EVENING = 5, 12, 18
"""Hours at which the greeting changes."""


class Step(enum.StrEnum):
    """What to do next."""

    STUDY = "study"
    SIT = "sit"
    SIT_AGAIN = "sit-again"
    GO_ON_SITTING = "go-on-sitting"
    WAIT = "wait"
    """A retake opens later."""
    TALK = "talk"
    """A talk has to be recorded before the retake opens."""
    ASK = "ask"
    """No attempt is left, or there is no exam to sit: only a person can help."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class LearningMap:
    """One run of a programme, as its trainee sees it on a day."""

    run: Run
    others: Sequence[Run]
    """The latest runs of the person's other programmes."""
    progress: Progress
    status: EnrolmentStatus
    days_left: int | None
    """Until the due date; negative when it is over, None without one."""
    week: int
    step: Step
    next: tuple[Module, str] | None
    """The module and lesson to study next in the current stage."""
    viewed: StageState
    """The stage whose modules are listed."""
    lines: Mapping[str, LessonLine]
    """Of the viewed stage's lessons and of the next one."""
    exams: Mapping[str, ExamSummary]
    mistakes_due: int
    """How many of the notebook come again today."""

    @property
    def exam(self) -> ExamSummary | None:
        """The exam of the current stage."""
        return self.exams.get(self.progress.current.stage.exam or "")


def map_of(
    person: Actor, *, programme: str | None = None, stage: str | None = None, at: datetime
) -> LearningMap | None:
    """Return a person's learning map as of an instant; None without an enrolment.

    Args:
        person: the trainee.
        programme: code of the programme to show. None: the one that has the `stage`; without one,
            the latest that is not completed.
        stage: code of the stage whose modules to list; the current one if None.
        at: the instant.

    Raises:
        NotFoundError: the person takes no such programme, or it has no such stage.
    """
    runs = current_runs(person)
    if not runs:
        return None
    run = _chosen(runs, programme, stage)
    progress = courses.progress_of(run)
    viewed = found(progress.state_of(stage)) if stage else progress.current
    following = progress.next_lesson()
    summaries = exams.exam_summaries(person, run)
    today, due_on = i18n.today(at), run.due_on
    codes = {*viewed.stage.lessons, *([following[1]] if following else [])}
    return LearningMap(
        run=run,
        others=[each for each in runs if each is not run],
        progress=progress,
        status=rules.enrolment_status(
            is_completed=progress.is_completed, due_on=due_on, today=today
        ),
        days_left=(due_on - today).days if due_on else None,
        week=rules.week_of(i18n.today(run.opened_at), today),
        step=next_step(progress, summaries.get(progress.current.stage.exam or ""), at=at),
        next=following,
        viewed=viewed,
        lines=courses.lines_of(sorted(codes)),
        exams=summaries,
        mistakes_due=practice.due_count(person, i18n.end_of_day(at)),
    )


def _chosen(runs: Sequence[Run], programme: str | None, stage: str | None) -> Run:
    if programme:
        return found(next((run for run in runs if run.programme_code == programme), None))
    if stage:
        return found(next((run for run in runs if _has_stage(run, stage)), None))
    return next((run for run in runs if run.completed_at is None), runs[0])


def _has_stage(run: Run, stage: str) -> bool:
    return any(each.code == stage for each in run.outline.stages)


def next_step(progress: Progress, exam: ExamSummary | None, *, at: datetime) -> Step:
    """Return the one thing to do next; `exam` closes the current stage."""
    if progress.is_completed:
        return Step.DONE
    if progress.next_lesson():
        return Step.STUDY
    if exam is None:
        return Step.ASK
    return _step_of_exam(exam, at=at)


def _step_of_exam(exam: ExamSummary, *, at: datetime) -> Step:
    if exam.open_attempt_id is not None:
        return Step.GO_ON_SITTING
    if exam.attempts_used >= exam.attempts_allowed:
        return Step.ASK
    if exam.needs_talk:
        return Step.TALK
    if exam.retake_opens_at is not None and exam.retake_opens_at > at:
        return Step.WAIT
    return Step.SIT_AGAIN if exam.attempts_used else Step.SIT


def part_of_day(at: datetime) -> str:
    """Return ``morning``, ``afternoon`` or ``evening`` in the organisation's time zone."""
    hour = at.astimezone(i18n.zone()).hour
    if MORNING <= hour < NOON:
        return "morning"
    return "afternoon" if NOON <= hour < EVENING else "evening"
