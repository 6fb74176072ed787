"""Aiken: a question on lines, options by letter, and ``ANSWER: B``."""

import re

from lms.exams.exchange import files, texts
from lms.exams.exchange.question import FULL, NOTHING, Option, Question, Sort
from lms.exams.exchange.report import Report

_OPTION = re.compile(r"([A-Z])[).]\s*(.*)")
_ANSWER = re.compile(r"ANSWER:\s*([A-Z])\s*$")
FEWEST = 2


def read(content: bytes, report: Report) -> None:
    """Read a file; problems and questions go into the report."""
    stem: list[str] = []
    options: list[tuple[str, str]] = []
    number, start = 1, 0
    lines = texts.visible_all(files.decoded(content, report)).split("\n")
    for place, raw in enumerate(lines, start=1):
        text = raw.strip()
        if not text:
            continue
        start = start or place
        if found := _ANSWER.match(text):
            _add(stem, options, found[1], f"{number}, line {start}", report)
            stem, options, start = [], [], 0
            number += 1
        elif found := _OPTION.match(text):
            options.append((found[1], found[2]))
        elif options:
            options[-1] = (options[-1][0], f"{options[-1][1]}\n{text}")
        else:
            stem.append(text)
    if stem or options:
        report.error(f"{number}, line {start}", "no-answer")


def _add(
    stem: list[str], options: list[tuple[str, str]], key: str, where: str, report: Report
) -> None:
    if not stem:
        report.error(where, "no-stem")
    keys = [each for each, _text in options]
    if key not in keys or len(options) < FEWEST or len(set(keys)) != len(keys):
        report.error(where, "no-answer")
    report.add(
        Question(
            Sort.SINGLE,
            texts.plain("\n".join(stem)),
            options=tuple(
                Option(each, texts.plain(text), FULL if each == key else NOTHING)
                for each, text in options
            ),
            where=where,
        )
    )
