"""Named values in texts: ``{{sla.p1.first_answer}}``. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from lms.core.text import Bilingual

_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
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
        return _PLACE.sub(lambda place: _value(place, values, language), value)
    if isinstance(value, Mapping):
        return {
            key: fill(each, values, key if key in LANGUAGES else language)
            for key, each in value.items()
        }
    return [fill(each, values, language) for each in value] if isinstance(value, list) else value


def _value(place: re.Match[str], values: Mapping[str, Bilingual], language: str) -> str:
    known = values.get(place.group(1))
    return known[language] if known else place.group(0)
