"""Templates of somebody else: what they may do, and all that they may not."""

from typing import Any

import pytest

from lms.core.sandbox import MistakesError, Sandbox

VOCABULARY = {
    "certificate": frozenset({"name", "serial", "stages"}),
    "certificate.stages": frozenset({"zh", "state"}),
    "script": frozenset(),
}
VALUES: dict[str, Any] = {
    "certificate": {
        "name": "<b>李</b>",
        "serial": "S-1",
        "stages": [{"zh": "一", "state": ""}] * 20,
    },
    "script": "han",
}
LOOP = "{% for each in certificate.stages %}"
END = "{% endfor %}"


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(VOCABULARY, {"twice": lambda text: text + text})


def filled(sandbox: Sandbox, source: str, most: int = 5000) -> str:
    sandbox.check(source)
    return sandbox.fill(source, VALUES, most=most)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ certificate.name }}", "&lt;b&gt;李&lt;/b&gt;"),
        ("{{ certificate['serial']|lower|twice }}", "s-1s-1"),
        (
            "{% for each in certificate.stages[:2] %}{{ loop.index }}{{ each.zh }}{% endfor %}",
            "1一2一",
        ),
        ("{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m(script) }}", "<i>han</i>"),
        ("{% set a = {'han': 'Kai'}[script] %}{{ a or 'x' }}", "Kai"),
        ("{% set a %}{{ script }}!{% endset %}{{ a }}", "han!"),
        ("{{ 'many' if certificate.stages|length > 3 else 'few' }}", "many"),
        ("{% with x = 1 %}{{ x + 2 - 1 }}{% endwith %}", "2"),
        ("{% raw %}{{ anything }}{% endraw %}{# said #}", "{{ anything }}"),
    ],
)
def test_what_is_taken(sandbox: Sandbox, source: str, text: str) -> None:
    assert filled(sandbox, source) == text


@pytest.mark.parametrize(
    ("source", "code", "what"),
    [
        ("{{ ''.__class__.__mro__ }}", "name", "….__class__"),
        ("{{ certificate.__class__ }}", "name", "certificate.__class__"),
        ("{{ certificate['__class__'] }}", "name", "certificate.__class__"),
        ("{{ certificate|attr('__class__') }}", "filter", "attr"),
        ("{{ certificate.items() }}", "call", "certificate.items"),
        ("{{ certificate.name.format(certificate) }}", "call", "certificate.name.format"),
        ("{{ self }}", "name", "self"),
        ("{{ self._TemplateReference__context }}", "name", "self"),
        ("{{ cycler('a', 'b') }}", "call", "cycler"),
        ("{{ joiner }}", "name", "joiner"),
        ("{% set x = namespace(a=1) %}", "call", "namespace"),
        ("{% set x.a = 1 %}", "statement", "nsref"),
        ("{{ lipsum.__globals__ }}", "name", "lipsum.__globals__"),
        ("{{ config }}", "name", "config"),
        ("{{ request.environ }}", "name", "request.environ"),
        ("{{ caller }}", "name", "caller"),
        ("{{ varargs }}", "name", "varargs"),
        ("{{ loop }}", "name", "loop"),
        ("{{ script|safe }}", "filter", "safe"),
        ("{{ script|tojson }}", "filter", "tojson"),
        ("{{ script is callable }}", "test", "callable"),
        ("{{ 'x' * 1000000000 }}", "statement", "*"),
        ("{{ 10 ** 10 ** 10 }}", "statement", "**"),
        ("{{ '%1000000000d' % 1 }}", "statement", "%"),
        ("{% for i in range(10**9) %}{% endfor %}", "call", "range"),
        (
            "{% for i in certificate.stages recursive %}{{ i.zh }}{% endfor %}",
            "statement",
            "recursive",
        ),
        ("{% include '/etc/passwd' %}", "statement", "include"),
        ("{% import 'x' as y %}", "statement", "import"),
        ("{% from 'x' import y %}", "statement", "from"),
        ("{% extends 'base.html' %}", "statement", "extends"),
        ("{% block x %}{% endblock %}", "statement", "block"),
        (
            "{% autoescape false %}{{ script }}{% endautoescape %}",
            "statement",
            "scopedevalcontextmodifier",
        ),
        ("{% filter upper %}x{% endfilter %}", "statement", "filterblock"),
        ("{% macro m(x) %}{% endmacro %}{{ m(*certificate.stages) }}", "call", "m"),
        ("{{ certificate.nickname }}", "name", "certificate.nickname"),
        ("{{ nickname }}", "name", "nickname"),
        ("{% if false %}{{ nickname }}{% endif %}", "name", "nickname"),
        ("{% do script %}", "syntax", "Encountered unknown tag 'do'."),
        ("{{ " + "(" * 3000 + ")" * 3000 + " }}", "deep", ""),
    ],
)
def test_what_is_refused_before_anything_runs(
    sandbox: Sandbox, source: str, code: str, what: str
) -> None:
    with pytest.raises(MistakesError) as refused:
        sandbox.check("<p>\n" + source)
    mistakes = {(each.code, each.what) for each in refused.value.mistakes}
    assert (code, what) in mistakes
    if code != "deep" and what != "scopedevalcontextmodifier":  # these two know no line
        assert 2 in {each.line for each in refused.value.mistakes}


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("\n{{ certificate['__cl' ~ 'ass__'] }}", "fill", 2),
        ("\n\n{{ certificate.stages[99].zh }}", "fill", 3),
        ("{{ certificate.name + 1 }}", "fill", 1),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "deep", 0),
        (LOOP * 4 + "many, very many" + END * 4, "output", 0),
    ],
)
def test_what_is_refused_when_it_is_filled_in(
    sandbox: Sandbox, source: str, code: str, line: int
) -> None:
    with pytest.raises(MistakesError) as refused:
        filled(sandbox, source)
    assert [(each.code, each.line) for each in refused.value.mistakes] == [(code, line)]


def test_values_are_reached_and_their_methods_are_not(sandbox: Sandbox) -> None:
    """Below the list of what is taken there are two more fences; here the first one is left out."""
    for source in ("{{ certificate.items }}", "{{ script.format }}", "{{ script.__class__ }}"):
        with pytest.raises(MistakesError):
            sandbox.fill(source, VALUES, most=100)
    with pytest.raises(MistakesError):
        sandbox.fill("{{ cycler('a') }}{{ range(3) }}", VALUES, most=100)
