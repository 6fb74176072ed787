"""All texts of a question at once, and the pictures that they name as ``![words](media:NAME)``."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from lms.exams.exchange.question import Blank, Question

MEDIA = "media:"
_IMAGE = re.compile(
    r"(?<!\\)!\[(?P<words>(?:[^\[\]\\]|\\.|\[[^\[\]]{0,200}\]){0,2000})\]\(\s{0,4}<?(?P<source>[^()\s<>]*)>?[^()]{0,500}\)"
)
_NAMED = re.compile(
    r"(?<!\\)!\[(?:[^\[\]\\]|\\.|\[[^\[\]]{0,200}\]){0,2000}\]\(media:([a-z0-9][a-z0-9._-]*)"
)
_MARK = re.compile(r"[\s\\]+")


def texts_of(question: Question) -> Iterator[str]:
    """Yield every Markdown text of a question, those of a case's parts too."""
    yield from (question.stem, question.explanation, question.model)
    for option in question.options:
        yield from (option.text, option.why)
    for pair in question.pairs:
        yield pair.text
    for blank in question.blanks:
        for each in (blank.forms, blank.numbers, blank.options):
            yield from (one.why for one in each)
    for part in question.parts:
        yield from texts_of(part)


def with_texts(question: Question, change: Callable[[str], str]) -> Question:
    """Return a question with every Markdown text changed, those of a case's parts too."""
    return replace(
        question,
        stem=change(question.stem),
        explanation=change(question.explanation),
        model=change(question.model),
        options=tuple(replace(each, text=change(each.text), why=change(each.why))
                      for each in question.options),
        pairs=tuple(replace(each, text=change(each.text)) for each in question.pairs),
        blanks=tuple(_blank(each, change) for each in question.blanks),
        parts=tuple(with_texts(each, change) for each in question.parts),
    )  # fmt: skip


def images(text: str, change: Callable[[str, str], str]) -> str:
    """Return a text with each image put as `change` says of its words and its source."""
    if "![" not in text:
        return text
    return _IMAGE.sub(lambda found: change(found["words"], found["source"]), text)


def renamed(text: str, name: Callable[[str], str]) -> str:
    """Return a text with its pictures under other names; one that gets none leaves its words."""

    def changed(words: str, source: str) -> str:
        if not source.startswith(MEDIA):
            return image(words, source)
        new = name(source.removeprefix(MEDIA))
        return image(words, f"{MEDIA}{new}") if new else words

    return images(text, changed)


def image(words: str, source: str) -> str:
    """Return the Markdown of an image; the words are Markdown already."""
    return f"![{words}]({source})"


def names_in(text: str) -> list[str]:
    """Return the names of the pictures that a text shows, each once."""
    return list(dict.fromkeys(_NAMED.findall(text))) if MEDIA in text else []


def pictures_in(question: Question) -> list[str]:
    """Return the names of the pictures that a question shows, each once."""
    return list(dict.fromkeys(name for text in texts_of(question) for name in names_in(text)))


def without_words(question: Question) -> int:
    """Return how many pictures of a question do not say what they show."""
    found = 0
    for text in texts_of(question):
        if MEDIA in text:
            found += sum(each["source"].startswith(MEDIA) and not _MARK.sub("", each["words"])
                         for each in _IMAGE.finditer(text))  # fmt: skip
    return found


def bare(question: Question) -> Question:
    """Return a question without pictures: what they show is said in words, where anybody said it."""
    return replace(with_texts(question, lambda text: renamed(text, lambda _name: "").strip()),
                   pictures=())  # fmt: skip


def _blank(blank: Blank, change: Callable[[str], str]) -> Blank:
    return Blank(
        tuple(replace(each, why=change(each.why)) for each in blank.forms),
        tuple(replace(each, why=change(each.why)) for each in blank.numbers),
        tuple(replace(each, why=change(each.why)) for each in blank.options),
    )
