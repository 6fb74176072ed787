"""What the import says: names of columns, and what is wrong in a cell and what to do about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import LazyString, lazy_gettext as _

from lms.accounts.importing.columns import Field
from lms.accounts.rules import Verdict

COLUMNS: Mapping[Field, LazyString] = {
    Field.STAFF_NO: _("Staff number"),
    Field.NAME: _("Name"),
    Field.LATIN_NAME: _("Name in Latin letters"),
    Field.EMAIL: _("Mail address"),
    Field.LOGIN: _("Sign-in name"),
    Field.UNIT: _("Unit"),
    Field.MANAGER: _("Manager's staff number"),
    Field.LOCALE: _("Language"),
    Field.PROGRAMME: _("Programme"),
    Field.DUE_ON: _("To be completed by"),
}
"""As the template heads them; `columns.HEADERS` knows each of these in both languages."""

NOTES: Mapping[Field, LazyString] = {
    Field.STAFF_NO: _("Tells people apart. Format the column as text, so that leading zeros stay."),
    Field.NAME: _("Needed in each row."),
    Field.LATIN_NAME: _("As it shall stand on certificates in English. May be empty."),
    Field.EMAIL: _("Invitations go there. Without one, the link is shown to be passed on."),
    Field.LOGIN: _("What the person types to sign in. Empty: the mail address, else the staff number."),
    Field.UNIT: _("Its code, or its name, or the path of names such as Company / Service / North."),
    Field.MANAGER: _("Of someone who is in the file or known already. May be empty."),
    Field.LOCALE: _("中文 or English: of mails and, at first, of pages."),
    Field.PROGRAMME: _("Code of the programme to enrol in. Whoever takes it already stays as they are."),
    Field.DUE_ON: _("Last day on which it is in time, such as 2026-12-01. Only with a programme."),
}  # fmt: skip
"""What goes into each column: for the template's second sheet."""

VERDICTS: Mapping[Verdict, LazyString] = {
    Verdict.NEW: _("New"),
    Verdict.CHANGED: _("Changed"),
    Verdict.SAME: _("Unchanged"),
    Verdict.ERROR: _("Needs correcting"),
}

PROBLEMS: Mapping[str, LazyString] = {
    "missing": _("This is empty. Fill it in."),
    "no-identity": _(
        "Staff number, mail address and sign-in name are all empty. Fill in one of them."
    ),
    "too-long": _("This has %(length)d characters; %(most)d at most. Shorten it."),
    "rounded-number": _(
        "The spreadsheet has rounded this long number. Format the column as text and type it again."
    ),
    "became-a-date": _(
        "The spreadsheet has made a date or time of this. Format the column as text and type it "
        "again."
    ),
    "formula-text": _("This begins with “=”. Formulas are not taken in: type the value."),
    "formula-error": _("The formula here ends in an error. Correct it, or type the value."),
    "formula-empty": _(
        "The formula here has no saved result. Open the file in Excel or WPS, save it there and "
        "upload it again."
    ),
    "merged": _("Cells %(range)s are merged. Unmerge them and fill in every row."),
    "bad-mail": _("“%(value)s” is no mail address. One looks like name@example.com."),
    "unknown-language": _("“%(value)s” is no language of this site. Write 中文 or English."),
    "double": _(
        "“%(value)s” stands in row %(rows)s as well. It may stand once: correct it, or delete the "
        "rows that are too many."
    ),
    "taken": _(
        "“%(value)s” is in use by someone else already. Correct it; if it is right, ask an "
        "administrator."
    ),
    "not-yours": _(
        "This person is not in your part of the organisation. Leave the row out, or pass it on to "
        "whoever is responsible."
    ),
    "deactivated": _(
        "This person is deactivated. Reactivate them on their page first, or leave the row out."
    ),
    "sign-in-protected": _(
        "This person is more than a trainee here, so only an administrator may change how they "
        "sign in. Leave the cell empty."
    ),
    "unit-needed": _("Write one of your units here: you can add people only there."),
    "unknown-unit": _("There is no unit “%(value)s” in your part of the organisation. Write the code of one."),
    "unknown-unit-near": _(
        "There is no unit “%(value)s” in your part of the organisation. Did you mean %(nearest)s?"
    ),
    "many-units": _(
        "Several units are called “%(value)s”: %(paths)s. Write the code or the whole path."
    ),
    "unknown-manager": _(
        "Nobody has the staff number %(value)s. Correct it, or add that person to the file."
    ),
    "own-manager": _("Nobody is their own manager. Write another staff number, or nothing."),
    "manager-left": _("%(value)s is deactivated. Name another manager, or nobody."),
    "manager-wrong": _("The manager stands in row %(row)s, which is wrong. Correct that one first."),
    "manager-circle": _("These are each other's managers: %(chain)s. Correct one of them."),
    "unknown-programme": _("There is no programme “%(value)s”. Did you mean %(nearest)s?"),
    "due-alone": _("A date without a programme. Fill in the programme, or empty this cell."),
    "due-fixed": _(
        "They take this programme already, due on %(due)s; an import changes no due date. Empty "
        "the cell."
    ),
    "no-trainee": _(
        "This person is no trainee, so they cannot take a programme. Empty the cell, or ask an "
        "administrator for the role."
    ),
    "bad-date": _("“%(value)s” is no date. Write it as 2026-12-01."),
    "ambiguous-date": _("“%(value)s” can be read as two different days. Write it as 2026-12-01."),
    "no-such-day": _("There is no such day as “%(value)s”. Correct it."),
    "far-date": _("“%(value)s” lies outside the years 2000 to 2100. Correct it."),
    "moved-on": _(
        "What is known of this person has changed since the check, so the row was left out. "
        "Upload the file again to see what it would do now."
    ),
}  # fmt: skip


def problem(code: str, values: Mapping[str, Any]) -> str:
    """Return what is wrong and what to do, in the language at hand."""
    return str(PROBLEMS[code]) % values


def column(field: str, letters: Mapping[str, str]) -> str:
    """Return what a column is called, with its letter, such as ``D · Mail address``."""
    if not field:
        return ""
    name = str(COLUMNS[Field(field)])
    return f"{letters[field]} · {name}" if letters.get(field) else name


def problems(detail: Sequence[Any], letters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the problems of a stored row, from left to right: column and sentence each."""

    def place(each: Any) -> tuple[int, str]:
        letter = letters.get(each[0], "")
        return len(letter), letter

    return [
        (column(field, letters), problem(code, values))
        for field, code, values in sorted(detail, key=place)
    ]


def changes(detail: Sequence[Any]) -> list[tuple[str, str, str]]:
    """Return the changes of a stored row: column, old and new value each."""
    return [(str(COLUMNS[Field(field)]), old, new) for field, old, new in detail]
