"""Commands for questions and their statistics. For trainers' scripts and operators, in English."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from lms.core import clock, disk
from lms.exams import tallying
from lms.exams.errors import TooManyPicturesError
from lms.exams.exchange import (
    aside,
    drawing,
    responses,
    shelf,
    storing,
    texts,
    words,
    writing,
)
from lms.exams.exchange.files import FORMATS, MOST_BYTES
from lms.exams.exchange.question import Question
from lms.exams.exchange.reading import AUTO
from lms.exams.exchange.report import FileProblemError, Problem, Report
from lms.exams.exchange.storing import Order
from lms.exams.models import Pool
from lms.exams.rules import analysis
from lms.exams.rules.figures import Doubt, Figures, Sign

group = AppGroup("exams", help="Questions as files; statistics of answers.")

TABLE_PROBLEMS = {
    "unknown-encoding": "the table is neither UTF-8 nor GB18030",
    "broken-table": "the table is no CSV: most likely a quotation mark is not closed",
    "no-rows": "the table needs a row of names and a row for each person",
    "too-many-rows": "the table has too many rows",
    "same-columns": "two columns have the same name",
    "bad-counts": "the column of counts holds something else than whole numbers",
    "no-column": "there is no column for the question %(name)s",
    "not-marks": "column %(name)s holds something else than marks; name the right options in a key",
}
SIGNS = {
    Sign.KEY_DOUBTFUL: "the key may be wrong: a wrong option goes with better results than the key",
    Sign.NEGATIVE: "negative discrimination: who gets it right does worse in the rest",
    Sign.TOO_EASY: "too easy",
    Sign.TOO_HARD: "too hard",
    Sign.UNUSED: "an option that nobody chooses",
}
DOUBTS = {
    Doubt.FEW_ANSWERS: f"fewer than {analysis.SMALLEST} answers, or not everyone was asked",
    Doubt.FEW_ITEMS: f"fewer than {analysis.FEWEST_ITEMS} questions",
    Doubt.NEGATIVE_ALPHA: "alpha is negative: the questions contradict each other",
    Doubt.NO_SPREAD: "everyone has the same score",
}


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "wanted", type=click.Choice([AUTO, *FORMATS]), default=AUTO,
              help="By default the content decides.")  # fmt: skip
@click.option("--bank", metavar="NAME", help="By default, the file's name without its ending.")
@click.option(
    "--pool",
    type=click.Choice([Pool.PRACTICE.value, Pool.EXAM.value]),
    default=Pool.PRACTICE.value,
    help="What they may be drawn for; practice by default.",
)
@click.option("--unit", metavar="CODE", default="", help="Module that they belong to.")
@click.option("--draft", is_flag=True, help="Leave them drafts, which are never drawn.")
@click.option("--dry-run", is_flag=True, help="Only say what is in the file. Needs no database.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_(  # noqa: PLR0913  one per option
    *,
    file: Path,
    wanted: str,
    bank: str | None,
    pool: str,
    unit: str,
    draft: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read questions from a file into a bank. Ends with 1 if nothing can be read.

    A question with an error stays outside, as does one that the bank has already.
    """
    with file.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    report = aside.read_aside(content, wanted)
    stored = None
    if report.is_readable:
        given = drawing.shown_in(report.questions)
        known = set() if dry_run else shelf.known(given)
        report = drawing.settled(report, drawing.draw(given.values(), known=known))
    if report.is_readable and not dry_run:
        name = (bank or file.name.partition(".")[0])[: storing.LONGEST_NAME]
        stored = _stored(report, Order(name, Pool(pool), unit[:40], is_draft=draft))
    if as_json:
        click.echo(json.dumps(_told(report), ensure_ascii=False, indent=2))
    else:
        _say(report)
        if stored is not None:
            click.echo(f"{stored} questions are new in the bank")
    if not report.is_readable:
        sys.exit(1)


def _stored(report: Report, order: Order) -> int:
    if drawing.shown_in(report.questions):
        try:
            disk.need_room_for_files()
        except disk.NoRoomForFilesError as error:
            raise click.ClickException(str(error)) from None
    known = storing.known_in(order.bank)
    storing.put_pictures(report, known)
    return storing.store(report, order, actor_id=None, at=clock.now(), known=known)


def _told(report: Report) -> dict[str, Any]:
    return {
        "format": report.format,
        "count": len(report.questions),
        "questions": [_question(each) for each in report.questions],
        "kinds": report.kinds,
        "problems": [
            {"where": each.where, "severity": each.severity.value, "code": each.code,
             "message": _english(each)}
            for each in report.problems
        ],
    }  # fmt: skip


