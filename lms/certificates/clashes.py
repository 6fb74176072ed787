"""What an import of content files leaves alone, and what it refuses: kinds that a page has made."""

from collections.abc import Iterator, Mapping
from typing import Any

from lms.certificates import kinds
from lms.certificates.models import CertificateDefinition
from lms.core.content import ContentRefusedError, Finding, Severity, Tree
from lms.core.text import digest

Settings = Mapping[str, Any]


def brings_news(row: CertificateDefinition, settings: Settings) -> bool:
    """Whether a file says something that was not imported, and that a page has not said itself.

    A kind that was made on a page was in no file; one that was exported says what it says here,
    and then there is nothing to do.
    """
    if row.digest:
        return row.digest != digest(settings)
    return row.settings != settings or row.draft == settings


def refuse_clashes(
    tree: Tree, known: Mapping[str, CertificateDefinition], changed: Mapping[str, Settings]
) -> None:
    """Refuse files that would take the code, or the numbers, of a kind that is there.

    Args:
        tree: the files.
        known: the kinds that are there, by code.
        changed: what the files say of those that they would bring in.

    Raises:
        ContentRefusedError: with a finding for each.
    """
    documents = {document.get("code"): (path, document)
                 for path, document in tree.documents("certificates")}  # fmt: skip
    found = []
    for code, settings in changed.items():
        path, document = documents[code]
        for at, said, advice in _clashes(known, changed, code, settings["prefix"]):
            line = document.lines.get(at, document.line)
            found.append(Finding(path, line, Severity.ERROR, f"taken-{at}", said, advice))
    if found:
        raise ContentRefusedError(found)


def _clashes(
    known: Mapping[str, CertificateDefinition],
    changed: Mapping[str, Settings],
    code: str,
    prefix: str,
) -> Iterator[tuple[str, str, str]]:
    row = known.get(code)
    if row is not None and not row.digest:
        yield (
            "code",
            f"the kind of certificate {code} was made on a page",
            "Change it on its page and take the file out, or give the file another code.",
        )
    for other in known.values():
        if other.prefix == prefix and other.code != code and other.code not in changed:
            yield (
                "prefix",
                f"the numbers of {other.code} begin with {prefix}",
                "Choose other letters here, or there on the page of that kind.",
            )
            return
    if kinds.is_prefix_given_out(prefix, row.id if row else None):
        said = f"numbers of another kind of certificate were given out with {prefix}"
        yield "prefix", said, "Choose other letters."
