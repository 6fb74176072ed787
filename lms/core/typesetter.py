"""Documents from markup that somebody else wrote, made in a process of its own.

That process has little time and memory and may die alone: a template that never ends, or a page that
grows without end, costs whoever wrote it a message and nobody else anything.

    python -m lms.core.typesetter < what to do, as JSON
"""

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from lms.core import child, fenced, pdf
from lms.core.sandbox import Mistake, MistakesError, Sandbox, Vocabulary

MODULE = "lms.core.typesetter"
MOST_SOURCE = 64_000
"""Characters of HTML, and as many of CSS."""
MOST_OUTPUT = 256_000
"""Characters that HTML may grow to when it is filled in."""
STYLE = "own.css"
"""What the style sheet is called among the assets."""
LOOK_SECONDS, PRINT_SECONDS = 5, 25
"""Of a processor, for filling everything in, and for printing it."""
PATIENCE, LEAST_PATIENCE = 3, 30
"""So many times as long may it take by the clock on a busy machine, and so many seconds at least."""
MEMORY_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """What somebody wrote."""

    html: str
    """What stands in the body of the document, as a template: see `lms.core.sandbox`."""
    css: str
    vocabulary: Vocabulary
    files: frozenset[str]
    """What it may name in ``src`` and ``url()``."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document to be made of it."""

    values: Mapping[str, Any]
    """For every name of the vocabulary; JSON values."""
    before: str
    """What stands before its HTML: the house writes the head of a document itself."""
    after: str
    assets: Mapping[str, bytes] = field(default_factory=dict)
    """See `pdf.render`; the style sheet is among them by itself."""


def look_through(markup: Source, sheets: Sequence[Sheet]) -> None:
    """Fill markup in, and look through what it comes to. Nothing is printed.

    Raises:
        MistakesError: something of it is not taken.
    """
    too_long = [
        Mistake("source", str(MOST_SOURCE // 1000), field=name)
        for name, text in (("html", markup.html), ("css", markup.css))
        if len(text) > MOST_SOURCE
    ]
    if too_long:
        raise MistakesError(too_long)
    _ask(markup, sheets, {}, seconds=LOOK_SECONDS)


def typeset(
    markup: Source,
    sheets: Sequence[Sheet],
    *,
    background: bytes | None = None,
    archived: Sequence[pdf.Attachment] = (),
) -> list[bytes]:
    """Return the documents as PDFs for the archive; arguments as for `pdf.render`.

    Raises:
        MistakesError: something of it is not taken.
        PdfError: it cannot be printed.
    """
    attached = [
        {**asdict(each), "content": _written(each.content), "at": each.at.isoformat()}
        for each in archived
    ]
    told = {"background": _written(background or b""), "attached": attached}
    answer = _ask(markup, sheets, {"print": told}, seconds=PRINT_SECONDS)
    if "complaint" in answer:
        raise pdf.PdfError(answer["complaint"])
    return [b64decode(each) for each in answer["documents"]]


def _ask(markup: Source, sheets: Sequence[Sheet], more: Mapping[str, Any], *, seconds: int) -> Any:
    told = {
        "html": markup.html,
        "css": markup.css,
        "vocabulary": {name: sorted(each) for name, each in markup.vocabulary.items()},
        "files": sorted(markup.files),
        "sheets": [
            {
                "values": each.values,
                "before": each.before,
                "after": each.after,
                "assets": {name: _written(content) for name, content in each.assets.items()},
            }
            for each in sheets
        ],
        "seconds": seconds,
        **more,
    }
    by_the_clock = max(PATIENCE * seconds, LEAST_PATIENCE)
    try:
        said = child.ask(MODULE, json.dumps(told).encode(), seconds=by_the_clock)
    except child.ChildFailedError:
        raise MistakesError([Mistake("limits")]) from None
    answer = json.loads(said)
    if "mistakes" in answer:
        raise MistakesError([Mistake(**each) for each in answer["mistakes"]])
    return answer


def main() -> int:
    """Do what standard input says, in a process of its own; say what came of it."""
    told = json.load(sys.stdin.buffer)
    child.limit(memory_bytes=MEMORY_BYTES, seconds=told["seconds"])
    try:
        answer = _done(told)
    except MistakesError as error:
        answer = {"mistakes": [asdict(each) for each in error.mistakes]}
    except (pdf.PdfError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        answer = {"complaint": str(error)[:300] or type(error).__name__}
    except (MemoryError, RecursionError):
        answer = {"mistakes": [asdict(Mistake("limits"))]}
    sys.stdout.buffer.write(json.dumps(answer).encode())
    return 0


def _done(told: Mapping[str, Any]) -> dict[str, Any]:
    files = frozenset(told["files"])
    vocabulary = {name: frozenset(each) for name, each in told["vocabulary"].items()}
    sandbox = Sandbox(vocabulary, {"fit": fit})
    mistakes = fenced.in_css(told["css"], files)
    try:
        sandbox.check(told["html"])
    except MistakesError as error:
        mistakes = [*error.mistakes, *mistakes]
    if mistakes:
        raise MistakesError(mistakes)
    documents = []
    for sheet in told["sheets"]:
        inside = sandbox.fill(told["html"], sheet["values"], most=MOST_OUTPUT)
        document = f"{sheet['before']}{inside}{sheet['after']}"
        if mistakes := fenced.in_html(document, files, source=told["html"]):
            raise MistakesError(mistakes)
        if printing := told.get("print"):
            documents.append(_printed(document, sheet, told["css"], printing))
    return {"documents": documents}


def _printed(document: str, sheet: Mapping[str, Any], css: str, printing: Mapping[str, Any]) -> str:
    assets = {name: b64decode(content) for name, content in sheet["assets"].items()}
    attached = [
        pdf.Attachment(
            name=each["name"],
            content=b64decode(each["content"]),
            description=each["description"],
            at=datetime.fromisoformat(each["at"]),
        )
        for each in printing["attached"]
    ]
    background = b64decode(printing["background"]) or None
    made = pdf.render(
        document, {**assets, STYLE: css.encode()}, background=background, archived=attached
    )
    return _written(made)


def fit(text: str, largest: float, room: float, family: str = pdf.TEXT, spacing: float = 0) -> str:
    """Return the font size, in points, at which a text stays on one line.

    Args:
        text: the line.
        largest: points.
        room: width in points.
        family: that it is set in.
        spacing: letter-spacing in em.
    """
    if family not in pdf.FAMILIES:
        raise ValueError(f"there is no font {family}")
    em = pdf.width(text, (family, *pdf.FAMILIES)) + spacing * (len(text) + 1)
    return f"{min(largest, room / em) if em else largest:.2f}"


def _written(content: bytes) -> str:
    return b64encode(content).decode()


if __name__ == "__main__":
    sys.exit(main())
