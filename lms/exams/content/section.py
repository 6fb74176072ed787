"""The exams' section of the content files: bringing them in and writing them out."""

from collections.abc import Iterator, Mapping, Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from lms.core import yaml_lines
from lms.core.content import Counts, Finding, Tree, write
from lms.core.db import db, transaction
from lms.core.editions import Edition, publish
from lms.core.placeholders import fill
from lms.core.text import Bilingual, digest
from lms.courses.content.reading import plain
from lms.exams.content import cases, delivered, local
from lms.exams.content.bank_checks import bank_measures, check_bank
from lms.exams.content.blueprint_checks import check_blueprints
from lms.exams.content.exam_checks import EXAMS, check_exams
from lms.exams.content.local import edition
from lms.exams.content.question_checks import QUESTIONS, check_questions
from lms.exams.delivered_models import is_changed_here
from lms.exams.models import Exam, ExamVersion, Pool, Question, QuestionVersion
from lms.exams.rules.kinds import Kind

_KEPT_ELSEWHERE = {
    "id", "pool", "class", "depends", "difficulty", "points", "kind", "tags", "of_case",
}  # fmt: skip
"""Fields of a question that are columns, or matter to authors only."""


class Examinations:
    """The question bank and the exams."""

    name = "exams"
    owns: tuple[str, ...] = (QUESTIONS, EXAMS)

    def check(self, tree: Tree) -> Iterator[Finding]:
        """Yield what is wrong with them."""
        yield from check_questions(tree)
        yield from check_exams(tree)

    def review(self, tree: Tree) -> Iterator[Finding]:
        """Yield where the bank falls short."""
        yield from check_bank(tree)
        yield from check_blueprints(tree)

    def sizes(self, tree: Tree) -> dict[str, int]:
        """Return how many there are."""
        banks = (document for _path, document in tree.documents(QUESTIONS))
        entries = [entry for bank in banks for entry in bank.get("questions") or ()]
        return {
            "questions": sum(len(entry.get("parts") or (entry,)) for entry in entries),
            "exams": len(tree.files(EXAMS, ".yaml")),
        }

    def measures(self, tree: Tree) -> dict[str, Any]:
        """Return how many questions each module has, by kind, pool and difficulty."""
        return {"bank": bank_measures(tree)}

    def prepare(self, tree: Tree) -> None:
        """Fill the questions' variables in."""
        tree.once(QUESTIONS, lambda: _questions(tree))

    @transaction()
    def load(self, tree: Tree, at: datetime) -> dict[str, Counts]:
        """Publish what changed. A question that the files lack is retired; an exam stays."""
        questions = tree.once(QUESTIONS, lambda: _questions(tree))
        exams = [edition(plain(document)) for _path, document in tree.documents(EXAMS)]
        wanted, kept = delivered.hold_back(questions, at)
        counts = publish(Question, QuestionVersion, wanted, at)
        counts.kept = kept
        _retire(counts)
        return {"questions": counts, "exams": local.publish_files(exams, at)}

    def dump(self, folder: Path) -> int:
        """Write the published versions as files."""
        return _dump_questions(folder) + _dump_exams(folder)


def _questions(tree: Tree) -> list[Edition]:
    values, replaced = tree.values(), tree.once("figures", tree.replaced_figures)
    return [
        _question(str(bank["unit"]), meta, values, replaced)
        for _path, bank in tree.documents(QUESTIONS)
        for entry in bank["questions"]
        for meta in cases.parted(plain(entry))
    ]


def _question(
    unit: str, meta: dict[str, Any], values: Mapping[str, Bilingual], replaced: AbstractSet[str]
) -> Edition:
    body = {key: each for key, each in meta.items() if key not in _KEPT_ELSEWHERE}
    body = fill(body, values)
    columns = {
        "kind": Kind(meta["kind"]),
        "points": meta["points"],
        "difficulty": meta["difficulty"],
        "tags": meta.get("tags") or [],
        "body": body,
        "meta": meta,
    }
    # Moving a question to another pool or module does not change what it asks.
    lasting = {key: each for key, each in meta.items() if key != "pool"}
    case = (meta.get("case") or {}).get("code")
    others = {name: values[name] for name in sorted(replaced & set(meta.get("depends") or ()))}
    place = {
        "unit": unit,
        "pool": Pool(meta["pool"]),
        "case": case,
        "figures": digest(others) if others else None,
    }
    return Edition(meta["id"], digest({"meta": lasting, "body": body}), columns, place)


def _retire(counts: Counts) -> None:
    """Retire the questions that are no longer in the files; leave those retired before unnamed."""
    ours = Question.bank.is_(None) & (Question.pool != Pool.RETIRED)  # an import's are no file's
    vanished = Question.code.in_(counts.gone) & ours & ~is_changed_here()
    retiring = update(Question).where(vanished).values(pool=Pool.RETIRED).returning(Question.code)
    counts.gone = sorted(db.session.scalars(retiring))


def _dump_questions(folder: Path) -> int:
    rows = db.session.execute(
        select(Question.unit, Question.pool, Question.case, QuestionVersion.meta)
        .join(QuestionVersion, Question.published_id == QuestionVersion.id)
        .where(Question.bank.is_(None))
        .order_by(Question.id)
    )
    banks: dict[str, list[dict[str, Any]]] = {}
    parts: dict[str, list[dict[str, Any]]] = {}
    for unit, pool, case, meta in rows:
        entry = meta | {"pool": pool.value}
        if case is None:
            banks.setdefault(unit, []).append(entry)
        elif case in parts:
            parts[case].append(entry)
        else:  # it stands where its first sub-question does
            parts[case] = [entry]
            banks.setdefault(unit, []).append({"id": case})
    for unit, entries in banks.items():
        questions = [cases.joined(parts[e["id"]]) if e["id"] in parts else e for e in entries]
        text = yaml_lines.dump({"unit": unit, "questions": questions})
        write(folder / QUESTIONS / f"{unit.lower()}.yaml", text)
    return len(banks)


def _dump_exams(folder: Path) -> int:
    published = Exam.published_id == ExamVersion.id
    rows = db.session.scalars(select(ExamVersion.settings).join(Exam, published)).all()
    for settings in rows:
        write(folder / EXAMS / f"{settings['code']}.yaml", yaml_lines.dump(settings))
    return len(rows)
