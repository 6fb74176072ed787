"""What the XML of a worksheet says before a parser has laid out its cells.

Searched as bytes, not parsed: the parser of cells takes memory for the whole rectangle up to the
farthest one, and does not tell which of them are formulas.
"""

import re
from collections.abc import Iterator, Mapping

FARTHEST_ROW = 99_999
FAR_OUT = re.compile(
    rb"""r="(?:([A-Z]{1,3})([1-9]\d{5,})|([A-Z]{3}|B[I-Z]|[C-Z][A-Z])(\d+))"[^>/]*>"""
)
"""A cell with something in it, below `FARTHEST_ROW` or to the right of column BH, the 60th."""
WRONG = re.compile(rb"""<c r="([A-Z]+)(\d+)"[^>]*\bt="e\"""")
WITHOUT_RESULT = re.compile(
    rb"""<c r="([A-Z]+)(\d+)"[^>]*>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"""
)


def source_of(entries: Mapping[str, bytes], place: int) -> bytes:
    """Return the XML of a workbook's sheet; if it is not to be found, that of all sheets.

    Args:
        entries: of the workbook's archive.
        place: of the sheet in the workbook, from 0.
    """
    ids = re.findall(rb'<(?:\w+:)?sheet\s[^>]*\b\w+:id="([^"]+)"', entries["xl/workbook.xml"])
    for tag in re.findall(
        rb"<Relationship\s[^>]*>", entries.get("xl/_rels/workbook.xml.rels", b"")
    ):
        given = dict(re.findall(rb'\b(Id|Target)="([^"]*)"', tag))
        if place < len(ids) and given.get(b"Id") == ids[place]:
            target = given.get(b"Target", b"").decode("utf-8", "replace")
            name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if name in entries:
                return entries[name]
    return b"".join(entries[each] for each in entries if each.startswith("xl/worksheets/"))


def far_out(source: bytes) -> tuple[int, int] | None:
    """Return row and column, from 1, of a filled cell that lies beyond the limits; else None."""
    if b"r='" in source:
        source = source.replace(b"'", b'"')
    found = FAR_OUT.search(source)
    if found is None:
        return None
    return int(found[2] or found[4]), _column(found[1] or found[3])


def cells(source: bytes) -> int:
    """Return how many cells there are at most."""
    return source.count(b"<c ") + source.count(b"<c>") + source.count(b":c ")


def faults(source: bytes) -> dict[tuple[int, int], str]:
    """Return where a formula has no value, by row and column from 1.

    ``formula-error``: it failed. ``formula-empty``: it was never computed.
    """
    found: dict[tuple[int, int], str] = {}
    if b'"e"' in source:
        found.update(_places(WRONG, source, "formula-error"))
    if b"<f" in source:
        found.update(_places(WITHOUT_RESULT, source, "formula-empty"))
    return found


def _places(
    pattern: re.Pattern[bytes], source: bytes, reason: str
) -> Iterator[tuple[tuple[int, int], str]]:
    for match in pattern.finditer(source):
        yield (int(match[2]), _column(match[1])), reason


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.decode():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
