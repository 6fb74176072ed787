"""Commands for questions and their statistics. For trainers' scripts and operators, in English."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from lms.exams.exchange import aside, texts, words
from lms.exams.exchange.files import FORMATS, MOST_BYTES
from lms.exams.exchange.question import Question
from lms.exams.exchange.reading import AUTO
from lms.exams.exchange.report import Report

group = AppGroup("exams", help="Questions as files; statistics of answers.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "wanted", type=click.Choice([AUTO, *FORMATS]), default=AUTO,
              help="By default the content decides.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what is in the file. Needs no database.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_(*, file: Path, wanted: str, dry_run: bool, as_json: bool) -> None:
    """Read questions from a file. Ends with 1 if nothing can be read."""
    with file.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    report = aside.read_aside(content, wanted)
    if as_json:
        click.echo(json.dumps(_told(report), ensure_ascii=False, indent=2))
    else:
        _say(report)
    if not report.is_readable:
        sys.exit(1)


def _told(report: Report) -> dict[str, Any]:
    return {
        "format": report.format,
        "count": len(report.questions),
        "questions": [_question(each) for each in report.questions],
        "kinds": report.kinds,
        "problems": [
            {"where": each.where, "severity": each.severity.value, "code": each.code,
             "message": words.sentence(each)}
            for each in report.problems
        ],
    }  # fmt: skip


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
        click.echo(f"{each.severity}: {where}{words.sentence(each)} [{each.code}]")
    kinds = ", ".join(f"{count} {kind}" for kind, count in report.kinds.items())
    click.echo(
        f"{report.format}: {len(report.questions)} questions{f' ({kinds})' if kinds else ''}"
    )
