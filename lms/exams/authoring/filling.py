"""From a question of the bank to what stands in its form: the other way round of `writing`."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lms.core.placeholders import LANGUAGES
from lms.exams.authoring import posted
from lms.exams.authoring.fields import Rows, fields_of
from lms.exams.authoring.posted import ROW, Values
from lms.exams.models import QuestionVersion
from lms.exams.rules.kinds import FALSE, TRUE, Kind

Told = Mapping[str, Any]


def filled(version: QuestionVersion) -> Values:
    """Return what stands in the form for a version of a question."""
    kind, body = version.kind, version.body
    fields = fields_of(kind, in_case="case" in body)
    rows: Values = {each.name: [] for each in fields if isinstance(each, Rows)}
    values = (
        posted.begun(fields)
        | rows
        | {
            "stem": _text(body["stem"]),
            "explanation": _text(body.get("explanation")),
            "points": str(version.points),
            "seconds": str(body.get("seconds") or ""),
            "difficulty": str(version.difficulty),
            "tags": ", ".join(version.tags),
            "safety": bool(body.get("safety")),
        }
    )
    if "case" in body:
        values["case-stem"] = _text(body["case"]["stem"])
    return values | _KINDS[kind](body)


def _text(given: Mapping[str, str] | None) -> dict[str, str]:
    return {each: str((given or {}).get(each) or "") for each in LANGUAGES}


def _lines(given: Mapping[str, list[str]] | None) -> dict[str, str]:
    return {each: "\n".join((given or {}).get(each) or ()) for each in LANGUAGES}


def _row(variant: str = "", **values: Any) -> Values:
    return values | {ROW: variant}


def _number(given: Told) -> Values:
    return {
        "value": str(given.get("value", "")),
        "tolerance": "" if not given.get("tolerance") else str(given["tolerance"]),
        "relative": bool(given.get("relative")),
    }


def _units(given: Told) -> dict[str, str]:
    return {"units": ", ".join(given.get("units") or ())}


def _choice(body: Told) -> Values:
    right = set(body["answer"])
    return {
        "options": [
            _row(text=_text(each["text"]), why=_text(each.get("why")), right=each["key"] in right)
            for each in body["options"]
        ],
        "shuffle": bool(body.get("shuffle", True)),
    }


def _multiple(body: Told) -> Values:
    policy = {"policy": body["policy"]} if body.get("policy") else {}
    return _choice(body) | policy | {"partly": str(body.get("partly") or "")}


def _truefalse(body: Told) -> Values:
    whys = {str(key).lower(): why for key, why in (body.get("why") or {}).items()}
    return {
        "answer": TRUE if body["answer"] else FALSE,
        **{f"why-{each}": _text(whys.get(each)) for each in (TRUE, FALSE)},
    }


def _fillin(body: Told) -> Values:
    return {"blanks": [_row(accept=_lines(each["accept"])) for each in body["blanks"]]}


def _numeric(body: Told) -> Values:
    return {
        **_number(body["answer"]),
        "unit": _text(body.get("unit")),
        **_units(body),
        "wrong": [
            _row(value=str(each["value"]), why=_text(each.get("why")))
            for each in body.get("wrong") or ()
        ],
    }


def _accept(body: Told) -> Values:
    return {
        "accept": [
            _row(forms=_lines(each.get("forms")), all=_lines(each.get("all")),
                 share=_share(each.get("share")), why=_text(each.get("why")))
            for each in body["accept"]
        ]
    }  # fmt: skip


def _share(given: object) -> str:
    """Return a share as a decimal number; files of other programs also have it as ``1/2``."""
    if not given:
        return ""
    share = Fraction(str(given))
    decimal = Decimal(share.numerator) / share.denominator
    return f"{decimal.normalize():f}" if Fraction(decimal) == share else str(given)


def _matching(body: Told) -> Values:
    texts = {each["key"]: each["text"] for each in body["choices"]}
    used = {each["answer"] for each in body["things"]}
    return {
        "things": [
            _row(text=_text(each["text"]), match=_text(texts[each["answer"]]),
                 why=_text(each.get("why")))
            for each in body["things"]
        ],
        "extra": [_row(text=_text(said)) for key, said in texts.items() if key not in used],
        "shuffle": bool(body.get("shuffle", True)),
    }  # fmt: skip


def _ordering(body: Told) -> Values:
    items = {each["key"]: each for each in body["items"]}
    rows = (items[key] for key in body["answer"])
    found = [_row(text=_text(each["text"]), why=_text(each.get("why"))) for each in rows]
    return {"items": found} | ({"policy": body["policy"]} if body.get("policy") else {})


def _cloze(body: Told) -> Values:
    return {"text": _text(body["text"]), "gaps": [_gap(each) for each in body["gaps"]]}


def _gap(gap: Told) -> Values:
    variant = "list" if "options" in gap else "words" if "accept" in gap else "number"
    options = gap.get("options") or ()
    keys = [each["key"] for each in options]
    return {
        "options": _lines({e: _column(options, e) for e in LANGUAGES}),
        "answer": str(keys.index(gap["answer"]) + 1) if keys else "",
        "accept": _lines(gap.get("accept")),
        **_number(gap),
        **_units(gap),
        "why": _text(gap.get("why")),
        ROW: variant,
    }


def _column(options: Iterable[Told], language: str) -> list[str]:
    return [str(each["text"].get(language, "")) for each in options]


def _rubric(body: Told) -> Values:
    return {
        "rubric": [
            _row(text=_text(each["text"]), points=str(each["points"])) for each in body["rubric"]
        ]
    }


def _essay(body: Told) -> Values:
    words = body.get("words") or {}
    return {f"words-{each}": str(words.get(each) or "") for each in ("min", "max")} | _rubric(body)


def _upload(body: Told) -> Values:
    files = body.get("files") or {}
    most = {
        "files-types": list(files.get("types") or ()),
        "files-most": str(files.get("most") or ""),
    }
    return most | _rubric(body)


_KINDS: Mapping[Kind, Callable[[Told], Values]] = {
    Kind.SINGLE: _choice,
    Kind.MULTIPLE: _multiple,
    Kind.TRUEFALSE: _truefalse,
    Kind.FILLIN: _fillin,
    Kind.NUMERIC: _numeric,
    Kind.TEXT: _accept,
    Kind.MATCHING: _matching,
    Kind.ORDERING: _ordering,
    Kind.CLOZE: _cloze,
    Kind.ESSAY: _essay,
    Kind.UPLOAD: _upload,
}