def _english(problem: Problem) -> str:
    with force_locale("en"):
        return words.sentence(problem)


def _question(question: Question) -> dict[str, Any]:
    points = question.points
    return {
        "kind": question.sort.value,
        "title": question.title or " ".join(texts.shown(question.stem).split())[:80],
        "points": int(points) if points == points.to_integral() else float(points),
        "options": [texts.shown(each.text) for each in question.options if each.text],
        "key": [texts.shown(each) if "\\" in each else each for each in question.key],
        "tags": list(question.tags),
        "category": question.category,
    }


def _say(report: Report) -> None:
    for each in report.problems:
        where = f"question {each.where}: " if each.where else ""
        click.echo(f"{each.severity}: {where}{_english(each)} [{each.code}]")
    kinds = ", ".join(f"{count} {kind}" for kind, count in report.kinds.items())
    click.echo(
        f"{report.format}: {len(report.questions)} questions{f' ({kinds})' if kinds else ''}"
    )


@group.command("export")
@click.option("--bank", metavar="NAME", required=True,
              help="Of an import, or the code of a programme or of a module.")  # fmt: skip
@click.option("--format", "wanted", type=click.Choice(list(writing.WRITERS)), required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="zh by default.")
def export(*, bank: str, wanted: str, out: Path, lang: str) -> None:
    """Write the questions of a bank to a file. What does not fit the format is named."""
    questions = storing.exported(bank, lang)
    if not questions:
        raise click.ClickException(f"there is no bank {bank!r}, or nothing in it")
    if wanted not in writing.WITHOUT_PICTURES:
        questions = _illustrated(questions)
    content, report = writing.write(questions, wanted)
    for each in report.problems:
        click.echo(f"question {each.where}: {_english(each)}", err=True)
    out.write_bytes(content)
    click.echo(f"{len(report.questions)} questions in {out}")


def _illustrated(questions: Sequence[Question]) -> list[Question]:
    try:
        return shelf.illustrated(questions)
    except TooManyPicturesError as error:
        raise click.ClickException(str(error)) from None


@group.command("statistics")
@click.argument("responses_file", metavar="RESPONSES.csv",
                type=click.Path(exists=True, dir_okay=False, path_type=Path))  # fmt: skip
@click.option("--key", "key_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help='JSON, {"question": "right option"}; without it the cells are marks.')  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def statistics(*, responses_file: Path, key_file: Path | None, as_json: bool) -> None:
    """Say what answers tell about each question and about the exam: one row per person.

    Columns that name people, totals or counts of people are left out. Needs no database.
    """
    key = None if key_file is None else _key(key_file)
    try:
        found = responses.read(responses_file.read_bytes(), key)
    except FileProblemError as error:
        raise click.ClickException(TABLE_PROBLEMS[error.code] % error.values) from None
    figures = analysis.analyse(found.items)
    if as_json:
        told = responses.as_json(figures, found.left_out)
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _say_figures(figures)


def _key(file: Path) -> dict[str, str]:
    try:
        key = json.loads(file.read_bytes())
    except ValueError:
        key = None
    if (
        not isinstance(key, dict)
        or not key
        or not all(isinstance(each, str | int) for each in key.values())
    ):
        raise click.ClickException(f'{file} is no JSON such as {{"question": "option"}}')
    return {name: str(option) for name, option in key.items()}


def _say_figures(figures: Figures) -> None:
    for item in figures.items:
        shown = "" if item.doubt else (
            f"facility {_short(item.facility)}, sd {_short(item.sd)}, item-rest "
            f"{_short(item.item_rest)}, efficiency {_short(item.efficiency)}"
        )  # fmt: skip
        click.echo(
            f"{item.name}: n {item.count}, {shown or DOUBTS[item.doubt or Doubt.FEW_ANSWERS]}"
        )
        for sign in item.signs:
            click.echo(f"    look: {SIGNS[sign]}")
    for name in ("mean", "median", "sd", "skewness", "kurtosis", "alpha", "sem"):
        doubt = figures.doubts.get(name)
        click.echo(f"{name}: {DOUBTS[doubt] if doubt else _short(getattr(figures, name))}")


def _short(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.3f}"


@group.command("tallies")
@click.option("--check", is_flag=True, help="Change nothing: only say whether they are right.")
def tallies(*, check: bool) -> None:
    """Make the roll-ups of the statistics anew from the answers. Ends with 1 if a check fails."""
    if not check:
        click.echo(f"papers counted: {tallying.rebuild()}")
        return
    wrong = tallying.differences()
    if wrong:
        click.echo(f"{wrong} roll-ups differ from the answers: run it without --check")
        sys.exit(1)
    click.echo("the roll-ups and the answers agree")
