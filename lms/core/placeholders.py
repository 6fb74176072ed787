"""Named values in texts: ``{{sla.p1.first_answer}}``. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from lms.core.text import Bilingual

_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_SPACED = re.compile(r"( ?)\{\{\s*([^{}]*?)\s*\}\}( ?)")
LANGUAGES = ("zh", "en")


def used(value: Any) -> set[str]:
    """Return the names used anywhere in a text, or in the texts of a JSON value."""
    if isinstance(value, str):
        return set(_PLACE.findall(value))
    if isinstance(value, Mapping):
        value = list(value.values())
    return set().union(*map(used, value)) if isinstance(value, list | tuple) else set()


def fill(value: Any, values: Mapping[str, Bilingual], language: str | None = None) -> Any:
    """Return a copy of a JSON value with the named values put into its texts.

    Args:
        value: a text, or anything that holds texts. Below a mapping's ``zh`` and ``en`` the
            language is that; a text without a language is left as it is.
        values: name -> the value in both languages. Unknown names are left as they are.
        language: of `value` itself, if known.
    """
    if isinstance(value, str) and language:
        return _filled(value, values, language)
    if isinstance(value, Mapping):
        return {
            key: fill(each, values, key if key in LANGUAGES else language)
            for key, each in value.items()
        }
    return [fill(each, values, language) for each in value] if isinstance(value, list) else value


def _filled(text: str, values: Mapping[str, Bilingual], language: str) -> str:
    if language == "zh":
        return _SPACED.sub(lambda place: _spaced(place, values), text)
    return _PLACE.sub(lambda place: _value(place, place.group(1), values, language), text)


def _spaced(place: re.Match[str], values: Mapping[str, Bilingual]) -> str:
    """Return a value with the blanks that it needs: 在岚汀里, but 在 OMS 里."""
    value = _value(place, place.group(2), values, "zh")
    if value == place.group(0):
        return value
    before, after = place.string[: place.start()][-1:], place.string[place.end() :][:1]
    left, right = place.group(1), place.group(3)
    return _gap(before, left, value[:1]) + value + _gap(value[-1:], right, after)


def _gap(before: str, given: str, after: str) -> str:
    """Return what stands between two characters: a blank where Chinese and Latin meet."""
    kinds = {_kind(before), _kind(after)}
    if kinds == {"han", "latin"}:
        return " "
    return "" if kinds == {"han"} else given


def _kind(character: str) -> str:
    if "\u3400" <= character <= "\u9fff":
        return "han"
    return "latin" if character.isascii() and character.isalnum() else ""


def _value(place: re.Match[str], name: str, values: Mapping[str, Bilingual], language: str) -> str:
    known = values.get(name)
    return known[language] if known else place.group(0)
