"""The empty table that HR fills in: the right columns, and a second sheet that explains them."""

from pathlib import Path
from tempfile import TemporaryDirectory

from flask_babel import gettext as _

from lms.accounts.importing import words
from lms.accounts.importing.columns import Field
from lms.core.sheets_out import Column, Sheet, write_xlsx
from lms.web import i18n

NEEDED = (Field.NAME,)


def made() -> tuple[str, bytes]:
    """Return name and content of the template, in the language at hand."""
    headings = [str(words.COLUMNS[each]) for each in Field]
    people = Sheet(_("People"), [Column(each, width=18) for each in headings], [], 0)
    rows = [(str(words.COLUMNS[each]), str(words.NOTES[each])) for each in Field]
    rows += [("", each) for each in _general()]
    columns = [Column(_("Column"), width=24), Column(_("What goes into it"), width=90)]
    notes = Sheet(_("Notes"), columns, rows, len(rows))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_xlsx(path, [people, notes], zone=i18n.zone())
        return f"{_('People to import')}.xlsx", path.read_bytes()


def _general() -> list[str]:
    return [
        _("One row for each person, without empty columns between. The first sheet is read."),
        _("People are recognised by staff number, else by mail address or sign-in name: who is "
          "there already is changed, an empty cell leaves what there is."),
        _("New people become trainees. Nothing is changed before you have seen what each row "
          "would do."),
        _("At most 50,000 rows and 20 MB; XLSX, or CSV in UTF-8 or GB18030."),
    ]  # fmt: skip
