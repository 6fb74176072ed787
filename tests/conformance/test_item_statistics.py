"""Published item statistics: every number within the tolerance that its source gives."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.exams.rules.analysis import (
    analyse,
    correlation,
    covariance,
)
from lms.exams.rules.figures import Doubt, Figures, Item
from tests.corpora import STATISTICS, needs_statistics

pytestmark = needs_statistics
MOODLE = STATISTICS / "moodle"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def moodle() -> tuple[list[dict[str, str]], Figures]:
    rows = table(MOODLE / "results00.csv")
    names = [each for each in rows[0] if each.endswith(".mark")]
    return rows, analyse([Item(name, [float(row[name]) for row in rows]) for name in names])


def test_items_of_moodles_walkthrough() -> None:
    _rows, figures = moodle()
    wanted = [each for each in table(MOODLE / "qstats00.csv")
              if not each["subqname"] and not each["variant"]]  # fmt: skip
    assert len(wanted) == len(figures.items) == 7
    for row, item in zip(wanted, figures.items, strict=True):
        assert item.item_rest is not None
        assert item.efficiency is not None
        assert item.weight is not None
        assert item.sd is not None
        found = {
            "s": item.count,
            "facility": item.facility,
            "sd": item.sd,
            "effectiveweight": 100 * item.weight,
            "covariance": item.covariance,
            "markvariance": item.sd**2,
            "discriminationindex": 100 * item.item_rest,
            "covariancemax": item.greatest_covariance,
            "discriminativeefficiency": 100 * item.efficiency,
        }
        for name, value in found.items():
            assert value == pytest.approx(float(row[name]), rel=1e-5), (row["slot"], name)


def test_variances_of_the_rest() -> None:
    rows, _figures = moodle()
    for wanted in table(MOODLE / "qstats00.csv"):
        if wanted["othermarkvariance"]:
            name = f"slots.{wanted['slot']}.mark"
            rest = [sum(float(row[each]) for each in row if each.endswith(".mark"))
                    - float(row[name]) for row in rows]  # fmt: skip
            assert covariance(rest, rest) == pytest.approx(
                float(wanted["othermarkvariance"]), rel=1e-5
            )


def test_a_question_that_was_drawn_at_random() -> None:
    rows, steps = table(MOODLE / "results00.csv"), table(MOODLE / "steps00.csv")
    (wanted,) = [each for each in table(MOODLE / "qstats00.csv") if each["subqname"]]
    drawn = [row for row, step in zip(rows, steps, strict=True)
             if step["randqs.1"] == wanted["subqname"]]  # fmt: skip
    marks = [float(row["slots.1.mark"]) for row in drawn]
    # Of a question behind a random slot Moodle takes the whole score, not that of the rest.
    scores = [float(row["summarks"]) for row in drawn]
    assert len(drawn) == int(wanted["s"])
    assert sum(marks) / len(marks) == pytest.approx(float(wanted["facility"]), rel=1e-5)
    found = correlation(marks, scores)
    assert found is not None
    assert 100 * found == pytest.approx(float(wanted["discriminationindex"]), rel=1e-5)


def test_the_quiz_of_moodles_walkthrough() -> None:
    _rows, figures = moodle()
    given: dict[str, Any] = json.loads((MOODLE / "quiz00_expected.json").read_bytes())
    assert figures.alpha is not None
    found = {
        "median": figures.median,
        "avg": figures.mean,
        "standarddeviation": figures.sd,
        "skewness": figures.skewness,
        "kurtosis": figures.kurtosis,
        "cic": 100 * figures.alpha,
        "errorratio": 100 * (1 - figures.alpha) ** 0.5,
        "standarderror": figures.sem,
    }
    for name, wanted in given["expected"].items():
        assert found[name] == pytest.approx(wanted, rel=given["rel_tol"]), name
    assert figures.doubts["alpha"] is Doubt.NEGATIVE_ALPHA


@pytest.mark.parametrize("name", ["lsat6_freq.csv", "lsat6_ltm_1000x5.csv"])
def test_lsat_6_by_the_command(name: str, app: Flask) -> None:
    result = app.test_cli_runner().invoke(
        args=["exams", "statistics", str(STATISTICS / "lsat" / name), "--json"]
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert told["n"] == 1000
    facilities = [each["facility"] for each in told["items"]]
    assert facilities == pytest.approx([0.924, 0.709, 0.553, 0.763, 0.870], abs=5e-4)
    assert told["alpha"] == pytest.approx(0.295, abs=5e-4)
    assert not told["doubts"]


def test_alpha_and_its_interval() -> None:
    rows = table(STATISTICS / "cronbach_alpha.csv")
    known = {(row["Subj"], row["Items"]): float(row["Scores"]) for row in rows}
    people = sorted({person for person, _item in known})
    names = sorted({item for _person, item in known})
    figures = analyse([Item(name, [known[each, name] for each in people], 7) for name in names])
    assert figures.alpha == pytest.approx(0.592, abs=5e-4)
    assert figures.alpha_interval == pytest.approx((0.195, 0.840), abs=5e-4)
    assert figures.doubts["alpha"] is Doubt.FEW_ANSWERS
