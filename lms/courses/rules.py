"""What the curriculum means. Pure: no database, no clock, no request."""

import enum
from collections.abc import Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

Bilingual = Mapping[str, str]


class StageStatus(enum.StrEnum):
    """Where a trainee stands with a stage."""

    DONE = "done"
    NOW = "now"
    LOCKED = "locked"


class EnrolmentStatus(enum.StrEnum):
    """Where a run of a programme stands on a date."""

    COMPLETED = "completed"
    OVERDUE = "overdue"
    DUE_SOON = "due-soon"
    OPEN = "open"


DUE_SOON_DAYS = 14
"""A due date this near is said on the first page."""


@dataclass(frozen=True)
class Module:
    """A topic within a stage."""

    code: str
    title: Bilingual
    goals: Mapping[str, list[str]]
    lessons: tuple[str, ...]
    """Codes, in order."""


@dataclass(frozen=True)
class Stage:
    """An ordered part of a programme, closed by an exam."""

    number: int
    """From 1."""
    code: str
    title: Bilingual
    modules: tuple[Module, ...]
    exam: str | None
    certificate: str | None
    practical: tuple[Mapping[str, Any], ...]
    """Practical gates, shown as not yet checked here."""

    @cached_property
    def lessons(self) -> tuple[str, ...]:
        """Codes of all lessons of the stage, in order."""
        return tuple(code for module in self.modules for code in module.lessons)


@dataclass(frozen=True)
class Outline:
    """A programme's structure, read from its version."""

    code: str
    title: Bilingual
    summary: Bilingual
    weeks: int | None
    certificate: str | None
    stages: tuple[Stage, ...]

    @classmethod
    def read(cls, structure: Mapping[str, Any]) -> "Outline":
        """Read the checked content of a programme's file."""
        return cls(
            code=structure["code"],
            title=structure["title"],
            summary=structure["summary"],
            weeks=structure.get("weeks"),
            certificate=structure.get("certificate"),
            stages=tuple(_stage(n, each) for n, each in enumerate(structure["stages"], start=1)),
        )

    def lessons(self) -> Iterator[tuple[Stage, Module, str]]:
        """Yield every lesson with its stage and module, in the order of study."""
        for stage in self.stages:
            for module in stage.modules:
                for code in module.lessons:
                    yield stage, module, code

    def stage_of_exam(self, exam: str) -> Stage | None:
        """Return the stage that an exam closes."""
        return next((stage for stage in self.stages if stage.exam == exam), None)

    def around(self, lesson: str) -> tuple[str | None, str | None]:
        """Return the lessons before and after one, in the order of study."""
        codes = [None, *(code for _, _, code in self.lessons()), None]
        place = codes.index(lesson)
        return codes[place - 1], codes[place + 1]

    def place_of(self, lesson: str) -> tuple[Stage, Module] | None:
        """Return the stage and module that a lesson belongs to."""
        places = ((stage, module) for stage, module, code in self.lessons() if code == lesson)
        return next(places, None)


def _stage(number: int, given: Mapping[str, Any]) -> Stage:
    modules = tuple(
        Module(each["code"], each["title"], each["goals"], tuple(each["lessons"]))
        for each in given["modules"]
    )
    return Stage(
        number=number,
        code=given["code"],
        title=given["title"],
        modules=modules,
        exam=given.get("exam"),
        certificate=given.get("certificate"),
        practical=tuple(given.get("practical") or ()),
    )


@dataclass(frozen=True)
class StageState:
    """Where a trainee stands with one stage, and why."""

    stage: Stage
    status: StageStatus
    read: frozenset[str]
    """Codes of the stage's lessons that were read."""
    is_passed: bool
    """Whether the exam was passed."""
    blocked_by: Stage | None
    """The earlier stage that has to be finished first."""

    @property
    def lessons_left(self) -> int:
        """How many lessons are still to be read."""
        return len(self.stage.lessons) - len(self.read)

    @property
    def is_exam_open(self) -> bool:
        """Whether the exam may be sat: the stage is open and its lessons were read."""
        return self.status is not StageStatus.LOCKED and not self.lessons_left

    @property
    def steps(self) -> int:
        """How many things the stage asks for: its lessons and, where it has one, its exam."""
        return len(self.stage.lessons) + bool(self.stage.exam)

    @property
    def done(self) -> int:
        """How many of the `steps` are done."""
        return len(self.read) + (self.is_passed and bool(self.stage.exam))

    @property
    def percent(self) -> int:
        """The `done` ones of the `steps`, rounded down."""
        return _share(self.done, self.steps)

    def modules_done(self) -> int:
        """How many modules have all their lessons read."""
        return sum(set(module.lessons) <= self.read for module in self.stage.modules)


