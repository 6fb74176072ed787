"""Kinds of certificates from files, and back."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certificates import versions
from lms.certificates.models import CertificateDefinition
from lms.core import content
from lms.core.content import Counts, Tree
from tests import content_tree
from tests.content_tree import put, swap
from tests.factories import NOON

FILE = "certificates/whole.yaml"


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    return content_tree.make(tmp_path / "content")


def bring_in(root: Path) -> Counts:
    return content.bring_in(Tree(root), at=NOON)["certificates"]


def definition(session: Session, code: str = "whole") -> CertificateDefinition:
    return session.scalars(select(CertificateDefinition).filter_by(code=code)).one()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("code: whole", "code: half", "wrong-name"),
        ("code: whole", "code: half", "unknown-certificate"),
        ("prefix: WH", "prefix: W-H", "bad-code"),
        ("prefix: WH", "prefix: TOOLONGAPREFIX", "bad-code"),
        ("validity_months: 24\n", "", "missing-field"),
        ("validity_months: 24", "validity_months: 0", "out-of-range"),
        ("validity_months: 24", "validity_days: 30\nrenewal_days: 30", "longer-than-term"),
        ("validity_months: 24", "validity_months: 24\nvalidity_days: 30", "two-terms"),
        ("validity_months: 24", "valid_to: 02-30", "bad-day"),
        ("validity_months: 24", "validity_months: 24\nanchor: hire", "not-a-choice"),
        ("validity_months: 24", "validity_months: 24\nlate: never", "not-a-choice"),
        ("validity_months: 24", "validity_months: 24\ngrace_days: '9'", "wrong-type"),
        ("validity_months: 24", "validity_months: 24\nscore: 101", "out-of-range"),
        ("validity_months: 24", "validity_months: 24\nrefresher: none", "unknown-programme"),
        ("en: Certificate", "en: '{{sla.first}}'", "variable-in-title"),
        ("prefix: WH", "prefix: WH\ncolour: red", "unknown-field"),
    ],
)
def test_each_mistake_has_its_code(root: Path, old: str, new: str, code: str) -> None:
    assert code in content_tree.codes(swap(root, FILE, old, new))


def test_a_prefix_is_used_once_and_a_definition_at_all(root: Path) -> None:
    put(root, "certificates/other.yaml", content_tree.CERTIFICATE | {"code": "other"})
    assert content_tree.codes(root) == {"duplicate-id", "unused"}


def test_a_stage_may_award_one_too(root: Path) -> None:
    swap(root, "programmes/basics.yaml", "exam: stage-1", "certificate: first\n  exam: stage-1")
    found = content_tree.findings(root)
    assert [(each.code, each.line) for each in found] == [("unknown-certificate", 15)]


def test_one_that_does_not_expire_says_so(root: Path, session: Session) -> None:
    swap(root, FILE, "validity_months: 24", "validity_months: null")
    bring_in(root)
    assert definition(session).settings["validity_months"] is None


def test_a_change_keeps_the_numbers_that_were_given_out(root: Path, session: Session) -> None:
    assert bring_in(root).added == 1
    row = definition(session)
    row.issued = 41
    session.commit()
    swap(root, FILE, "validity_months: 24", "validity_months: 12")
    assert bring_in(root).changed == 1
    session.expire_all()
    assert (definition(session).settings["validity_months"], definition(session).issued) == (12, 41)
    assert bring_in(root).same == 1


def test_two_may_exchange_their_prefixes(root: Path, session: Session) -> None:
    put(root, "certificates/b.yaml", content_tree.CERTIFICATE | {"code": "b", "prefix": "BB"})
    bring_in(root)
    swap(root, FILE, "prefix: WH", "prefix: BB")
    swap(root, "certificates/b.yaml", "prefix: BB", "prefix: WH")
    assert bring_in(root).changed == 2
    assert definition(session).prefix == "BB"


def test_each_changed_file_is_a_version_and_what_was_published_on_the_page_stands(
    root: Path, session: Session
) -> None:
    bring_in(root)
    row = definition(session)
    edited = {**row.settings, "validity_months": 36}
    versions.publish(row, edited, at=NOON, note="by hand")
    session.commit()
    assert bring_in(root).same == 1
    assert definition(session).settings["validity_months"] == 36
    swap(root, FILE, "validity_months: 24", "validity_days: 400")
    assert bring_in(root).changed == 1
    said = [(each.number, each.note) for each in versions.history(definition(session))]
    assert said == [(3, ""), (2, "by hand"), (1, "")]
    assert definition(session).settings["validity_days"] == 400


def test_one_that_vanished_stays_and_is_named(root: Path, session: Session) -> None:
    put(root, "certificates/b.yaml", content_tree.CERTIFICATE | {"code": "b", "prefix": "BB"})
    bring_in(root)
    (root / "certificates/b.yaml").unlink()
    assert bring_in(root).gone == ["b"]
    assert definition(session, "b").prefix == "BB"
