"""The sample world as a file: hosts, codes, people, faults, and what texts say of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from lms.core.content import Finding, Tree
from lms.core.entries import Entry
from lms.core.placeholders import LANGUAGES

WORLD = "world.yaml"
_FAULT_FIELDS = ("symptom", "clue", "cause", "fix", "prevention")
_FIELDS = (
    "company", "product", "customers", "people", "hosts", "hypothetical_hosts", "queues", "jobs",
    "codes", "logs", "faults",
)  # fmt: skip
SEVERITIES = ("P1", "P2", "P3", "P4")
_ERROR_CODE = re.compile(r"OMS-\d{4}")
_SAYS = re.compile(r"(OMS-\d{4})(?: \"([^\"\n]*)\")?")
_FAULT = re.compile(r"(?<![\w.-])F\d{2}(?!\d)")
_CUSTOMER = re.compile(r"(?<![\w.-])C0\d(?!\d)")
_SEVERITY = re.compile(r"(?<![\w.-])P[1-9](?![\w.])")


@dataclass(frozen=True, slots=True)
class World:
    """What the file says, as far as it is well formed; empty without a file."""

    hosts: frozenset[str] = frozenset()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Error code -> its messages; * stands for what changes."""
    faults: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    releases: frozenset[str] = frozenset()
    software: Mapping[str, str] = field(default_factory=dict)
    """Program -> version that the world runs."""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Language -> name in a text -> the same thing's name in variables.yaml."""
    variables: tuple[str, ...] = ()
    """The values that are names: company, product, customers, people."""
    patterns: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is a world to hold texts to."""
        return bool(self.hosts)

    def contradictions(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield message and advice for what a text names and the world does not have."""
        if not self:
            return
        for name in self.patterns["host"].findall(text):
            if name not in self.hosts:
                yield f"there is no host {name}", f"One of: {', '.join(sorted(self.hosts))}."
        yield from self._wrong_codes(text)
        yield from self._wrong_versions(text)

    def _wrong_codes(self, text: str) -> Iterator[tuple[str, str]]:
        for code, said in _SAYS.findall(text):
            if code not in self.codes:
                yield f"there is no code {code}", "Add it to codes.known, or correct it."
            elif said and not _is_said(said, self.codes[code]):
                yield f"{code} does not say {said[:40]!r}", "As codes.known has it."
        for pattern, known, what in (
            (_FAULT, self.faults, "fault"),
            (_CUSTOMER, self.customers, "customer"),
            (_SEVERITY, frozenset(SEVERITIES), "severity"),
        ):
            for code in set(pattern.findall(text)) - known:
                yield f"there is no {what} {code}", "Correct it, or add it to the world."

    def _wrong_versions(self, text: str) -> Iterator[tuple[str, str]]:
        for name, version in self.patterns["software"].findall(text):
            runs = self.software[name]
            if not runs.startswith(version) and not version.startswith(runs):
                yield f"{name} {version}: the world runs {runs}", "Correct it."
        for version in self.patterns["release"].findall(text):
            if version not in self.releases:
                said = f"there is no release {version}"
                yield said, "Correct it, or add it to product.releases."

    def cast(self, text: str, language: str) -> set[str]:
        """Return what of the world a text names, the same in both languages."""
        if not self:
            return set()
        named = {self.names[language][each] for each in self.patterns[language].findall(text)}
        named |= set(self.patterns["host"].findall(text)) | set(_ERROR_CODE.findall(text))
        return named | set(_FAULT.findall(text))


def world(tree: Tree) -> World:
    """Return the tree's world."""
    return tree.once(WORLD, lambda: _read(tree)[0])


