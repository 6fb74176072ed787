"""YAML that remembers its lines, so that whoever checks a file can say where something is wrong.

Reads what PyYAML's safe loader reads, with less to trip over: a key that stands twice is refused
instead of winning silently, dates stay text, keys are always text, and there are no aliases (with
which a small file can grow without end).
"""

from typing import Any, TypeAlias

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_DATE = "tag:yaml.org,2002:timestamp"
_MAP, _SEQ = "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"
_MERGE = "tag:yaml.org,2002:merge"
_WIDTH = 110


class Map(dict[str, Any]):
    """A mapping, and the line of each of its keys, from 1."""

    line: int
    lines: dict[str, int]


class Seq(list[Any]):
    """A list, and the line of each of its items, from 1."""

    line: int
    lines: list[int]


Value: TypeAlias = Map | Seq | str | int | float | bool | None


class YamlError(ValueError):
    """The text is not YAML as we read it.

    Args:
        line: where, from 1.
        message: what is wrong, in English.
        is_duplicate: whether a key stands twice.
    """

    def __init__(self, line: int, message: str, *, is_duplicate: bool = False) -> None:
        super().__init__(message)
        self.line = line
        self.is_duplicate = is_duplicate


def load(text: str) -> Value:
    """Read one document.

    Raises:
        YamlError: it cannot be read, or holds what we do not take.
    """
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            return None if root is None else _value(loader, root, set())
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise YamlError(line, error.problem or error.context or "not readable") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError(1, str(error).splitlines()[0]) from None


def dump(value: Any) -> str:
    """Write plain JSON values as YAML: keys in their order, long texts as blocks."""
    text: str = yaml.dump(
        value, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=_WIDTH, indent=2
    )
    return text


def _value(loader: Any, node: yaml.Node, seen: set[int]) -> Value:
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise YamlError(line, "aliases (&name, *name) are not read")
    if not isinstance(node, yaml.ScalarNode):
        seen.add(id(node))
        if node.tag not in {_MAP, _SEQ}:
            raise YamlError(line, f"values of the kind {node.tag} are not read")
    if isinstance(node, yaml.MappingNode):
        return _map(loader, node, seen)
    if isinstance(node, yaml.SequenceNode):
        found = Seq(_value(loader, each, seen) for each in node.value)
        found.line, found.lines = line, [each.start_mark.line + 1 for each in node.value]
        return found
    if node.tag == _DATE:
        return str(node.value)
    scalar: Value = loader.construct_object(node)
    if not isinstance(scalar, str | int | float | bool | None):
        raise YamlError(line, f"values of the kind {node.tag} are not read")
    return scalar


def _map(loader: Any, node: yaml.MappingNode, seen: set[int]) -> Map:
    found = Map()
    found.line, found.lines = node.start_mark.line + 1, {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == _MERGE:
            raise YamlError(line, "a key is a word or a number")
        given = loader.construct_object(key_node)
        # `true:` and `false:` are booleans to YAML; JSON, where they end up, knows only words
        key = str(given).lower() if isinstance(given, bool) else str(key_node.value)
        if key in found:
            raise YamlError(line, f"the key {key!r} stands twice", is_duplicate=True)
        found[key] = _value(loader, value_node, seen)
        found.lines[key] = line
    return found


class _Writer(_Dumper):  # type: ignore[misc]
    """Writes texts of several lines as blocks."""


def _text(writer: Any, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    node: yaml.ScalarNode = writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)
    return node


_Writer.add_representer(str, _text)
