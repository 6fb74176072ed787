"""Files that are no certificates of ours, made on the spot."""

import json
import struct
import zlib

SIDE = 30_000


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


def bomb_of_pixels() -> bytes:
    """A small PNG that unpacks to 900 million pixels."""
    packer = zlib.compressobj(9)
    row = bytes(1 + SIDE // 8) * 100
    packed = b"".join(packer.compress(row) for _ in range(SIDE // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 0, 0, 0, 0)
    return png(chunk(b"IHDR", header), chunk(b"IDAT", packed))


def bomb_of_text() -> bytes:
    """A small PNG whose credential unpacks to 100 megabytes."""
    text = zlib.compress(b" " * 100_000_000, 9)
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return png(
        chunk(b"IHDR", header),
        chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0" + text),
        chunk(b"IDAT", zlib.compress(b"\0\0")),
    )


def deep() -> bytes:
    return b"[" * 100_000


def svg() -> bytes:
    return b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">
<script>alert(1)</script><openbadges:credential>{}</openbadges:credential></svg>"""


def foreign_credential() -> bytes:
    return json.dumps(
        {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"],
            "issuer": "did:web:example.org",
            "credentialSubject": {"name": "x"},
            "proof": {},
        }
    ).encode()
