"""Drill scripts as files (docs/content-format.md): checked and walked, not yet imported."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from lms.core.content import Counts, Finding, Severity, Tree
from lms.core.entries import Entry
from lms.core.placeholders import used
from lms.courses.content.lesson_checks import check_depends
from lms.courses.content.prose_checks import Reviewer, review_texts
from lms.courses.content.reading import stages, units
from lms.courses.content.style import STYLE
from lms.courses.content.world import SEVERITIES
from lms.courses.models import LessonClass
from lms.drills.rules import Action, Script, best_walk, dead_ends, unreachable

DRILLS = "drills"
FORMS = ("graph", "checklist")
SCORE = {"diagnosis": 35, "restoring": 20, "clock": 25, "safety": 10, "record": 10}
"""Points of a graph's checklist by skill, unless the drill has a `score` of its own."""
_WHOLE = 100
_COMMON = (
    "code", "unit", "title", "form", "class", "depends", "minutes", "pass_points", "scene",
    "materials", "checklist", "traps", "hints", "rubric",
)  # fmt: skip
_FIELDS = {
    "graph": ("severity", "clock", "score", "start", "states", "clues", "actions"),
    "checklist": (),
}
_LEVELS = ("4", "3", "2", "1")
_LONGEST, _MOST_POINTS = 240, 100


class DrillScripts:
    """The scripts of drills."""

    name = "drills"
    owns: tuple[str, ...] = (DRILLS,)

    def check(self, tree: Tree) -> Iterator[Finding]:
        """Yield what is wrong with them, and gates that name one that is not there."""
        found: list[Finding] = []
        codes: set[str] = set()
        for name in tree.names(DRILLS):
            if not name.endswith(".yaml"):
                path = f"{DRILLS}/{name}"
                found.append(Finding(path, None, Severity.WARNING, "stray-file", "is not read"))
        known = set(units(tree))
        for path, document in tree.documents(DRILLS):
            entry = Entry(path, document, found)
            codes.add(_Drill(tree, entry, known).check())
        yield from dict.fromkeys(found)  # the graph reads fields that were read before
        if tree.is_folder(DRILLS):  # an export has none: what was not imported is not written out
            yield from _check_gates(tree, codes)

    def review(self, tree: Tree) -> Iterator[Finding]:
        """Yield where their texts fall short."""
        for path, document in tree.documents(DRILLS) if tree.exists(STYLE) else ():
            reviewer = Reviewer(tree, path)
            review_texts(reviewer, Entry(path, document, []))
            yield from reviewer.found

    def sizes(self, tree: Tree) -> dict[str, int]:
        """Return how many there are."""
        return {DRILLS: len(tree.files(DRILLS, ".yaml"))}

    def measures(self, tree: Tree) -> dict[str, Any]:
        """Return each drill's size, and the fastest right way through a graph."""
        found = {}
        for path, document in tree.documents(DRILLS):
            entry = Entry(path, document, [])
            form = entry.choice("form", FORMS)
            told: dict[str, Any] = {"form": form, "checklist": len(entry.entries("checklist"))}
            if form == "graph" and (walk := best_walk(script(entry))):
                told |= {"steps": len(walk.actions), "simulated_minutes": walk.minutes}
            found[entry.code("code")] = told
        return {"walks": found}

    def prepare(self, tree: Tree) -> None:
        """Do nothing: they are not stored."""

    def load(self, tree: Tree, at: datetime) -> dict[str, Counts]:  # noqa: ARG002  as a Section has it
        """Do nothing: until there is a drills room, the files are all there is."""
        return {}

    def dump(self, folder: Path) -> int:  # noqa: ARG002  as a Section has it
        """Write nothing: what was not imported is not exported."""
        return 0


def script(entry: Entry) -> Script:
    """Return a drill's graph; wrong fields read as empty."""
    states = entry.entries("states")
    actions = [_action(each) for each in entry.entries("actions")]
    traps = [_action(each, is_trap=True) for each in entry.entries("traps", least=0)]
    clock = entry.entries("clock", optional=True, least=0)
    return Script(
        start=entry.code("start"),
        states=frozenset(each.code("code") for each in states),
        ends=frozenset(each.code("code") for each in states if each.flag("end", default=False)),
        actions=(*actions, *traps),
        deadlines={each.code("code"): each.whole("minutes", 1, 10_000) or 0 for each in clock},
    )


