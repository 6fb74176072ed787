"""The catalogues of texts: ``update`` collects what is in the code, ``check`` finds what is wrong.

English is the language of the code, so its catalogue is made: each text is its own translation.
The Chinese one is written by people; ``update`` keeps what they wrote and adds what is new, empty.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "lms" / "translations"
LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
"""Folder -> locale, whose plural forms the catalogue has."""
KEYWORDS = DEFAULT_KEYWORDS | {
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+ 0#]*\d*(?:\.\d+)?[a-zA-Z%]|\{\w*\}")
TAG = re.compile(r"</?[a-zA-Z][^>]*>")


def main() -> int:
    """Run the command of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["update", "check"])
    command = parser.parse_args().command
    texts = extracted()
    if command == "update":
        for language in LANGUAGES:
            print(f"{language}: {update(language, texts)}")
        return 0
    problems = [each for language in LANGUAGES for each in problems_of(language, texts)]
    print("\n".join(problems) or f"{len(texts)} texts, both catalogues complete")
    return bool(problems)


def extracted() -> Catalog:
    """Return the texts that the code and the templates have."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")  # type: ignore[no-untyped-call]
    texts = Catalog(project="Stairway", fuzzy=False)
    found = extract_from_dir(
        ROOT,
        methods,
        options,
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        # Babel leaves out folders that begin with _, and with them what all pages share.
        directory_filter=lambda folder: not Path(folder).name.startswith("."),
    )
    for name, _line, message, comments, context in sorted(found, key=lambda each: each[:2]):
        texts.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return texts


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language as it is on disk; an empty one if there is none."""
    path = path_of(language)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGES[language])


def path_of(language: str) -> Path:
    """Return where the catalogue of a language lies."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def update(language: str, texts: Catalog) -> str:
    """Bring the catalogue of a language in line with the code; return what there is to do."""
    known = catalogue(language)
    fresh = _empty(language)
    for text in (each for each in texts if each.id):
        before = known.get(text.id, text.context)
        fresh.add(
            text.id,
            _english(text) if language == "en" else before.string if before else "",
            [(name, 0) for name in sorted({name for name, _ in text.locations})],
            auto_comments=text.auto_comments,
            context=text.context,
        )
    save(language, fresh)
    empty = sum(not _is_translated(each) for each in fresh if each.id)
    return f"{len(fresh)} texts, {empty} without translation"


def save(language: str, content: Catalog) -> None:
    """Write a catalogue, unless nothing would change."""
    target = BytesIO()
    write_po(target, content, width=100, sort_output=True, include_lineno=False)
    # Dates and versions would make every update a change, and every merge a conflict.
    dull = re.compile(rb'^"(?:POT-Creation-Date|PO-Revision-Date|Generated-By):.*\n', re.MULTILINE)
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = dull.sub(b"", target.getvalue())
    if not path.exists() or path.read_bytes() != written:
        path.write_bytes(written)


def problems_of(language: str, texts: Catalog) -> Iterator[str]:
    """Say what is wrong with the catalogue of a language."""
    known = catalogue(language)
    wanted = {(each.id, each.context) for each in texts if each.id}
    for each in known:
        if each.id and (each.id, each.context) not in wanted:
            yield f"{language}: not in the code any more: {each.id!r}"
    for each in texts:
        if not each.id:
            continue
        there = known.get(each.id, each.context)
        if there is None or not _is_translated(there):
            where = ", ".join(sorted({name for name, _ in each.locations}))
            yield f"{language}: missing: {each.id!r} ({where})"
        else:
            yield from (f"{language}: {problem}: {each.id!r}" for problem in _faults(there))


def _faults(message: Message) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    originals = _forms(message.id)
    for string in _forms(message.string):
        # A plural form may leave out the number ("one lesson"), but must not invent a name.
        if not any(_marks(PLACEHOLDER, string) == _marks(PLACEHOLDER, each) for each in originals):
            yield "placeholders differ"
        if not any(_marks(TAG, string) == _marks(TAG, each) for each in originals):
            yield "tags differ"


def _empty(language: str) -> Catalog:
    return Catalog(
        locale=LANGUAGES[language],
        project="Stairway",
        version="1",
        header_comment=f"# Texts of Stairway, {language}. Made by `make messages`.",
        msgid_bugs_address="see CONTRIBUTING.md",
        last_translator="see git log",
        language_team=language,
        fuzzy=False,
    )


def _marks(pattern: re.Pattern[str], text: str) -> list[str]:
    return sorted(pattern.findall(text))


def _forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


def _is_translated(message: Message) -> bool:
    return bool(message.string) and all(_forms(message.string))


def _english(message: Message) -> str | tuple[str, ...]:
    return message.id if isinstance(message.id, str) else tuple(message.id)


if __name__ == "__main__":
    sys.exit(main())
