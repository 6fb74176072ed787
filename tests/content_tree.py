"""A small content tree that is right, for tests to break or to import."""

from pathlib import Path
from typing import Any

import yaml

from lms.core.content import Finding, Tree, check

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
WHY = {"zh": "因为", "en": "Because"}


def text(words: str, chinese: str = "") -> dict[str, str]:
    return {"zh": chinese or f"{words}（中文）", "en": words}


def svg(title: str = "Clock", *, width: int = 640, inside: str = "") -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 100">\n'
        f"<title>{title}</title>\n<desc>It stops.</desc>\n"
        '<rect class="box" x="1" y="1" width="100" height="40" rx="8"/>\n'
        f'<text class="t2 bad" text-anchor="middle" x="50" y="20">{title} &amp; R</text>\n'
        f"{inside}</svg>\n"
    )


LESSON: dict[str, Any] = {
    "id": "S1-A-1",
    "title": text("The first answer", "第一次回复"),
    "class": "parametric",
    "minutes": 15,
    "exercise_minutes": 5,
    "objectives": {"zh": ["写出答复"], "en": ["Write an answer"]},
    "sources": ["SEV"],
    "depends": ["sla.first", "desk.phone"],
    "reviewer": "",
    "reviewed_on": None,
    "checks": [
        {
            "id": "c1",
            "stem": text("Within {{sla.first}}: what first?", "{{sla.first}} 内：先做什么？"),
            "options": [
                {"key": "A", "text": text("Restart"), "why": WHY},
                {"key": "B", "text": text("Ask"), "why": WHY, "right": True},
            ],
        }
    ],
}
BODY = {
    "en": """## A receipt

The clock runs for {{sla.first}}. Call {{desk.phone}} or read [the sheet](sheet.pdf).

![The clock stops at 09:22.](clock.en.svg "Figure 1. The clock")

| Part | Why |
|-|-:|
| Impact | understood |

> [!WARNING]
> Read-only checks only.

```log
09:14 ERROR <x>
```

### Your turn

{check:c1}
""",
    "zh": """## 回执

时钟走 {{sla.first}}。请拨 {{desk.phone}}，或看[表](sheet.pdf)。

![时钟停在 09:22。](clock.zh.svg "图 1 时钟")

| 部分 | 为什么 |
|-|-:|
| 影响 | 听懂了 |

> [!WARNING]
> 只做只读检查。

```log
09:14 ERROR <x>
```

### 动手

{check:c1}
""",
}
COMMON = {
    "pool": "exam",
    "lesson": "S1-A-1",
    "objective": 1,
    "difficulty": 2,
    "class": "generic",
    "depends": [],
    "seconds": 60,
    "points": 2,
    "safety": False,
    "tags": ["clock"],
    "stem": text("Which?", "哪一个？"),
    "explanation": text("This one."),
}


def options(keys: str) -> list[dict[str, Any]]:
    return [{"key": key, "text": text(f"Option {key}"), "why": WHY} for key in keys]


