"""The columns of a file with people, and the headers under which they are recognised. Pure."""

import enum
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.accounts.errors import PeopleFileError
from lms.core.spreadsheets import Cell, Sheet, column_letters

LOOKED_AT = 10
"""Rows in which the header is looked for: titles and remarks may stand above it."""


class Field(enum.StrEnum):
    """What a column says about a person."""

    STAFF_NO = "staff_no"
    NAME = "name"
    LATIN_NAME = "latin_name"
    EMAIL = "email"
    LOGIN = "login"
    UNIT = "unit"
    MANAGER = "manager"
    LOCALE = "locale"
    PROGRAMME = "programme"
    DUE_ON = "due_on"


HEADERS: Mapping[Field, tuple[str, ...]] = {
    Field.STAFF_NO: (
        "工号", "员工编号", "员工号", "人员编号", "职工号",
        "staff number", "staff no", "employee number", "employee no", "employee id", "staff id",
    ),
    Field.NAME: ("姓名", "名字", "员工姓名", "name", "full name"),
    Field.LATIN_NAME: (
        "姓名（拉丁字母）", "拉丁字母姓名", "姓名拼音", "拼音", "英文名", "英文姓名",
        "name in latin letters", "latin name", "english name", "pinyin",
    ),
    Field.EMAIL: (
        "邮箱", "电子邮箱", "电子邮件", "邮件", "邮件地址", "邮箱地址",
        "mail address", "mail", "email", "e-mail", "email address", "e-mail address",
    ),
    Field.LOGIN: (
        "登录名", "用户名", "账号", "登录账号", "sign-in name", "login", "login name", "user name",
    ),
    Field.UNIT: (
        "组织单位", "单位", "部门", "所属部门", "组织", "单位代码", "部门代码", "部门编码",
        "unit", "unit code", "department", "organisation unit", "organization unit",
    ),
    Field.MANAGER: (
        "主管工号", "上级工号", "直属上级工号", "直接上级工号", "主管", "上级",
        "manager's staff number", "manager staff number", "manager", "manager no", "reports to",
    ),
    Field.LOCALE: ("语言", "邮件语言", "language", "language of mails", "locale"),
    Field.PROGRAMME: (
        "培训项目", "培训项目代码", "项目代码", "培训代码",
        "programme", "programme code", "program", "program code",
    ),
    Field.DUE_ON: (
        "完成期限", "截止日期", "到期日", "应完成日期", "期限", "due date", "due on", "due", "deadline",
        "to be completed by",
    ),
}  # fmt: skip
"""In both languages; blanks, case, punctuation and what stands in brackets do not matter."""

IDENTITY = (Field.STAFF_NO, Field.EMAIL, Field.LOGIN)
"""By one of these a row says who it is about."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is what."""

    row: int
    """Number of the header's row."""
    places: Mapping[Field, int]
    """Field -> column from 0."""
    unknown: tuple[str, ...]
    """Headers that mean nothing here, such as ``F: Remarks``; their columns are not read."""

    def letters(self, field: Field) -> str:
        """Return what the sheet calls a column; empty if the file has none for the field."""
        return column_letters(self.places[field] + 1) if field in self.places else ""


def columns_of(sheet: Sheet) -> Columns:
    """Find the header of a sheet.

    Raises:
        PeopleFileError: there is none, a column stands twice, or one that is needed is missing.
    """
    for number, cells in sheet.rows[:LOOKED_AT]:
        known = [_field(cell) for cell in cells]
        if Field.NAME in known or sum(each is not None for each in known) > 1:
            return _checked(number, cells, known)
    raise PeopleFileError("no-header")


def _checked(number: int, cells: Sequence[Cell], known: Sequence[Field | None]) -> Columns:
    places: dict[Field, int] = {}
    for place, field in enumerate(known):
        if field is None:
            continue
        if field in places:
            both = (column_letters(places[field] + 1), column_letters(place + 1))
            raise PeopleFileError("double-column", first=both[0], second=both[1])
        places[field] = place
    if Field.NAME not in places:
        raise PeopleFileError("no-name-column")
    if not places.keys() & set(IDENTITY):
        raise PeopleFileError("no-identity-column")
    unknown = tuple(
        f"{column_letters(place + 1)}: {str(cell)[:40]}"
        for place, (cell, field) in enumerate(zip(cells, known, strict=True))
        if field is None and cell is not None
    )
    return Columns(number, places, unknown)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


_FIELDS = {_bare(name): field for field, names in HEADERS.items() for name in names}


def _field(cell: Cell) -> Field | None:
    if not isinstance(cell, str):
        return None
    without_brackets = re.sub(r"[(（\[【].*?[)）\]】]", "", cell)
    return _FIELDS.get(_bare(cell)) or _FIELDS.get(_bare(without_brackets))
