"""Templates that somebody else wrote: the part of Jinja that fills in values, and nothing else.

Three fences, one behind the other. What a template is made of is an allow-list, looked through before
anything of it is compiled. What it is filled with is plain values, and attributes are looked up in
mappings alone. And Jinja's own sandbox is below. Time and memory are limited by the process: see
`lms.core.typesetter`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from typing_extensions import override

Vocabulary = Mapping[str, frozenset[str]]
"""What a template may name -> the attributes that it has; none for what is not a mapping.

What things in a list have stands under a name with a dot, such as ``certificate.stages``.
"""

FILTERS = ("default", "first", "join", "last", "length", "lower", "replace", "trim", "upper")
TESTS = ("defined", "eq", "even", "ge", "gt", "in", "le", "lt", "ne", "odd")
LOOP = frozenset({"first", "index", "index0", "last", "length", "revindex"})
"""What there is to know of a loop."""
MOST_MISTAKES = 8

_TAKEN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.For, nodes.If, nodes.Assign,
    nodes.AssignBlock, nodes.Macro, nodes.With, nodes.Call, nodes.Filter, nodes.Test, nodes.Getattr,
    nodes.Getitem, nodes.Slice, nodes.Const, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.Neg, nodes.CondExpr, nodes.Concat, nodes.Add, nodes.Sub, nodes.List,
    nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword,
)  # fmt: skip
_NOT_NAMES = frozenset({"self", "super", "caller", "varargs", "kwargs"})
_FILE = "<template>"


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why markup is not taken: a stable `code`, and where."""

    code: str
    what: str = ""
    line: int = 0
    """0 where it cannot be said."""
    field: str = "html"
    """``html`` or ``css``."""


class MistakesError(ValueError):
    """Markup is not taken."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes[:MOST_MISTAKES]


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which a dot looks a key up, and reaches no method of anything."""

    @override
    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    @override
    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, LoopContext) and argument in LOOP:
            return getattr(obj, argument)
        if isinstance(obj, Mapping) and isinstance(argument, str) and argument in obj:
            return obj[argument]
        if isinstance(obj, (list, tuple, str)) and isinstance(argument, (int, slice)):
            try:
                return obj[argument]
            except (IndexError, ValueError):
                return self.undefined(f"there is no {argument}", obj=obj)
        return self.undefined(obj=obj, name=argument)


class Sandbox:
    """What fills in templates of somebody else.

    Args:
        vocabulary: what they may name.
        filters: beside `FILTERS`.
    """

    def __init__(
        self, vocabulary: Vocabulary, filters: Mapping[str, Callable[..., Any]] | None = None
    ) -> None:
        self.vocabulary = vocabulary
        self._jinja = _Environment(autoescape=True, undefined=StrictUndefined)
        delivered, tests = self._jinja.filters, self._jinja.tests
        self._jinja.filters = {name: delivered[name] for name in FILTERS} | dict(filters or {})
        self._jinja.tests = {name: tests[name] for name in TESTS}
        self._jinja.globals = {}

    def check(self, source: str) -> None:
        """Look a template through, before anything of it is compiled.

        Raises:
            MistakesError: it cannot be read, or has something that is not taken.
        """
        try:
            tree = self._jinja.parse(source)
            mistakes = list(self._of(tree)) or self._unknown(tree)
        except TemplateSyntaxError as error:
            mistakes = [Mistake("syntax", str(error.message), error.lineno)]
        except RecursionError:
            mistakes = [Mistake("deep")]
        if mistakes:
            raise MistakesError(sorted(set(mistakes), key=lambda each: each.line))

    def fill(self, source: str, values: Mapping[str, Any], *, most: int) -> str:
        """Return a template that was looked through, filled in.

        Args:
            source: see `check`.
            values: mappings, lists, texts and numbers, for every name of the vocabulary.
            most: characters that it may grow to.

        Raises:
            MistakesError: it names what is not there, or grows too large.
        """
        parts, size = [], 0
        try:
            for part in self._jinja.from_string(source).generate(values):
                parts.append(part)
                if (size := size + len(part)) > most:
                    raise MistakesError([Mistake("output", f"{most // 1000}")])
        except MemoryError:
            raise MistakesError([Mistake("limits")]) from None
        except RecursionError:
            raise MistakesError([Mistake("deep")]) from None
        except (TemplateError, SecurityError, TypeError, ValueError, ArithmeticError) as error:
            if isinstance(error, MistakesError):
                raise
            raise MistakesError([Mistake("fill", str(error)[:200], _line(error))]) from None
        return "".join(parts)

    def _of(self, tree: nodes.Template) -> Iterator[Mistake]:
        macros = {each.name for each in tree.find_all(nodes.Macro)}
        for each in tree.find_all(nodes.Node):
            if not isinstance(each, _TAKEN):
                yield Mistake("statement", _word(each), each.lineno or 0)
            else:
                yield from self._of_node(each, macros)

    def _of_node(self, node: nodes.Node, macros: set[str]) -> Iterator[Mistake]:
        match node:
            case nodes.Call():
                is_own = isinstance(node.node, nodes.Name) and node.node.name in macros
                if not is_own or node.dyn_args is not None or node.dyn_kwargs is not None:
                    yield Mistake("call", _said(node.node), node.lineno)
            case nodes.Filter() if node.name not in self._jinja.filters:
                yield Mistake("filter", node.name, node.lineno)
            case nodes.Test() if node.name not in self._jinja.tests:
                yield Mistake("test", node.name, node.lineno)
            case nodes.Name() if node.name in _NOT_NAMES or node.name.startswith("_"):
                yield Mistake("name", node.name, node.lineno)
            case nodes.Getattr():
                yield from self._of_attribute(node, node.attr)
            case nodes.Getitem() if isinstance(node.arg, nodes.Const):
                if isinstance(node.arg.value, str):
                    yield from self._of_attribute(node, node.arg.value)
            case nodes.For() if node.recursive:
                yield Mistake("statement", "recursive", node.lineno)
            case _:
                pass

    def _of_attribute(self, node: nodes.Getattr | nodes.Getitem, name: str) -> Iterator[Mistake]:
        known = LOOP | frozenset().union(*self.vocabulary.values())
        if isinstance(node.node, nodes.Name) and node.node.name in self.vocabulary:
            known = self.vocabulary[node.node.name]
        if name.startswith("_") or (isinstance(node, nodes.Getattr) and name not in known):
            yield Mistake("name", f"{_said(node.node)}.{name}", node.lineno)

    def _unknown(self, tree: nodes.Template) -> list[Mistake]:
        unknown = meta.find_undeclared_variables(tree) - self.vocabulary.keys()
        return [
            Mistake("name", each.name, each.lineno)
            for each in tree.find_all(nodes.Name)
            if each.name in unknown
        ]


def _said(node: nodes.Node) -> str:
    """Return what something is called in a template; "…" for what has no name."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_said(node.node)}.{node.attr}"
    return "…"


def _word(node: nodes.Node) -> str:
    """Return the word that a statement begins with, or the sign of an operator."""
    signs = {
        "Mul": "*",
        "Div": "/",
        "FloorDiv": "//",
        "Mod": "%",
        "Pow": "**",
        "FromImport": "from",
    }
    name = type(node).__name__
    return signs.get(name, name.lower())


def _line(error: BaseException) -> int:
    """Return the line of the template where something went wrong."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if _is_template(trace) else line
        trace = trace.tb_next
    return line


def _is_template(trace: TracebackType) -> bool:
    return trace.tb_frame.f_code.co_filename in {_FILE, "<unknown>"}
