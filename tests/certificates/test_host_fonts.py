"""Whatever fonts a host has, a certificate is printed in ours or not at all."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import document, look as looks, queries, specimen
from lms.core import clock, pdf, pdf_structure, queue
from lms.core.db import db, transaction
from lms.core.queue import Job, JobState
from lms.notifications.models import Message
from tests import factories

HEBREW, ARABIC, THAI = "עדי", "علي", "สมชาย"


@pytest.fixture(autouse=True)
def _host_can_make_pdfs() -> None:
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


@pytest.mark.parametrize("name", [HEBREW, ARABIC, THAI, "Ana 🀄"])
@pytest.mark.parametrize("design", looks.DESIGNS)
@pytest.mark.usefixtures("session")
def test_a_name_that_no_font_of_ours_has(name: str, design: str) -> None:
    """The host of this test may have a font for it, or none: the answer is the same."""
    with pytest.raises(document.NoGlyphError) as refused:
        document.final(specimen.snapshot(name, ""), (), looks.Look(design=design))
    missing = pdf.missing_glyphs(name)
    assert missing
    assert all(f"{each} (U+{ord(each):04X})" in str(refused.value) for each in missing)


@pytest.mark.usefixtures("session")
def test_a_host_s_font_in_the_file_is_noticed_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is where a host has a font, and one of ours lies about what it can show."""
    monkeypatch.setattr(pdf_structure, "fonts", lambda _content: ["DejaVu-Sans", "Stairway-Kai"])
    with pytest.raises(document.NoGlyphError, match="DejaVu-Sans"):
        document.final(specimen.snapshot("张思远", ""))


@pytest.mark.parametrize(("name", "latin"), specimen.WORST)
@pytest.mark.usefixtures("session")
def test_the_worst_names_that_we_can_print_are_printed(name: str, latin: str) -> None:
    content = document.final(specimen.snapshot(name, latin))
    assert {each.partition("-")[0] for each in pdf_structure.fonts(content)} == {"Stairway"}


@pytest.mark.parametrize(
    "changes",
    [
        {"transcript": [{"kind": "stage", "zh": HEBREW, "en": "x", "hours": "", "score": ""}]},
        {"stages": [{"zh": "x", "en": ARABIC, "state": "done"}]},
        {"programme_en": THAI},
    ],
)
@pytest.mark.usefixtures("session")
def test_what_stands_in_rows_and_stages_is_looked_at_too(changes: dict[str, Any]) -> None:
    sample = {**specimen.snapshot("张思远", ""), **changes}
    assert document.unprintable(sample, looks.Look())


class TestIssued:
    def test_it_is_not_signed_and_a_person_is_told_which_character(
        self, admin: Person, trainee: Person
    ) -> None:
        row = factories.certificate(trainee, at=clock.now())
        with transaction():
            row.snapshot = {**row.snapshot, "name": HEBREW}
        for hours in (1, 3):
            at = clock.now() + timedelta(hours=hours)
            while queue.run_one(at=at):
                pass
        assert queries.pdf_of(row.id) is None
        db.session.expire_all()
        job = db.session.scalars(select(Job).filter_by(name="certificates.render")).one()
        assert job.state is JobState.DEAD
        told = db.session.scalars(select(Message)).one()
        assert told.person_id == admin.id
        assert "no font of the certificates" in told.body
        assert "ע (U+05E2)" in told.body
        assert "issue it anew" in told.body
