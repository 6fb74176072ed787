"""The kinds of certificates as files (docs/content-format.md)."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lms.certificates import clashes, queries, versions
from lms.certificates.models import CertificateDefinition
from lms.certificates.rules import earning as rules
from lms.certificates.rules.terms import (
    LONGEST_DAYS,
    LONGEST_MONTHS,
    Anchor,
    Late,
    Terms,
    faults,
)
from lms.core import yaml_lines
from lms.core.content import Counts, Finding, Severity, Tree, write
from lms.core.db import db, transaction
from lms.core.entries import Entry
from lms.core.text import digest
from lms.courses.content.checks import check_untemplated
from lms.courses.content.reading import plain, stages

CERTIFICATES = "certificates"
_PREFIX = re.compile("[A-Z0-9]{1,8}")
VALIDITIES = ("validity_months", "validity_days", "valid_to")
"""For how long it holds: one of them."""
_DAYS = ("renewal_days", "grace_days")
RENEWAL = ("anchor", "late", "refresher", *_DAYS)


class Definitions:
    """The kinds of certificates."""

    name = "certificates"
    owns: tuple[str, ...] = (CERTIFICATES,)

    def check(self, tree: Tree) -> Iterator[Finding]:
        """Yield what is wrong with them, and programmes that award one that is not there."""
        found: list[Finding] = []
        codes: dict[str, str] = {}
        prefixes: dict[str, str] = {}
        for name in tree.names(CERTIFICATES):
            if not name.endswith(".yaml"):
                path = f"{CERTIFICATES}/{name}"
                found.append(Finding(path, None, Severity.WARNING, "stray-file", "is not read"))
        for path, document in tree.documents(CERTIFICATES):
            entry = Entry(path, document, found)
            codes[_check(entry, prefixes)] = path
        yield from found
        yield from _check_references(tree, codes)

    def review(self, tree: Tree) -> Iterator[Finding]:  # noqa: ARG002  as a Section has it
        """Yield nothing: there is no more to ask of them."""
        yield from ()

    def sizes(self, tree: Tree) -> dict[str, int]:
        """Return how many there are."""
        return {CERTIFICATES: len(tree.files(CERTIFICATES, ".yaml"))}

    def measures(self, tree: Tree) -> dict[str, Any]:  # noqa: ARG002  as a Section has it
        """Return nothing more than how many there are."""
        return {}

    def prepare(self, tree: Tree) -> None:
        """Do nothing: there is nothing to render."""

    @transaction()
    def load(self, tree: Tree, at: datetime) -> dict[str, Counts]:
        """Publish the files that changed; what was awarded keeps its version and its snapshot."""
        counts = Counts()
        known = {each.code: each for each in db.session.scalars(select(CertificateDefinition))}
        documents = (plain(document) for _path, document in tree.documents(CERTIFICATES))
        wanted = {settings["code"]: settings for settings in documents}
        changed = {
            code: settings
            for code, settings in wanted.items()
            if code not in known or clashes.brings_news(known[code], settings)
        }
        clashes.refuse_clashes(tree, known, changed)
        _free_prefixes(known, changed)
        for code, settings in changed.items():
            row = known.get(code) or CertificateDefinition(code=code)
            row.prefix, row.settings, row.digest = settings["prefix"], settings, digest(settings)
            db.session.add(row)
            db.session.flush()
            versions.publish(row, settings, at=at)
            counts.added += code not in known
            counts.changed += code in known
        db.session.flush()
        counts.same = len(wanted) - len(changed)
        of_files = {code for code, row in known.items() if row.digest}
        counts.gone = sorted(of_files - wanted.keys())
        return {CERTIFICATES: counts}

    def dump(self, folder: Path) -> int:
        """Write them as files."""
        rows = [each.settings for each in queries.definitions()]
        for settings in rows:
            path = folder / CERTIFICATES / f"{settings['code']}.yaml"
            write(path, yaml_lines.dump(settings))
        return len(rows)


def _free_prefixes(
    known: dict[str, CertificateDefinition], changed: dict[str, dict[str, Any]]
) -> None:
    """Let definitions exchange prefixes: each is unique at every moment."""
    for code in changed.keys() & known.keys():
        if known[code].prefix != changed[code]["prefix"]:
            known[code].prefix = f"~{known[code].id}"
    db.session.flush()


def _check(entry: Entry, prefixes: dict[str, str]) -> str:
    entry.only("code", "prefix", "title", "score", "earned", *VALIDITIES, *RENEWAL)
    check_untemplated(entry)
    entry.both("title")
    entry.whole("score", 1, 100, optional=True)
    _check_terms(entry)
    for each in entry.entries("earned", optional=True):
        _check_source(each)
    prefix = entry.text("prefix")
    if prefix and not _PREFIX.fullmatch(prefix):
        said, advice = f"{prefix!r} cannot begin a serial", "1 to 8 capital letters and digits."
        entry.error("bad-code", said, advice, at="prefix")
    elif prefix in rules.RESERVED_PREFIXES:
        advice = "Choose other letters."
        entry.error("reserved", f"{prefix} begins the numbers of specimens", advice, at="prefix")
    elif prefix in prefixes:
        said = f"{prefix} stands already in {prefixes[prefix]}"
        entry.error("duplicate-id", said, "Each kind has its own.", at="prefix")
    prefixes.setdefault(prefix, entry.file)
    code = entry.code("code")
    if code in rules.RESERVED_CODES:
        entry.error("reserved", f"a page is called {code}", "Choose another code.", at="code")
    if code and entry.file != f"{CERTIFICATES}/{code}.yaml":
        entry.error("wrong-name", f"the file is not called {code}.yaml", at="code")
    return code


def _check_source(entry: Entry) -> None:
    """Check one thing that earns a certificate: a programme or one of its stages, or an exam."""
    entry.only("programme", "stage", "exam")
    exam, stage = entry.code("exam", optional=True), entry.code("stage", optional=True)
    programme = entry.code("programme", optional=True)
    if bool(exam) == bool(programme) or (exam and stage):
        advice = "A programme, a stage with its programme, or an exam."
        entry.error("bad-source", "names no one thing that earns it", advice)


def _check_terms(entry: Entry) -> None:
    said = [name for name in VALIDITIES if name in entry.value]
    if not said:
        advice = "Months, or null: it does not expire."
        entry.error("missing-field", "is missing", advice, at="validity_months")
    elif len(said) > 1:
        advice = f"One of: {', '.join(VALIDITIES)}."
        entry.error("two-terms", f"stands beside {said[0]}", advice, at=said[1])
    longest = {"validity_months": LONGEST_MONTHS}
    numbers = {
        name: entry.whole(name, least, longest.get(name, LONGEST_DAYS), optional=True)
        for name, least in (*((each, 1) for each in VALIDITIES[:2]), *((each, 0) for each in _DAYS))
    }
    words = {
        "anchor": entry.choice("anchor", list(Anchor), optional=True),
        "late": entry.choice("late", list(Late), optional=True),
    }
    entry.code("refresher", optional=True)
    ends = entry.text("valid_to", optional=True)
    try:
        terms = Terms.read({**numbers, **words, "valid_to": ends})
    except ValueError:
        advice = 'Month and day in quotes, such as "12-31".'
        entry.error("bad-day", f"{ends!r} is no day of the year", advice, at="valid_to")
        return
    for name in faults(terms):
        advice = "Fewer days than the shortest term has."
        entry.error("longer-than-term", "is as long as the term, or longer", advice, at=name)


def _check_references(tree: Tree, codes: dict[str, str]) -> Iterator[Finding]:
    wanted: set[str] = set()
    for programme, stage in stages(tree):
        for entry in (programme, stage):
            code = entry.code("certificate", optional=True)
            if code and code not in codes:
                place = f"{entry.path}.certificate".lstrip(".")
                said = f"{place}: there is no certificate {code}"
                advice = f"Write certificates/{code}.yaml, or take it out."
                line, severity = entry.line("certificate"), Severity.ERROR
                yield Finding(entry.file, line, severity, "unknown-certificate", said, advice)
            wanted.add(code)
    yield from _check_refreshers(tree)
    yield from _check_scores(tree)
    yield from _check_sources(tree)
    naming = (document for _path, document in tree.documents(CERTIFICATES))
    wanted |= {str(document.get("code")) for document in naming if document.get("earned")}
    for code in sorted(codes.keys() - wanted - {""}):
        said = "no programme and no stage awards this certificate"
        yield Finding(codes[code], 1, Severity.WARNING, "unused", said, "Name it in a programme.")


def _check_sources(tree: Tree) -> Iterator[Finding]:
    """Yield what earns a certificate by its own file, and is not there."""
    known = {("exam", document.get("code")) for _path, document in tree.documents("exams")}
    for programme, stage in stages(tree):
        whole = programme.text("code")
        known |= {("programme", whole), ("stage", f"{whole}/{stage.text('code')}")}
    for path, document in tree.documents(CERTIFICATES):
        for source in Entry(path, document, []).entries("earned", optional=True):
            names = ("exam", "programme", "stage")
            exam, whole, stage_code = (source.text(each, optional=True) for each in names)
            kind = "exam" if exam else "stage" if stage_code else "programme"
            name = {"exam": exam, "stage": f"{whole}/{stage_code}", "programme": whole}[kind]
            if (exam or whole) and (kind, name) not in known:
                said = f"{source.path}: there is no {kind} {name}"
                code, advice = f"unknown-{kind}", "Name one that there is."
                yield Finding(path, source.line(), Severity.ERROR, code, said, advice)


def _check_refreshers(tree: Tree) -> Iterator[Finding]:
    programmes = {document.get("code") for _path, document in tree.documents("programmes")}
    for path, document in tree.documents(CERTIFICATES):
        code = document.get("refresher")
        if code and code not in programmes:
            said, advice = f"there is no programme {code}", "Name a file of programmes/."
            line = document.lines.get("refresher", document.line)
            yield Finding(path, line, Severity.ERROR, "unknown-programme", said, advice)


def _check_scores(tree: Tree) -> Iterator[Finding]:
    """Yield kinds that ask for a score which nobody could ever have: see `rules.earning.scoreless`."""
    exams: dict[tuple[str, str], bool] = {}
    naming: dict[str, set[tuple[str, str]]] = {}
    for programme, stage in stages(tree):
        whole, part = (programme.text("code"), ""), (programme.text("code"), stage.text("code"))
        exams[part] = bool(stage.text("exam", optional=True))
        exams[whole] = exams.get(whole, False) or exams[part]
        for entry, place in ((programme, whole), (stage, part)):
            naming.setdefault(entry.text("certificate", optional=True), set()).add(place)
    for path, document in tree.documents(CERTIFICATES):
        if document.get("score") is None:
            continue
        places = set(naming.get(str(document.get("code")), ()))
        sources = Entry(path, document, []).entries("earned", optional=True)
        names = ("programme", "stage", "exam")
        said = [tuple(each.text(name, optional=True) for name in names) for each in sources]
        places |= {(whole, stage) for whole, stage, exam in said if not exam}
        by_exam = any(exam for *_place, exam in said)
        known = [exams[place] for place in places if place in exams]
        line = document.lines.get("score", document.line)
        if known and not any(known) and not by_exam:
            what, advice = "nothing that earns it has an exam", "Take it out: nobody has a score."
            yield Finding(path, line, Severity.ERROR, "score-never-earned", what, advice)
        if exams.get((str(document.get("refresher") or ""), "")) is False:
            what, advice = "the refresher has no exam", "Take it out: nobody could renew it."
            yield Finding(path, line, Severity.ERROR, "score-never-renewed", what, advice)
