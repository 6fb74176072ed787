"""Files with people, for tests: rows as HR would type them, and what is found in them."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from flask_babel import force_locale

from lms.accounts.importing import bringing, words
from lms.accounts.importing.bringing import Check
from lms.accounts.policies import Actor

HEADER = ("Staff number", "Name", "Mail address", "Unit")
Rows = Sequence[Sequence[Any]]


def csv(rows: Rows, header: Sequence[str] = HEADER) -> bytes:
    """A CSV in UTF-8."""
    lines = [header, *rows]
    return "\n".join(",".join(map(str, each)) for each in lines).encode()


def xlsx(rows: Rows, header: Sequence[str] = HEADER) -> bytes:
    """A workbook with one sheet."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([header, *rows]):
            sheet.write_row(number, 0, row)
    return target.getvalue()


def check(*rows: Sequence[Any], header: Sequence[str] = HEADER, actor: Actor = None) -> Check:
    """What a file with these rows would do."""
    return bringing.check(csv(rows, header), "people.csv", actor=actor)


def problems(checked: Check) -> list[tuple[int, str, str]]:
    """Row, field and code of everything that is wrong; each is a sentence in both languages."""
    found = []
    for each in checked.planned:
        for problem in each.problems:
            for language in ("en", "zh"):
                with force_locale(language):
                    assert words.problem(problem.code, problem.values)
            found.append((each.row.number, problem.field, problem.code))
    return found


def verdicts(checked: Check) -> list[str]:
    """What each row would do."""
    return [each.verdict.value for each in checked.planned]