QUESTIONS: list[dict[str, Any]] = [
    {"id": "Q-single", "kind": "single", **COMMON, "options": options("ABC"), "answer": ["B"]},
    {
        "id": "Q-multiple",
        "kind": "multiple",
        **COMMON,
        "options": options("ABCD"),
        "answer": ["A", "C"],
    },
    {
        "id": "Q-truefalse",
        "kind": "truefalse",
        **COMMON,
        "answer": False,
        "why": {True: WHY, False: WHY},
    },
    {
        "id": "Q-fillin",
        "kind": "fillin",
        **COMMON,
        "stem": text("Count the ____.", "数 ____。"),
        "blanks": [{"accept": {"zh": ["席位"], "en": ["seat", "seats"]}}],
    },
    {
        "id": "Q-numeric",
        "kind": "numeric",
        **COMMON,
        "class": "parametric",
        "depends": ["sla.first"],
        "stem": text(
            "{{sla.first}} and how many?\n\n```log\n10:00\n```\n", "{{sla.first}} 多少？\n"
        ),
        "answer": {"value": "180", "tolerance": "0", "relative": False},
        "unit": text("minutes", "分钟"),
        "units": ["min", "分钟"],
        "wrong": [{"value": "270", "why": WHY}],
    },
    {
        "id": "Q-text",
        "kind": "text",
        **COMMON,
        "accept": [
            {"forms": {"zh": ["首次回复"], "en": ["first answer*"]}},
            {"all": {"zh": ["电话", "人"], "en": ["call", "lead"]}, "share": "0.5", "why": WHY},
        ],
    },
    {
        "id": "Q-matching",
        "kind": "matching",
        **COMMON,
        "things": [
            {"key": "1", "text": text("Down", "停"), "answer": "C", "why": WHY},
            {"key": "2", "text": text("Typo", "错字"), "answer": "A"},
        ],
        "choices": [{"key": key, "text": text(f"Level {key}")} for key in "ABC"],
    },
    {
        "id": "Q-ordering",
        "kind": "ordering",
        **COMMON,
        "items": [{"key": key, "text": text(f"Step {key}")} for key in "ABC"],
        "answer": ["B", "A", "C"],
        "policy": "neighbours",
    },
    {
        "id": "Q-cloze",
        "kind": "cloze",
        **COMMON,
        "text": text("[[2]] within [[1]] minutes: [[3]].", "[[1]] 分钟内 [[2]]：[[3]]。"),
        "gaps": [
            {"value": "10", "units": ["min"]},
            {
                "options": [{"key": key, "text": text(f"Who {key}")} for key in "AB"],
                "answer": "B",
                "why": WHY,
            },
            {"accept": {"zh": ["答"], "en": ["answer"]}},
        ],
    },
    {
        "id": "Q-case",
        "kind": "case",
        **{key: COMMON[key] for key in COMMON if key not in {"seconds", "points", "explanation"}},
        "class": "parametric",
        "depends": ["sla.first"],
        "stem": text("A mail within {{sla.first}}", "{{sla.first}} 内的邮件"),
        "parts": [
            {
                "id": "Q-case-1",
                "kind": "truefalse",
                "seconds": 30,
                "points": 1,
                "stem": text("Is it a P1?", "是 P1 吗？"),
                "answer": True,
                "why": {True: WHY, False: WHY},
                "explanation": text("It is."),
            },
            {
                "id": "Q-case-2",
                "kind": "text",
                "seconds": 30,
                "points": 3,
                "difficulty": 3,
                "tags": ["mail"],
                "stem": text("What first?", "先做什么？"),
                "accept": [{"forms": {"zh": ["答"], "en": ["answer"]}}],
                "explanation": text("Answer."),
            },
        ],
    },
    {
        "id": "Q-essay",
        "kind": "essay",
        **COMMON,
        "words": {"min": 20, "max": 80},
        "rubric": [
            {"key": "1", "points": 2, "text": text("Says who acts")},
            {"key": "2", "points": -1, "text": text("Promises too much")},
        ],
    },
    {
        "id": "Q-upload",
        "kind": "upload",
        **COMMON,
        "files": {"types": ["pdf"], "most": 2},
        "rubric": [{"key": "1", "points": 2, "text": text("The diagram is right")}],
    },
]
PROGRAMME: dict[str, Any] = {
    "code": "basics",
    "title": text("Basics"),
    "summary": text("All of it"),
    "weeks": 4,
    "certificate": "whole",
    "stages": [
        {
            "code": "first",
            "title": text("First"),
            "exam": "stage-1",
            "modules": [
                {
                    "code": "S1-A",
                    "title": text("Answers"),
                    "goals": {"zh": ["会答"], "en": ["Answer"]},
                    "lessons": ["S1-A-1"],
                }
            ],
        }
    ],
}
EXAM: dict[str, Any] = {
    "code": "stage-1",
    "title": text("Stage 1 exam"),
    "minutes": 20,
    "pass_percent": 80,
    "attempts": 3,
    "cooldown_days": [1, 7],
    "review": ["own", "key"],
    "draw": [{"unit": "S1-A", "count": 2}, {"unit": "S1-A", "count": 1, "kind": "numeric"}],
}
CERTIFICATE: dict[str, Any] = {
    "code": "whole",
    "prefix": "WH",
    "title": text("Certificate"),
    "validity_months": 24,
}
VARIABLES = {"sla.first": text("10 minutes", "10 分钟"), "desk.phone": text("400-1", "400-1")}


def put(root: Path, path: str, value: Any) -> Path:
    """Write a file: YAML unless it is text or bytes."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(value, bytes):
        target.write_bytes(value)
    else:
        plain = value if isinstance(value, str) else dumped(value)
        target.write_text(plain, encoding="utf-8")
    return target


class _Plain(yaml.SafeDumper):
    """Writes what stands in several places out each time."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def dumped(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Plain, allow_unicode=True, sort_keys=False)
    return text


def make(root: Path) -> Path:
    """Write the whole tree into `root`."""
    put(root, "variables.yaml", VARIABLES)
    put(root, "programmes/basics.yaml", PROGRAMME)
    put(root, "lessons/s1-a-1/lesson.yaml", LESSON)
    for language, body in BODY.items():
        put(root, f"lessons/s1-a-1/{language}.md", body)
        put(root, f"lessons/s1-a-1/clock.{language}.svg", svg())
    put(root, "lessons/s1-a-1/clock.en.narrow.svg", svg(width=300))
    put(root, "lessons/s1-a-1/sheet.pdf", b"%PDF-1.7 sheet")
    put(root, "questions/s1-a.yaml", {"unit": "S1-A", "questions": QUESTIONS})
    put(root, "exams/stage-1.yaml", EXAM)
    put(root, "certificates/whole.yaml", CERTIFICATE)
    return root


def findings(root: Path) -> list[Finding]:
    return check(Tree(root))


def codes(root: Path) -> set[str]:
    return {each.code for each in findings(root)}


def swap(root: Path, path: str, old: str, new: str) -> Path:
    """Replace one piece of a file's text, which has to be there."""
    target = root / path
    before = target.read_text(encoding="utf-8")
    assert old in before, f"{old!r} is not in {path}"
    target.write_text(before.replace(old, new, 1), encoding="utf-8")
    return root
