"""From what was typed to the question as files have it (docs/content-format.md).

What is left empty in one language is said as in the other: nothing is missing on a page, and
whoever translates it later finds it.
"""

import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.core.placeholders import LANGUAGES
from lms.exams.authoring.posted import ROW, Values
from lms.exams.rules.kinds import FALSE, TRUE, Kind
from lms.exams.rules.normal import fold_width

LETTERS = string.ascii_uppercase
Told = dict[str, Any]


@dataclass(slots=True)
class Written:
    """A question as a file has it."""

    entry: Told
    places: dict[str, str] = field(default_factory=dict)
    """Place within the entry -> the field that it was typed into, where the two differ."""

    def field_of(self, place: str) -> str:
        """Return the id of the field for a place such as ``options[2].text.zh``."""
        known = max(
            (
                each
                for each in self.places
                if place == each or place.startswith((f"{each}.", f"{each}["))
            ),
            key=len,
            default="",
        )
        rest = place[len(known) :]
        pieces = rest.replace("[", ".").replace("]", "").split(".")
        named = [str(int(each) - 1) if each.isdecimal() else each for each in pieces if each]
        return "-".join(filter(None, [self.places.get(known, ""), *named]))


def written(kind: Kind, values: Values) -> Written:
    """Return the question that was typed; what is empty is left out."""
    found = Written({})
    entry = found.entry
    entry |= _both(values, "stem", "explanation")
    entry |= {"points": whole(values["points"]), "difficulty": whole(values["difficulty"])}
    if values["seconds"].strip():
        entry["seconds"] = whole(values["seconds"])
    entry |= {"tags": parted(values["tags"]), "safety": bool(values["safety"])}
    if "case-stem" in values:
        entry |= {"case": _both(values, "case-stem").get("case-stem")}
        found.places["case"] = "case-stem"
    _KINDS[kind](values, found)
    return found


def text(given: Mapping[str, str]) -> dict[str, str] | None:
    """Return a text in both languages; None if it is empty in both."""
    return _filled({each: given[each].strip() for each in LANGUAGES})


def lines(given: Mapping[str, str]) -> dict[str, list[str]] | None:
    """Return the lines of a text in both languages; None if there are none."""
    pieces = {each: [line.strip() for line in given[each].split("\n")] for each in LANGUAGES}
    return _filled({each: [line for line in pieces[each] if line] for each in LANGUAGES})


def whole(said: str) -> int | str:
    """Return a whole number; what is none stays as it was typed."""
    bare = fold_width(said).strip()
    digits = bare.removeprefix("-")
    return int(bare) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else bare  # noqa: PLR2004  beyond any bound


def parted(said: str) -> list[str]:
    """Return what stands between commas."""
    pieces = said.replace("，", ",").replace("、", ",").split(",")
    return list(dict.fromkeys(filter(None, (each.strip() for each in pieces))))


def _filled(given: dict[str, Any]) -> dict[str, Any] | None:
    other = next((each for each in given.values() if each), None)
    return None if other is None else {key: each or other for key, each in given.items()}


def _both(values: Values, *names: str) -> Told:
    found = {each: text(values[each]) for each in names}
    return {name: each for name, each in found.items() if each is not None}


def _lists(values: Values, *names: str) -> Told:
    found = {each: lines(values[each]) for each in names}
    return {name: each for name, each in found.items() if each is not None}


def _number(values: Values) -> Told:
    """Return a right number with its tolerance, and what may stand behind it."""
    found: Told = {}
    for name in ("value", "tolerance"):
        if said := fold_width(values[name]).strip():
            found[name] = said
    return found | ({"relative": True} if values["relative"] else {})


def _options(values: Values, found: Written) -> None:
    rows = values["options"]
    found.entry["options"] = [
        {"key": key, **_both(each, "text", "why")} for key, each in zip(LETTERS, rows, strict=False)
    ]
    found.entry["answer"] = [key for key, each in zip(LETTERS, rows, strict=False) if each["right"]]
    found.entry["shuffle"] = bool(values["shuffle"])
    found.places["answer"] = "options"


def _multiple(values: Values, found: Written) -> None:
    _options(values, found)
    found.entry["policy"] = values["policy"]
    if said := fold_width(values["partly"]).strip():
        found.entry["partly"] = said


def _truefalse(values: Values, found: Written) -> None:
    if values["answer"] in {TRUE, FALSE}:
        found.entry["answer"] = values["answer"] == TRUE
    whys = {each: text(values[f"why-{each}"]) for each in (TRUE, FALSE)}
    if why := {key: each for key, each in whys.items() if each}:
        found.entry["why"] = why


def _fillin(values: Values, found: Written) -> None:
    found.entry["blanks"] = [_lists(each, "accept") for each in values["blanks"]]


def _numeric(values: Values, found: Written) -> None:
    found.entry["answer"] = _number(values)
    found.places["answer"] = ""
    found.entry |= _both(values, "unit")
    if units := parted(values["units"]):
        found.entry["units"] = units
    if values["wrong"]:
        found.entry["wrong"] = [
            {"value": fold_width(each["value"]).strip(), **_both(each, "why")}
            for each in values["wrong"]
        ]


def _text(values: Values, found: Written) -> None:
    found.entry["accept"] = [
        _lists(each, "forms", "all")
        | ({"share": share} if (share := fold_width(each["share"]).strip()) else {})
        | _both(each, "why")
        for each in values["accept"]
    ]


