"""What the state of a run allows. Each answers yes or no and changes nothing.

Who may act is decided before: by the permission table and by the queries.
"""

from lms.courses.rules import Progress


def may_enrol(latest: Progress | None) -> bool:
    """Once at a time: the first run, or another one when the latest is completed."""
    return latest is None or latest.is_completed


def may_study(progress: Progress, lesson: str) -> bool:
    """Lessons of the stages that are open; those of finished stages stay open."""
    return progress.is_lesson_open(lesson)
