"""Small things about text that have to be the same everywhere."""

import difflib
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

Bilingual = Mapping[str, str]
"""A text in both languages: ``{"zh": …, "en": …}``."""

_WORDS = re.compile(r"[^\w.-]+")


def local(text: Bilingual, language: str) -> str:
    """Return a bilingual text in `language`, else in the one that there is."""
    return text.get(language) or next(iter(text.values()), "")


def canonical(value: Any) -> str:
    """Return JSON in the one spelling that is hashed: keys sorted, no blanks, Unicode as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value's canonical spelling, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """Return what changed between two texts, line by line, as programmers show it.

    Returns:
        Sign and line: ``+`` added, ``-`` taken out, a blank for what stands around, ``@`` where
        lines were left out.
    """
    told = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return [(line[0], line[1:]) for line in list(told)[2:]]


def filename(*parts: str) -> str:
    """Return a file name of `parts`, in any language, without characters that shells trip over."""
    return "-".join(filter(None, (_WORDS.sub("-", part).strip("-.") for part in parts)))
