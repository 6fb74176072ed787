"""Counting the curriculum: what each programme, stage and module consists of, and how long it is."""

from collections import Counter
from typing import Any

from lms.core.content import Tree
from lms.core.entries import Entry
from lms.courses.content.prose_checks import size
from lms.courses.content.reading import lesson_codes, stages, surveyed


def measures(tree: Tree) -> dict[str, Any]:
    """Return lengths by language, lessons by class, and the programmes' parts."""
    folders = lesson_codes(tree)
    lengths = {code: _lengths(tree, folder) for code, folder in folders.items()}
    fields: dict[str, Any] = {
        code: tree.document(f"{each}/lesson.yaml") or {} for code, each in folders.items()
    }
    programmes: dict[str, list[dict[str, Any]]] = {}
    for programme, stage in stages(tree):
        parts = programmes.setdefault(programme.text("code"), [])
        parts.append(_stage(stage, lengths, fields))
    return {
        "lengths": {
            "zh_characters": sum(each["zh"] for each in lengths.values()),
            "en_words": sum(each["en"] for each in lengths.values()),
            "minutes": sum(int(each.get("minutes") or 0) for each in fields.values()),
        },
        "classes": dict(Counter(str(each.get("class")) for each in fields.values())),
        "programmes": programmes,
    }


def _lengths(tree: Tree, folder: str) -> dict[str, int]:
    return {
        language: size(surveyed(tree, path), language) if tree.exists(path) else 0
        for language, path in (("zh", f"{folder}/zh.md"), ("en", f"{folder}/en.md"))
    }


def _stage(
    stage: Entry, lengths: dict[str, dict[str, int]], fields: dict[str, Any]
) -> dict[str, Any]:
    modules = []
    for module in stage.entries("modules"):
        codes = [code for code in module.words("lessons") if code in lengths]
        modules.append(
            {
                "code": module.text("code"),
                "lessons": len(codes),
                "minutes": sum(int(fields[code].get("minutes") or 0) for code in codes),
                "zh_characters": sum(lengths[code]["zh"] for code in codes),
                "en_words": sum(lengths[code]["en"] for code in codes),
            }
        )
    return {"stage": stage.text("code"), "modules": modules}
