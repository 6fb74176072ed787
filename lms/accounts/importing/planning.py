"""What each row would do: compared with the others, and with what the database knows. Pure."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches

from lms.accounts.importing import lines
from lms.accounts.importing.columns import Field
from lms.accounts.importing.known import Known, Snapshot
from lms.accounts.importing.planned import Planned
from lms.accounts.importing.reading import Candidate

COMPARED = (Field.STAFF_NO, Field.NAME, Field.LATIN_NAME, Field.EMAIL, Field.LOGIN, Field.LOCALE)
"""Columns of the file that are columns of the table, under the same name."""
SIGN_IN = frozenset({Field.EMAIL, Field.LOGIN})


def plan(candidates: Sequence[Candidate], known: Snapshot) -> list[Planned]:
    """Decide what every row would do. Rows with problems do nothing.

    Args:
        candidates: the rows, as they were read; what is found wrong is noted on them.
        known: what the database says.
    """
    planned = [Planned(row) for row in candidates]
    _note_doubles(candidates)
    for each in planned:
        each.known = _match(each.row, known)
        _check_taken(each, known)
        _check_rights(each, known)
        _find_unit(each, known)
        _find_programme(each, known)
    lines.check(planned, known)
    for each in planned:
        if not each.row.problems and each.known is not None:
            each.changes = _changes(each, each.known, known)
    return planned


def _note_doubles(candidates: Sequence[Candidate]) -> None:
    """Note what stands in several rows but may stand once: all of them, for who knows which."""
    keys: Mapping[Field, Callable[[Candidate], str]] = {
        Field.STAFF_NO: lambda row: row.get(Field.STAFF_NO),
        Field.EMAIL: lambda row: row.get(Field.EMAIL),
        Field.LOGIN: lambda row: row.login,
    }
    for name, key in keys.items():
        rows: dict[str, list[Candidate]] = defaultdict(list)
        for row in candidates:
            rows[key(row)].append(row)
        for value, same in rows.items():
            if value and len(same) > 1:
                _note_double(name, value, same)


def _note_double(name: Field, value: str, same: Sequence[Candidate]) -> None:
    numbers = [str(each.number) for each in same]
    for place, row in enumerate(same):
        if any(each.code == "double" for each in row.problems):
            continue  # a sign-in name that is a mail address: once is enough
        others = numbers[:place] + numbers[place + 1 :]
        said = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")  # noqa: PLR2004
        row.wrong(name, "double", value=value, rows=said)


def _match(row: Candidate, known: Snapshot) -> Known | None:
    """Return who a row is about: by staff number, else by mail address or sign-in name.

    Someone whose staff number is not known yet is found by the latter and gets it.
    """
    staff_no = row.get(Field.STAFF_NO)
    if staff_no and (found := known.by_staff_no.get(staff_no)):
        return found
    found = known.by_email.get(row.get(Field.EMAIL)) or known.by_login.get(row.login)
    if found is None or (staff_no and found.staff_no and found.staff_no != staff_no):
        return None
    return found


def _check_taken(each: Planned, known: Snapshot) -> None:
    """Note values that belong to someone else."""
    row, person_id = each.row, each.known.id if each.known else None
    if SIGN_IN & {problem.field for problem in row.problems}:
        return
    held = {Field.EMAIL: known.by_email.get(row.get(Field.EMAIL))}
    if each.known is None or row.get(Field.LOGIN):
        held[Field.LOGIN] = known.by_login.get(row.login)
    for name, holder in held.items():
        if holder is not None and holder.id != person_id:
            row.wrong(name, "taken", value=row.get(name) or row.login)
            return


def _check_rights(each: Planned, known: Snapshot) -> None:
    """Note people whom the file's bringer may not change, or not in this way."""
    row, person = each.row, each.known
    if person is None:
        if known.scope is not None and Field.UNIT not in row.values:
            row.wrong(Field.UNIT, "unit-needed")
        return
    if known.scope is not None and person.unit_id not in known.scope:
        row.wrong("", "not-yours")
    elif person.deactivated_at is not None:
        row.wrong("", "deactivated")
    elif known.is_limited and person.id in known.more_than_trainees:
        for name in SIGN_IN:
            if row.get(name) and row.get(name) != (getattr(person, name) or ""):
                row.wrong(name, "sign-in-protected")


def _find_unit(each: Planned, known: Snapshot) -> None:
    if not (text := each.row.get(Field.UNIT)):
        return
    found = known.units.find(text)
    each.unit_id = found.id
    if found.id is None:
        each.row.wrong(Field.UNIT, found.code, **found.values)


def _find_programme(each: Planned, known: Snapshot) -> None:
    if not (text := each.row.get(Field.PROGRAMME)):
        return
    row, person = each.row, each.known
    code = known.programmes.get(text.lower())
    if code is None:
        near = get_close_matches(text.lower(), known.programmes, n=1)
        names = ", ".join(sorted(known.programmes.values())[:5])
        nearest = known.programmes[near[0]] if near else names or "–"
        row.wrong(Field.PROGRAMME, "unknown-programme", value=text, nearest=nearest)
    elif person is None:
        each.programme = code
    elif (person.id, code) in known.runs:
        due_on = known.runs[person.id, code]
        if row.due_on and row.due_on != due_on:
            row.wrong(Field.DUE_ON, "due-fixed", due=_day(due_on))
    elif person.id not in known.trainees:
        row.wrong(Field.PROGRAMME, "no-trainee")
    else:
        each.programme = code


def _changes(each: Planned, person: Known, known: Snapshot) -> list[tuple[str, str, str]]:
    """Return what would be different. An empty cell leaves what there is."""
    row = each.row
    found = [
        (str(name), getattr(person, name) or "", row.values[name])
        for name in COMPARED
        if name in row.values and row.values[name] != (getattr(person, name) or "")
    ]
    if each.unit_id is not None and each.unit_id != person.unit_id:
        paths = known.units.paths
        found.append((str(Field.UNIT), paths.get(person.unit_id or 0, ""), paths[each.unit_id]))
    boss = known.people.get(person.manager_id or 0)
    if each.manager and (boss is None or boss.staff_no != each.manager):
        found.append(
            (str(Field.MANAGER), (boss.staff_no or boss.name) if boss else "", each.manager)
        )
    if each.programme:
        due = f" ({_day(row.due_on)})" if row.due_on else ""
        found.append((str(Field.PROGRAMME), "", each.programme + due))
    return found


def arrival(each: Planned, known: Snapshot) -> list[tuple[str, str, str]]:
    """Return what would be written of a new person, beside name and staff number: for showing."""
    row = each.row
    said = {name: row.get(name) for name in Field if name not in {Field.NAME, Field.STAFF_NO}}
    said[Field.LOGIN] = row.login
    said[Field.UNIT] = known.units.paths[each.unit_id] if each.unit_id else ""
    said[Field.DUE_ON] = _day(row.due_on) if row.due_on else ""
    return [(str(name), "", value) for name, value in said.items() if value]


def _day(day: date | None) -> str:
    return day.isoformat() if day else "–"
