"""Base 58 as Bitcoin spells it: how identifiers of keys and signatures are written."""

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def encode(content: bytes) -> str:
    """Return `content` in base 58."""
    number, text = int.from_bytes(content, "big"), ""
    while number:
        number, rest = divmod(number, len(ALPHABET))
        text = ALPHABET[rest] + text
    return ALPHABET[0] * (len(content) - len(content.lstrip(b"\0"))) + text


def decode(text: str) -> bytes:
    """Return the bytes that `text` spells.

    Raises:
        ValueError: a character of another alphabet.
    """
    number = 0
    for character in text:
        number = number * len(ALPHABET) + ALPHABET.index(character)
    zeros = len(text) - len(text.lstrip(ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
