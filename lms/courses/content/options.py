"""Checking the options of a self-check or a question."""

import string

from lms.core.entries import Entry
from lms.courses.option_rules import is_catch_all


def check_options(
    owner: Entry, fields: tuple[str, ...], *, least: int, most: int, tells: bool = True
) -> list[Entry]:
    """Check the options of an entry: how many, keys in order, both languages, what each shows.

    Args:
        owner: the entry that has ``options``.
        fields: the names of an option's fields.
        least: how many there are at least.
        most: how many there are at most.
        tells: whether each has to say what choosing it shows.

    Returns:
        The options.
    """
    options = owner.entries("options")
    if options and not least <= len(options) <= most:
        said = f"there are {len(options)}"
        owner.error("option-count", said, f"From {least} to {most}.", at="options")
    for option, letter in zip(options, string.ascii_uppercase, strict=False):
        option.only(*fields)
        if option.text("key") not in {"", letter}:
            advice = f"Keys are A, B, C … in the order written: here {letter}."
            option.error("option-keys", f"is {option.value['key']!r}", advice, at="key")
        option.both("why", optional=not tells)
        check_text(option)
    _check_different(owner, options)
    return options


def check_text(option: Entry) -> None:
    """Check the text of one option."""
    for said in option.both("text").values():
        if is_catch_all(said):
            advice = "Options are shuffled: let each one stand for itself."
            option.error("all-of-the-above", "refers to the other options", advice, at="text")
            return


def _check_different(owner: Entry, options: list[Entry]) -> None:
    for language in ("zh", "en"):
        texts = [option.value.get("text") for option in options]
        said = [str(each[language]).strip() for each in texts if each and language in each]
        if len(set(said)) != len(said):
            owner.error("duplicate-option", f"two options say the same ({language})", at="options")
