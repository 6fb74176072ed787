"""Proofs inside JSON-LD documents: ``eddsa-rdfc-2022``. The only importer of pyld.

A document names the contexts that say what its terms mean. Only the pinned ones in ``contexts/``
are known: nothing is fetched, and a term that they do not define would be left out of what is
signed without a word, so it is refused.
"""

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from lms.core import base58, keys
from lms.core.keys import Key

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CONTEXTS = {
    CREDENTIALS: "credentials-v2.json",
    OPEN_BADGES: "open-badges-3.0.3.json",
    OPEN_BADGES_EXTENSIONS: "open-badges-extensions.json",
}
FOLDER = Path(__file__).parent / "contexts"
SUITE = "eddsa-rdfc-2022"
_PROOF = ("type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue")
_UNKNOWN = "urn:unknown-term:"
"""What a term becomes that no context defines."""
_DEEPEST = 24
_MOST_OBJECTS = 40
_MOST_NAMELESS = 6
"""Objects without an address. Bringing a document into its one order tries every order of those that
look alike: seven of them take half a second, ten a day. A credential of ours has four."""


class ProofError(ValueError):
    """A document has no proof that holds. `code` says what is wrong, for words elsewhere."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def signed(document: Mapping[str, Any], key: Key, *, method: str, at: datetime) -> dict[str, Any]:
    """Return `document` with a proof.

    Args:
        document: names its contexts; has no proof yet.
        key: an Ed25519 key, which signs.
        method: the address of that key, as others find it.
        at: when it is signed.

    Raises:
        ProofError: ``unknown-context`` or ``unknown-term``: it could not be signed whole.
    """
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    value = keys.sign(key, _covered(document, proof))
    return {**document, "proof": {**proof, "proofValue": "z" + base58.encode(value)}}


def check(document: Mapping[str, Any], known: Mapping[str, str]) -> str:
    """Return the address of the key that signed `document`.

    Args:
        document: anything that was read from JSON.
        known: address of a key -> the multibase public key, of those that are trusted.

    Raises:
        ProofError: ``missing-proof``, ``unknown-proof``, ``unknown-context``, ``unknown-term``,
            ``foreign-key`` or ``broken-proof``.
    """
    proof = document.get("proof")
    if not isinstance(proof, Mapping):
        raise ProofError("missing-proof")
    if set(proof) != set(_PROOF) or not all(isinstance(each, str) for each in proof.values()):
        raise ProofError("unknown-proof")
    suite = (proof["type"], proof["cryptosuite"], proof["proofPurpose"])
    if suite != ("DataIntegrityProof", SUITE, "assertionMethod"):
        raise ProofError("unknown-proof")
    if (public := known.get(proof["verificationMethod"])) is None:
        raise ProofError("foreign-key")
    options = {name: text for name, text in proof.items() if name != "proofValue"}
    bare = {name: value for name, value in document.items() if name != "proof"}
    covered = _covered(bare, options)
    try:
        signature = base58.decode(proof["proofValue"].removeprefix("z"))
    except ValueError:
        raise ProofError("broken-proof") from None
    if not proof["proofValue"].startswith("z") or not keys.is_signed(public, signature, covered):
        raise ProofError("broken-proof")
    return str(proof["verificationMethod"])


def _covered(document: Mapping[str, Any], proof: Mapping[str, str]) -> bytes:
    """Return what the suite signs: the hashes of the options of the proof and of the document."""
    named = document.get("@context")
    if not isinstance(named, list) or not named or named[0] != CREDENTIALS:
        raise ProofError("unknown-context")
    if any(not isinstance(each, str) or each not in CONTEXTS for each in named):
        raise ProofError("unknown-context")
    bare = {name: value for name, value in document.items() if name != "@context"}
    _refuse_inner_contexts(bare, 0)
    _refuse_puzzles(bare)
    parts = ({**proof, "@context": named}, document)
    return b"".join(hashlib.sha256(_canonical(each).encode()).digest() for each in parts)


def _refuse_inner_contexts(value: Any, depth: int) -> None:
    """Refuse a document that redefines terms further down, or that is nested without end."""
    if depth > _DEEPEST:
        raise ProofError("unknown-term")
    if isinstance(value, Mapping):
        if depth and "@context" in value:
            raise ProofError("unknown-context")
        for each in value.values():
            _refuse_inner_contexts(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _refuse_inner_contexts(each, depth + 1)


def _refuse_puzzles(document: Mapping[str, Any]) -> None:
    """Refuse what would take very long to bring into its one order: nobody has signed it."""
    parts = list(_parts(document))
    objects = [each for each in parts if isinstance(each, Mapping)]
    nameless = sum(not isinstance(each.get("id"), str) for each in objects)
    if len(objects) > _MOST_OBJECTS or nameless > _MOST_NAMELESS:
        raise ProofError("unknown-term")
    # Whatever else makes nodes without an address: labels of one's own, lists, graphs, inclusions.
    if any(name.startswith(("@", "_:")) for each in objects for name in each):
        raise ProofError("unknown-term")
    if any(isinstance(each, str) and each.startswith("_:") for each in parts):
        raise ProofError("unknown-term")


def _parts(value: Any) -> Iterator[Any]:
    """Yield a value, and everything in it."""
    yield value
    inner = value.values() if isinstance(value, Mapping) else value
    for each in inner if isinstance(value, Mapping | list) else ():
        yield from _parts(each)


def _canonical(document: Mapping[str, Any]) -> str:
    """Return the statements of a document in the one spelling and order that is signed."""
    from pyld import jsonld

    whole = copy.deepcopy(dict(document))
    # A vocabulary for what nobody defines: it turns up among the statements, instead of vanishing.
    whole["@context"] = [*whole["@context"], {"@vocab": _UNKNOWN}]
    options = {
        "algorithm": "URDNA2015",  # what RDFC-1.0 was called before it was a standard
        "format": "application/n-quads",
        "documentLoader": _load,
    }
    try:
        statements: str = jsonld.normalize(whole, options)
    except jsonld.JsonLdError:
        raise ProofError("unknown-term") from None
    if _UNKNOWN in statements:
        raise ProofError("unknown-term")
    return statements


def _load(address: str, _options: object = None) -> dict[str, Any]:
    """Give pyld a pinned context. It asks for nothing else: `_covered` has looked."""
    if address not in CONTEXTS:
        raise ProofError("unknown-context")
    found = {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": address}
    return {**found, "document": _context(address)}


@cache
def _context(address: str) -> Any:
    return json.loads((FOLDER / CONTEXTS[address]).read_text("utf-8"))