def _action(entry: Entry, *, is_trap: bool = False) -> Action:
    return Action(
        code=entry.code("code"),
        sources=frozenset(entry.words("from")),
        target=entry.code("to", optional=True) or None,
        minutes=entry.whole("minutes", 0, _LONGEST, optional=is_trap) or 0,
        shows=frozenset(entry.words("shows", optional=True)),
        needs=frozenset(entry.words("needs", optional=True)),
        meets=entry.code("meets", optional=True) or None,
        is_trap=is_trap,
        is_fatal=entry.flag("fatal", default=False),
    )


class _Drill:
    """Checks one drill."""

    def __init__(self, tree: Tree, entry: Entry, units: set[str]) -> None:
        self.tree, self.entry, self.units = tree, entry, units
        self.form = entry.choice("form", FORMS)

    def check(self) -> str:
        entry = self.entry
        code = entry.code("code")
        if code and entry.file != f"{DRILLS}/{code}.yaml":
            entry.error("wrong-name", f"the file is not called {code}.yaml", at="code")
        self._fields()
        self._traps()
        points = self._checklist()
        if points != _WHOLE:
            said = f"the points make {points}, not {_WHOLE}"
            entry.error("points", said, "Share them out again.", at="checklist")
        if self.form == "graph":
            self._graph()
        names = used(dict(entry.value))
        check_depends(entry, names, self.tree)
        return code

    def _fields(self) -> None:
        entry = self.entry
        entry.only(*_COMMON, *_FIELDS.get(self.form, ()))
        entry.both("title", fixed=True)
        entry.both("scene")
        entry.choice("class", list(LessonClass))
        entry.whole("minutes", 1, _LONGEST)
        entry.whole("pass_points", 1, _WHOLE)
        if "materials" in entry.value:
            entry.both_lists("materials")
        unit = entry.code("unit")
        if unit and unit not in self.units:
            said = f"no programme has a module {unit}"
            entry.warning("unknown-unit", said, "Correct it, or add the module.", at="unit")
        for each in entry.entries("hints", optional=True, least=0):
            each.only("text", "costs")
            each.both("text")
            each.whole("costs", 1, _MOST_POINTS)
        for each in entry.entries("rubric", optional=True, least=0):
            each.only("code", "title", "levels")
            each.code("code")
            each.both("title")
            if (levels := each.entry("levels")) is not None:
                levels.only(*_LEVELS)
                for level in _LEVELS:
                    levels.both(level)

    def _traps(self) -> None:
        graph = ("from", "to", "shows", "needs") if self.form == "graph" else ()
        for each in self.entry.entries("traps"):
            each.only("code", "text", "feedback", "minutes", "costs", "fatal", *graph)
            each.code("code")
            each.both("text")
            each.both("feedback")
            costs = each.whole("costs", 0, _MOST_POINTS, optional=True) or 0
            minutes = each.whole("minutes", 0, _LONGEST, optional=True) or 0
            if not each.flag("fatal", default=False) and not costs and not minutes:
                said = "costs neither points nor time"
                each.error("free-trap", said, "costs, minutes, or fatal: true.")

    def _checklist(self) -> int:
        traps = {each.code("code"): each for each in self.entry.entries("traps")}
        actions = {
            each.code("code") for each in self.entry.entries("actions", optional=True, least=0)
        }
        items = self.entry.entries("checklist")
        graph = ("skill", "by") if self.form == "graph" else ("minutes",)
        watched: set[str] = set()
        for each in items:
            each.only("code", "text", "points", "critical", "without", *graph)
            each.code("code")
            each.both("text")
            each.whole("points", 0, _MOST_POINTS)
            self._known(each, "without", traps, "trap")
            watched |= (
                set(each.words("without", optional=True)) if each.value.get("critical") else set()
            )
            if self.form == "graph":
                each.choice("skill", list(self._score()))
                self._known(each, "by", actions, "action")
                if not each.words("by", optional=True) and not each.words("without", optional=True):
                    each.error(
                        "missing-field", "nothing shows it", "Name an action, or a trap.", at="by"
                    )
        self._once("checklist", "traps", "actions")
        if not any(each.flag("critical", default=False) for each in items):
            said = "no step is critical"
            self.entry.error("no-critical", said, "What must not be missed?", at="checklist")
        for code, trap in traps.items():
            if trap.flag("fatal", default=False) and code not in watched:
                said = f"{code} is fatal, and no critical step watches for it"
                self.entry.error("no-critical", said, f"without: [{code}]", at="checklist")
        self._time(items)
        return sum(each.whole("points", 0, _MOST_POINTS) or 0 for each in items)

    def _time(self, items: list[Entry]) -> None:
        planned = self.entry.whole("minutes", 1, _LONGEST) or _LONGEST
        if self.form != "checklist":
            return
        needed = sum(each.whole("minutes", 0, _LONGEST, optional=True) or 0 for each in items)
        if needed > planned:
            said = f"the steps take {needed} of {planned} minutes"
            self.entry.error("misses-clock", said, "Plan more, or ask for less.", at="minutes")

    def _score(self) -> dict[str, int]:
        given = self.entry.value.get("score")
        return dict(given) if isinstance(given, dict) else SCORE

    def _graph(self) -> None:
        entry, graph = self.entry, script(self.entry)
        entry.choice("severity", SEVERITIES)
        for state in entry.entries("states"):
            state.only("code", "text", "end")
            state.both("text")
        for clue in entry.entries("clues"):
            clue.only("code", "text")
            clue.code("code")
            clue.both("text")
        for deadline in entry.entries("clock", optional=True, least=0):
            deadline.only("code", "minutes", "text")
            deadline.both("text")
        for action in entry.entries("actions"):
            action.only(
                "code", "text", "feedback", "from", "to", "minutes", "shows", "needs", "meets"
            )
            action.both("text")
            action.both("feedback")
        self._references(graph)
        self._points()
        self._walk(graph)

    def _references(self, graph: Script) -> None:
        clues = {each.code("code") for each in self.entry.entries("clues")}
        shown = {clue for each in graph.actions for clue in each.shows}
        for name in sorted(clues - shown):
            self.entry.error("unshown-clue", f"no action shows {name}", "Take it out?", at="clues")
        for key in ("actions", "traps"):
            for each in self.entry.entries(key):
                self._known(each, "from", graph.states, "state")
                self._known(each, "shows", clues, "clue")
                self._known(each, "needs", clues, "clue")
                for field, known in (("to", graph.states), ("meets", set(graph.deadlines))):
                    code = each.code(field, optional=True)
                    if code and code not in known:
                        each.error("unknown-code", f"there is no {code}", "Correct it.", at=field)
        if graph.start not in graph.states:
            self.entry.error("unknown-code", "there is no such state", "Correct it.", at="start")

    def _points(self) -> None:
        wanted, had = self._score(), Counter[str]()
        for each in self.entry.entries("checklist"):
            had[each.text("skill")] += each.whole("points", 0, _MOST_POINTS) or 0
        for skill, points in wanted.items():
            if had[skill] != points:
                said = f"{skill} has {had[skill]} points, not {points}"
                self.entry.error("points", said, "Share them out again.", at="checklist")

    def _walk(self, graph: Script) -> None:
        states, actions = unreachable(graph)
        for code in sorted(states):
            self.entry.error("unreachable-state", f"nobody gets to {code}", at="states")
        for code in sorted(actions):
            self.entry.error("unreachable-action", f"nobody can choose {code}", at="actions")
        for code in sorted(dead_ends(graph)):
            said = f"from {code} no right way leads to an end"
            self.entry.error("dead-end", said, "Add the action that goes on.", at="states")
        if best_walk(graph, with_clock=False) is None:
            self.entry.error("no-path", "no right way leads from the start to an end", at="states")
        elif best_walk(graph) is None:
            said = "no right way keeps every deadline"
            self.entry.error(
                "misses-clock", said, "Fewer minutes, or a later deadline.", at="clock"
            )

    def _known(self, entry: Entry, key: str, known: Any, what: str) -> None:
        for code in entry.words(key, optional=True):
            if code not in known:
                entry.error("unknown-code", f"there is no {what} {code}", "Correct it.", at=key)

    def _once(self, *keys: str) -> None:
        codes = [
            each.code("code")
            for key in keys
            for each in self.entry.entries(key, optional=True, least=0)
        ]
        for code, times in Counter(codes).items():
            if times > 1:
                self.entry.error("duplicate-id", f"{code} stands {times} times", at=keys[0])


def _check_gates(tree: Tree, codes: set[str]) -> Iterator[Finding]:
    for _programme, stage in stages(tree):
        for gate in stage.entries("practical", optional=True, least=0):
            for code in gate.words("drills", optional=True):
                if code not in codes:
                    said = f"{gate.path}.drills: there is no drill {code}"
                    advice = f"Write drills/{code}.yaml, or take it out."
                    line = gate.line("drills")
                    yield Finding(gate.file, line, Severity.ERROR, "unknown-drill", said, advice)