def _matching(values: Values, found: Written) -> None:
    things, extra = values["things"], values["extra"]
    matches = [text(each["match"]) for each in things]
    others = [text(each["text"]) for each in extra]
    own = [f"things-{at}-match" for at in range(len(things))]
    typed = [*zip(matches, own, strict=True),
             *((each, f"extra-{at}-text") for at, each in enumerate(others))]  # fmt: skip
    shown: list[tuple[dict[str, str], str]] = []
    for said, place in typed:  # the same text for two things is one choice
        if said and (place.startswith("extra") or said not in [each for each, _place in shown]):
            shown.append((said, place))
    shown = _mixed(shown, matches)
    keys = {place: key for key, (_said, place) in zip(LETTERS, shown, strict=False)}
    said_keys = [
        next((keys.get(place, "") for said, place in shown if said == each), "") for each in matches
    ]
    found.entry["things"] = [
        {"key": str(at), **_both(each, "text", "why"), **({"answer": key} if key else {})}
        for at, (each, key) in enumerate(zip(things, said_keys, strict=True), start=1)
    ]
    found.entry["choices"] = [
        {"key": key, "text": said} for key, (said, _place) in zip(LETTERS, shown, strict=False)
    ]
    found.entry["shuffle"] = bool(values["shuffle"])
    for at, (_said, place) in enumerate(shown, start=1):
        found.places |= {f"choices[{at}]": place, f"choices[{at}].text": place}
    for at in range(len(things)):
        found.places[f"things[{at + 1}].answer"] = f"things-{at}-match"
    found.places["choices"] = "things" if shown else "things-0-match"


def _mixed(
    shown: Sequence[tuple[dict[str, str], str]], answers: Iterable[dict[str, str] | None]
) -> list[tuple[dict[str, str], str]]:
    """Return texts in an order that does not give the answers away: keys are in the page's source."""
    wanted = list(answers)
    ordered = sorted(shown, key=lambda each: tuple(each[0].values()))
    for _turn in ordered:
        texts = [said for said, _place in ordered]
        places = [texts.index(each) if each in texts else -1 for each in wanted]
        if places != sorted(set(places)):
            break
        ordered = [*ordered[1:], ordered[0]]
    return ordered


def _ordering(values: Values, found: Written) -> None:
    rows = values["items"]
    texts = [text(each["text"]) or {} for each in rows]
    order = sorted(range(len(rows)), key=lambda at: tuple(texts[at].values()))
    if order == list(range(len(rows))):
        order.reverse()
    key_of = {at: key for key, at in zip(LETTERS, order, strict=False)}
    found.entry["items"] = [
        {"key": key_of[at], **_both(rows[at], "text", "why")} for at in order if at in key_of
    ]
    found.entry["answer"] = [key_of[at] for at in range(len(rows)) if at in key_of]
    found.entry["policy"] = values["policy"]
    for place, at in enumerate(order, start=1):
        found.places[f"items[{place}]"] = f"items-{at}"
    found.places["answer"] = "items"


def _cloze(values: Values, found: Written) -> None:
    found.entry |= _both(values, "text")
    found.entry["gaps"] = []
    for at, each in enumerate(values["gaps"]):
        place = f"gaps[{at + 1}]"
        found.entry["gaps"].append(_GAPS.get(each[ROW], _words_gap)(each) | _both(each, "why"))
        for index in range(len(LETTERS)):
            found.places[f"{place}.options[{index + 1}].text"] = f"gaps-{at}-options"
    found.places["text"] = "text"


def _list_gap(row: Values) -> Told:
    options = lines(row["options"]) or {each: [] for each in LANGUAGES}
    count = max(map(len, options.values()))
    texts = [
        {each: given[at] for each, given in options.items() if at < len(given)}
        for at in range(count)
    ]
    right = whole(row["answer"])
    known = isinstance(right, int) and 1 <= right <= len(LETTERS)
    return {
        "options": [{"key": key, "text": said} for key, said in zip(LETTERS, texts, strict=False)],
        "answer": LETTERS[int(right) - 1] if known else "?",
    }


def _words_gap(row: Values) -> Told:
    return {"accept": lines(row["accept"]) or {}}


def _number_gap(row: Values) -> Told:
    units = parted(row["units"])
    return {"value": ""} | _number(row) | ({"units": units} if units else {})


_GAPS: Mapping[str, Callable[[Values], Told]] = {
    "list": _list_gap, "words": _words_gap, "number": _number_gap,
}  # fmt: skip


def _rubric(values: Values, found: Written) -> None:
    found.entry["rubric"] = [
        {"key": str(at), **_both(each, "text"), "points": whole(each["points"])}
        for at, each in enumerate(values["rubric"], start=1)
    ]


def _essay(values: Values, found: Written) -> None:
    words = {each: whole(values[f"words-{each}"]) for each in ("min", "max")}
    if said := {key: each for key, each in words.items() if each != ""}:
        found.entry["words"] = said
    _rubric(values, found)


def _upload(values: Values, found: Written) -> None:
    files: Told = {}
    if values["files-types"]:
        files["types"] = list(values["files-types"])
    if values["files-most"].strip():
        files["most"] = whole(values["files-most"])
    if files:
        found.entry["files"] = files
    _rubric(values, found)


_KINDS: Mapping[Kind, Callable[[Values, Written], None]] = {
    Kind.SINGLE: _options,
    Kind.MULTIPLE: _multiple,
    Kind.TRUEFALSE: _truefalse,
    Kind.FILLIN: _fillin,
    Kind.NUMERIC: _numeric,
    Kind.TEXT: _text,
    Kind.MATCHING: _matching,
    Kind.ORDERING: _ordering,
    Kind.CLOZE: _cloze,
    Kind.ESSAY: _essay,
    Kind.UPLOAD: _upload,
}