def check_world(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with the file."""
    yield from _read(tree)[1]


def _read(tree: Tree) -> tuple[World, list[Finding]]:
    found: list[Finding] = []
    document = tree.document(WORLD) if tree.exists(WORLD) else None
    if document is None:
        return World(), found
    whole = Entry(WORLD, document, found)
    whole.only(*_FIELDS)
    reader = _Reader(whole, tree.own_values())
    return reader.read(), found


class _Reader:
    """Reads and checks the file's parts."""

    def __init__(self, whole: Entry, values: Mapping[str, Mapping[str, str]]) -> None:
        self.whole, self.values = whole, values
        self.seen: set[str] = set()

    def read(self) -> World:
        product, releases = self._product()
        customers = self._cast("customers", ("trade", "size", "peak", "loses"))
        people = self._cast("people", ("role",), optional=("customer",))
        self._company()
        hosts, software = self._hosts()
        codes = self._codes()
        self._names("logs")
        self._jobs()
        self.whole.words("queues")
        faults = self._faults(codes)
        known = {each: self.values[each] for each in (*customers, *people) if each in self.values}
        names = {
            language: {value[language]: name for name, value in known.items()}
            for language in LANGUAGES
        }
        imagined = self.whole.words("hypothetical_hosts", optional=True)
        return World(
            hosts=frozenset([*hosts, *imagined]),
            codes=codes,
            faults=frozenset(faults),
            customers=frozenset(each for each in customers.values() if each),
            releases=frozenset(releases),
            software=software,
            names=names,
            variables=tuple(each for each in ("company", "product", *known) if each in self.values),
            patterns=_patterns(hosts, software, names, product),
        )

    def _company(self) -> None:
        if (company := self.whole.entry("company")) is not None:
            company.only("name", "city", "founded", "people", "teams")
            self._variable(company, "name")
            self._variable(company, "city")
            company.whole("founded", 1900, 2100)
            company.whole("people", 1, 1_000_000)
            for team in company.entries("teams"):
                team.only("name", "people")
                self._variable(team, "name")
                team.whole("people", 1, 1_000_000, optional=True)

    def _product(self) -> tuple[Mapping[str, str], list[str]]:
        if (product := self.whole.entry("product")) is None:
            return {}, []
        product.only("name", "version", "supported", "next", "releases")
        for key in ("version", "supported", "next"):
            self._variable(product, key)
        releases = product.words("releases", least=1)
        current = self.values.get(product.text("version"), {}).get("en", "")
        if current and current not in releases:
            product.error("unknown-release", f"{current} is missing", "Add it.", at="releases")
        return self.values.get(self._variable(product, "name"), {}), releases

    def _cast(
        self, key: str, texts: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> dict[str, str]:
        """Return name of the value -> code."""
        cast = {}
        for each in self.whole.entries(key):
            each.only("code", "name", *texts, *optional)
            for text in texts:
                each.both(text)
            code = each.code("code", optional=True)
            self._once(each, code)
            if "customer" in optional and (customer := each.code("customer", optional=True)):
                self._known(each, "customer", customer, self.seen)
            cast[self._variable(each, "name")] = code
        return cast

    def _hosts(self) -> tuple[list[str], dict[str, str]]:
        entries = self.whole.entries("hosts")
        names = [each.code("name") for each in entries]
        software = {}
        for each in entries:
            each.only("name", "runs", "version", "does", "needs", "connections", "port")
            each.both("does")
            self._once(each, each.code("name"), at="name")
            each.whole("connections", 1, 10_000, optional=True)
            each.whole("port", 1, 65_535, optional=True)
            for need in each.words("needs", optional=True):
                self._known(each, "needs", need, names)
            if program := each.text("runs", optional=True):
                software[program] = each.text("version")
        return names, software

    def _codes(self) -> dict[str, tuple[str, ...]]:
        if (codes := self.whole.entry("codes")) is None:
            return {}
        codes.only("families", "known")
        families = codes.entry("families")
        known = codes.entry("known")
        for digit in families.value if families else ():
            assert families is not None
            families.both(digit)
        found = {}
        for code in known.value if known else ():
            assert known is not None
            said = known.words(code)
            if not _ERROR_CODE.fullmatch(code):
                known.error("bad-code", "is no error code", "As in OMS-3107.", at=code)
            elif families is None or code[4] not in families.value:
                known.error("unknown-family", f"there is no family {code[4]}", "Add it.", at=code)
            found[code] = tuple(said)
        return found

    def _jobs(self) -> None:
        for each in self.whole.entries("jobs"):
            each.only("code", "at", "title")
            self._once(each, each.code("code"))
            each.text("at")
            each.both("title")

    def _faults(self, codes: Mapping[str, object]) -> list[str]:
        faults = []
        for each in self.whole.entries("faults"):
            each.only("code", "severity", *_FAULT_FIELDS)
            code = each.code("code")
            self._once(each, code)
            faults.append(code)
            each.choice("severity", SEVERITIES)
            for name in _FAULT_FIELDS:
                for said in each.both(name).values():
                    for named in _ERROR_CODE.findall(said):
                        self._known(each, name, named, codes)
        return faults

    def _names(self, key: str) -> None:
        for name in self.whole.words(key):
            self._known(self.whole, key, name, self.values)

    def _variable(self, entry: Entry, key: str) -> str:
        name = entry.text(key)
        if name:
            self._known(entry, key, name, self.values)
        return name

    def _known(self, entry: Entry, key: str, name: str, known: object) -> None:
        if name not in known:  # type: ignore[operator]
            entry.error("unknown-name", f"there is no {name}", "Correct it, or add it.", at=key)

    def _once(self, entry: Entry, code: str, at: str = "code") -> None:
        if code and code in self.seen:
            entry.error("duplicate-id", f"{code} stands already", "Each is used once.", at=at)
        self.seen.add(code)


def _is_said(said: str, messages: tuple[str, ...]) -> bool:
    """Whether it is one of the messages, or the beginning of one."""
    return any(fnmatchcase(said, each) or each.startswith(said) for each in messages)


def _patterns(
    hosts: list[str],
    software: Mapping[str, str],
    names: Mapping[str, Mapping[str, str]],
    product: Mapping[str, str],
) -> dict[str, re.Pattern[str]]:
    def one_of(words: Mapping[str, object] | set[str]) -> str:
        return "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or "(?!)"

    kinds = {each.rpartition("-")[0] for each in hosts if "-" in each}
    called = one_of(set(product.values()))
    return {
        "host": re.compile(rf"(?<![\w.-])(?:{one_of(kinds)})-\d+(?![\w-])"),
        "software": re.compile(rf"({one_of(software)}) (\d+(?:\.\d+)*)"),
        "release": re.compile(rf"(?:{called}|版本|[Vv]ersion|release) ?(\d+\.\d+(?:\.\d+)?)"),
        **{language: re.compile(one_of(each)) for language, each in names.items()},
    }
