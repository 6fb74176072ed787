"""An import leaves alone what was made on a page, and refuses a file that would take its place."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certificates import defining, kinds, making, queries, services, versions
from lms.core import content
from lms.core.content import ContentRefusedError, Counts, Tree
from tests import content_tree, factories
from tests.content_tree import put, swap
from tests.factories import NOON

FILE = "certificates/whole.yaml"
OTHER = content_tree.CERTIFICATE | {
    "code": "other",
    "prefix": "OTR",
    "earned": [{"programme": "basics"}],
}


@pytest.fixture
def root(app: Flask, session: Session, tmp_path: Path) -> Path:
    return content_tree.make(tmp_path / "content")


@pytest.fixture
def made(root: Path, admin: Person) -> dict[str, Any]:
    """What a kind says that was made on a page, after a first import, and published."""
    bring_in(root)
    settings = {**OTHER, "title": dict(OTHER["title"])}
    making.start(settings, actor=admin, at=NOON)
    defining.publish_draft("other", note="", actor=admin, at=NOON)
    return settings


def bring_in(root: Path) -> Counts:
    return content.bring_in(Tree(root), at=NOON)["certificates"]


def refusals(root: Path) -> list[tuple[str, str]]:
    with pytest.raises(ContentRefusedError) as caught:
        bring_in(root)
    return [(each.file, each.code) for each in caught.value.findings]


def test_it_is_left_alone(root: Path, made: dict[str, Any]) -> None:
    counts = bring_in(root)
    assert (counts.same, counts.gone) == (1, [])
    assert [each.code for each in queries.definitions()] == ["other", "whole"]
    row = queries.definition_with("other")
    assert row is not None
    assert row.settings == made


@pytest.mark.usefixtures("made")
def test_a_file_of_the_same_code_is_refused_and_nothing_is_brought_in(root: Path) -> None:
    put(root, "certificates/other.yaml", OTHER | {"validity_months": 36})
    swap(root, FILE, "validity_months: 24", "validity_months: 12")
    with pytest.raises(ContentRefusedError) as caught:
        bring_in(root)
    (finding,) = caught.value.findings
    assert (finding.file, finding.code) == ("certificates/other.yaml", "taken-code")
    assert finding.line
    assert "other was made on a page" in finding.message
    whole = queries.definition_with("whole")
    assert whole is not None
    assert whole.settings["validity_months"] == 24


def test_a_draft_is_not_overrun_either(root: Path, admin: Person) -> None:
    bring_in(root)
    making.start(dict(OTHER), actor=admin, at=NOON)
    put(root, "certificates/other.yaml", OTHER)
    assert refusals(root) == [("certificates/other.yaml", "taken-code")]
    defining.discard_draft("other", actor=admin)
    assert bring_in(root).added == 1


@pytest.mark.usefixtures("made")
def test_a_file_with_its_letters_is_refused(root: Path) -> None:
    third = {name: value for name, value in OTHER.items() if name != "earned"}
    put(root, "certificates/third.yaml", third | {"code": "third"})
    assert refusals(root) == [("certificates/third.yaml", "taken-prefix")]
    swap(root, "certificates/third.yaml", "prefix: OTR", "prefix: TH")
    assert bring_in(root).added == 1


def test_letters_that_another_gave_out_are_refused(root: Path, trainee: Person) -> None:
    bring_in(root)
    services.award("whole", factories.enrolment(trainee, factories.programme()), stage=None)
    swap(root, FILE, "prefix: WH", "prefix: NEW")
    put(root, "certificates/other.yaml", OTHER | {"prefix": "WH"})
    assert refusals(root) == [("certificates/other.yaml", "taken-prefix")]


def test_what_was_exported_says_what_is_there_already(
    root: Path, made: dict[str, Any], tmp_path: Path, admin: Person
) -> None:
    making.start({**made, "code": "draft", "prefix": "DR"}, actor=admin, at=NOON)
    out = tmp_path / "out"
    content.write_out(out)
    names = sorted(path.name for path in (out / "certificates").iterdir())
    assert names == ["other.yaml", "whole.yaml"]  # a draft is nobody's certificate
    (root / FILE).write_bytes((out / FILE).read_bytes())
    put(root, "certificates/other.yaml", (out / "certificates/other.yaml").read_bytes())
    assert content_tree.codes(root) == set()
    assert bring_in(root).same == 2
    row = kinds.kind_with("other")
    assert row is not None
    assert len(versions.history(row)) == 1


@pytest.mark.parametrize(
    ("earned", "code"),
    [
        ([{"programme": "nothing"}], "unknown-programme"),
        ([{"programme": "basics", "stage": "nothing"}], "unknown-stage"),
        ([{"exam": "nothing"}], "unknown-exam"),
        ([{"exam": "stage-1", "programme": "basics"}], "bad-source"),
        ([{"stage": "first"}], "bad-source"),
        ([{"exam": "stage-1", "stage": "first"}], "bad-source"),
        ([{"exam": "stage-1", "score": 80}], "unknown-field"),
        (["basics"], "wrong-type"),
    ],
)
def test_each_mistake_in_what_earns_it_has_its_code(root: Path, earned: Any, code: str) -> None:
    put(root, "certificates/other.yaml", OTHER | {"earned": earned})
    assert code in content_tree.codes(root)


def test_what_earns_it_may_stand_in_its_file(root: Path) -> None:
    sources = [{"programme": "basics"}, {"programme": "basics", "stage": "first"},
               {"exam": "stage-1"}]  # fmt: skip
    put(root, "certificates/other.yaml", OTHER | {"earned": sources})
    assert content_tree.codes(root) == set()
    assert bring_in(root).added == 2
    row = queries.definition_with("other")
    assert row is not None
    assert row.settings["earned"] == sources


@pytest.mark.parametrize(
    ("old", "new"), [("prefix: WH", "prefix: SAMPLE"), ("code: whole", "code: new")]
)
def test_what_pages_need_is_not_free(root: Path, old: str, new: str) -> None:
    assert "reserved" in content_tree.codes(swap(root, FILE, old, new))
