"""Who reports to whom: managers that a file names are looked up, and circles are found. Pure."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from lms.accounts.importing.columns import Field
from lms.accounts.importing.known import Snapshot
from lms.accounts.importing.planned import Planned

LONGEST_SHOWN = 6
"""People of a circle that a sentence names."""


def check(planned: Sequence[Planned], known: Snapshot) -> None:
    """Note managers that are unknown, have left, are wrong rows themselves, or go in a circle.

    A row with a problem is not brought in, so that whoever it names keeps the manager they have:
    each round takes that into account, until a round finds nothing.
    """
    named = [each for each in planned if each.row.get(Field.MANAGER)]
    if not named:
        return
    rows = _by_staff_no(planned)
    for each in named:
        _look_up(each, rows, known)
    while _note_wrong_rows(planned, rows, known) or _note_circles(planned, rows, known):
        pass


def spread(planned: Sequence[Planned], known: Snapshot) -> None:
    """Note rows whose manager was found wrong since `check`."""
    _note_wrong_rows(planned, _by_staff_no(planned), known)


def _by_staff_no(planned: Sequence[Planned]) -> dict[str, Planned]:
    rows = {each.row.get(Field.STAFF_NO): each for each in planned}
    rows.pop("", None)
    return rows


def _look_up(each: Planned, rows: Mapping[str, Planned], known: Snapshot) -> None:
    each.manager = each.row.get(Field.MANAGER)
    boss = known.by_staff_no.get(each.manager)
    own = each.row.get(Field.STAFF_NO) or (each.known.staff_no if each.known else None)
    if each.manager == own:
        each.row.wrong(Field.MANAGER, "own-manager")
    elif boss is not None and boss.deactivated_at is not None:
        each.row.wrong(Field.MANAGER, "manager-left", value=each.manager)
    elif boss is None and each.manager not in rows:
        each.row.wrong(Field.MANAGER, "unknown-manager", value=each.manager)


def _note_wrong_rows(
    planned: Sequence[Planned], rows: Mapping[str, Planned], known: Snapshot
) -> bool:
    """Note rows whose manager would come with a row that is wrong, and so on down the line.

    Returns:
        Whether there are any.
    """
    reports: dict[str, list[Planned]] = defaultdict(list)
    for each in planned:
        if each.manager in rows and each.manager not in known.by_staff_no:
            reports[each.manager].append(each)
    wrong = deque(each for each in planned if each.row.problems)
    found = False
    while wrong:
        boss = wrong.popleft()
        for each in reports.get(boss.row.get(Field.STAFF_NO), ()):
            if not each.row.problems:
                each.row.wrong(Field.MANAGER, "manager-wrong", row=boss.row.number)
                wrong.append(each)
                found = True
    return found


def _note_circles(planned: Sequence[Planned], rows: Mapping[str, Planned], known: Snapshot) -> bool:
    """Note the rows that close a circle. Returns whether there are."""
    above = {
        _id(each.id): _id(each.manager_id) for each in known.people.values() if each.manager_id
    }
    right: dict[str, Planned] = {}
    for each in planned:
        if each.manager and not each.row.problems:
            boss = known.by_staff_no.get(each.manager)
            right[_own(each)] = each
            above[_own(each)] = _id(boss.id) if boss else _own(rows[each.manager])
    found = False
    for circle in _circles(above):
        closing = [name for name in circle if name in right]
        for name in closing:
            right[name].row.wrong(
                Field.MANAGER, "manager-circle", chain=_chain(circle, right, known)
            )
        found = found or bool(closing)
    return found


def _chain(circle: Sequence[str], right: Mapping[str, Planned], known: Snapshot) -> str:
    """Return a circle as people read it: by staff numbers or names."""
    shown = []
    for key in circle[:LONGEST_SHOWN]:
        if key in right:
            shown.append(right[key].row.get(Field.STAFF_NO) or right[key].row.get(Field.NAME))
        else:
            person = known.people[int(key.removeprefix("#"))]
            shown.append(person.staff_no or person.name)
    more = ["…"] if len(circle) > LONGEST_SHOWN else []
    return " → ".join([*shown, *more, shown[0]])


def _own(each: Planned) -> str:
    return f"row {each.row.number}" if each.known is None else _id(each.known.id)


def _id(person_id: int | None) -> str:
    return f"#{person_id}"


def _circles(above: Mapping[str, str]) -> list[list[str]]:
    """Return the circles of a graph in which everyone has one superior at most."""
    circles: list[list[str]] = []
    finished: set[str] = set()
    for start in above:
        way: dict[str, int] = {}
        here: str | None = start
        while here is not None and here not in finished and here not in way:
            way[here] = len(way)
            here = above.get(here)
        if here is not None and here in way:
            circles.append(list(way)[way[here] :])
        finished.update(way)
    return circles
