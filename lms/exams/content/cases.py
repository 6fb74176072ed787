"""A case in a file is one entry; in the bank each of its sub-questions is a question of its kind.

What all of them share, the material, stands in the body of each, so that an attempt shows what it
pinned: ``case: {code, part, of, stem}``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

INHERITED = ("lesson", "objective", "difficulty", "safety", "tags")
"""What a sub-question may leave to its case."""
_COMMON = (*INHERITED, "class", "depends")


def parted(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a case's sub-questions, each complete, or the entry itself if it is no case."""
    if entry["kind"] != "case":
        return [dict(entry)]
    common = {key: entry[key] for key in _COMMON if key in entry}
    parts = entry["parts"]
    return [
        common
        | {"pool": entry["pool"]}
        | part
        | {"case": {"code": entry["id"], "part": n, "of": len(parts), "stem": entry["stem"]}}
        | {"of_case": common}
        for n, part in enumerate(parts, start=1)
    ]


def joined(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the entry that these sub-questions came from."""
    rows = sorted(parts, key=lambda each: int(each["case"]["part"]))
    first = rows[0]
    common: dict[str, Any] = first["of_case"]
    head: dict[str, Any] = {"id": first["case"]["code"], "kind": "case", "pool": first["pool"]}
    return head | common | {"stem": first["case"]["stem"], "parts": [_own(each) for each in rows]}


def _own(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sub-question without what it has from its case."""
    common = part["of_case"]
    return {
        key: value
        for key, value in part.items()
        if key not in {"case", "of_case", "pool"} and not (key in common and common[key] == value)
    }