@dataclass(frozen=True)
class Progress:
    """Where a trainee stands in one run, computed from facts: nothing of it is stored."""

    outline: Outline
    stages: tuple[StageState, ...]

    @property
    def is_completed(self) -> bool:
        """Whether every stage is done."""
        return all(state.status is StageStatus.DONE for state in self.stages)

    @property
    def current(self) -> StageState:
        """The stage that is being worked on; the last one when all are done."""
        now = (state for state in self.stages if state.status is StageStatus.NOW)
        return next(now, self.stages[-1])

    def next_lesson(self) -> tuple[Module, str] | None:
        """Return the first lesson of the current stage that was not read."""
        state = self.current
        for module in state.stage.modules:
            for code in module.lessons:
                if code not in state.read:
                    return module, code
        return None

    def state_of(self, stage: str) -> StageState | None:
        """Return the state of one stage by its code."""
        return next((state for state in self.stages if state.stage.code == stage), None)

    def is_lesson_open(self, lesson: str) -> bool:
        """Whether a lesson may be studied: its stage is open. What was opened stays open."""
        place = self.outline.place_of(lesson)
        state = self.state_of(place[0].code) if place else None
        return state is not None and state.status is not StageStatus.LOCKED

    @property
    def percent(self) -> int:
        """Lessons read and exams passed, of all of them, rounded down."""
        return _share(
            sum(each.done for each in self.stages), sum(each.steps for each in self.stages)
        )


def progress(outline: Outline, read: AbstractSet[str], passed: AbstractSet[str]) -> Progress:
    """Compute where a trainee stands.

    A stage is done when its lessons were read and its exam, where it has one, was passed; the
    next one opens then. A stage behind one that is not done is locked.

    Args:
        outline: the programme's structure, as of the version that the run began with.
        read: codes of the lessons read in this run.
        passed: codes of the stages whose exam was passed in this run.
    """
    states: list[StageState] = []
    blocked_by: Stage | None = None
    for stage in outline.stages:
        in_stage = frozenset(stage.lessons) & read
        is_passed = stage.code in passed
        if blocked_by:
            status = StageStatus.LOCKED
        elif len(in_stage) == len(stage.lessons) and (is_passed or not stage.exam):
            status = StageStatus.DONE
        else:
            status = StageStatus.NOW
        states.append(StageState(stage, status, in_stage, is_passed, blocked_by))
        if status is StageStatus.NOW:
            blocked_by = stage
    return Progress(outline, tuple(states))


def with_lesson(before: Progress, lesson: str) -> Progress:
    """Return where a trainee stands who has read one more lesson."""
    read = {lesson}.union(*(each.read for each in before.stages))
    passed = {each.stage.code for each in before.stages if each.is_passed}
    return progress(before.outline, read, passed)


def newly_done(before: Progress, after: Progress) -> tuple[Stage, ...]:
    """Return the stages that are done now and were not before, in order."""
    return tuple(
        new.stage
        for old, new in zip(before.stages, after.stages, strict=True)
        if new.status is StageStatus.DONE and old.status is not StageStatus.DONE
    )


def _share(done: int, steps: int) -> int:
    return 100 * done // steps if steps else 0


def enrolment_status(*, is_completed: bool, due_on: date | None, today: date) -> EnrolmentStatus:
    """Return where a run stands on a date; the due date itself is still in time."""
    if is_completed:
        return EnrolmentStatus.COMPLETED
    if due_on is None:
        return EnrolmentStatus.OPEN
    left = (due_on - today).days
    if left < 0:
        return EnrolmentStatus.OVERDUE
    return EnrolmentStatus.DUE_SOON if left <= DUE_SOON_DAYS else EnrolmentStatus.OPEN


def week_of(opened_on: date, today: date) -> int:
    """Return in which week of a run a day lies, from 1."""
    return max(0, (today - opened_on).days) // 7 + 1
