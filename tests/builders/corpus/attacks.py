"""Presentations that were tampered with, each in one way: rules A-01, A-02 and A-07."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from esspass.attestations import PDA1_EUDI
from esspass.keys.jwk import create_jwk, decode_base64url, encode_base64url
from esspass.keys.signer import KeySigner, create_key
from tests.builders.corpus.table import NOT_A_CREDENTIAL, Taken, case
from tests.builders.corpus.world import NOW, CorpusWorld

RFC, KB = "RFC 9901, section 7.1", "RFC 9901, section 7.3"
Edit = Callable[[str], str]


def edit_part(position: int, change: Edit) -> Edit:
    """Change one part between the tildes; -1 is the KB-JWT."""

    def edit(text: str) -> str:
        parts = text.split("~")
        parts[position] = change(parts[position])
        return "~".join(parts)

    return edit


def edit_segment(position: int, change: Edit) -> Edit:
    def edit(token: str) -> str:
        segments = token.split(".")
        segments[position] = change(segments[position])
        return ".".join(segments)

    return edit


def edit_json(change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> Edit:
    def edit(segment: str) -> str:
        value = json.loads(decode_base64url(segment))
        return encode_base64url(json.dumps(change(value)).encode())

    return edit


def flip(segment: str) -> str:
    data = bytearray(decode_base64url(segment))
    data[7] ^= 1
    return encode_base64url(bytes(data))


def header(**changes: Any) -> Edit:
    return edit_segment(0, edit_json(lambda value: drop({**value, **changes})))


def payload(**changes: Any) -> Edit:
    return edit_segment(1, edit_json(lambda value: drop({**value, **changes})))


def drop(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in value.items() if each is not ...}


ISSUER: Mapping[str, tuple[str, str, Edit]] = {
    "signature": ("A flipped bit in the signature", RFC, edit_segment(2, flip)),
    "payload": ("A later expiry", RFC, payload(exp=NOW + 9_000_000)),
    "holder-key": (
        "Another holder's key", RFC,
        payload(cnf={"jwk": create_jwk(KeySigner(create_key()).public_key)}),
    ),
    "alg-none": ("No signature at all", "RFC 8725, section 3.1", header(alg="none")),
    "alg-es384": ("Another algorithm", "RFC 8725, section 3.1", header(alg="ES384")),
    "crit": ("A critical header nobody knows", "RFC 7515, section 4.1.11", header(crit=["x"])),
    "signature-empty": ("An empty signature", RFC, edit_segment(2, lambda _: "")),
}  # fmt: skip
for _name, (_title, _why, _edit) in ISSUER.items():

    @case(f"tampered-{_name}", _title, _why, NOT_A_CREDENTIAL, "A-01 bad_signature")
    def _(w: CorpusWorld, edit: Edit = _edit) -> Taken:
        return w.work(before=edit_part(0, edit))


def add_disclosure(text: str) -> str:
    forged = encode_base64url(json.dumps(["salt" * 8, "documentID", "FORGED"]).encode())
    head, _, binding = text.rpartition("~")
    return f"{head}~{forged}~{binding}"


def swap_value(text: str) -> str:
    """Change what the first disclosure says."""
    parts = text.split("~")
    salt, *rest = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    parts[1] = encode_base64url(json.dumps([salt, *rest[:-1], "changed"]).encode())
    return "~".join(parts)


def repeat_disclosure(text: str) -> str:
    parts = text.split("~")
    return "~".join([*parts[:2], *parts[1:]])


DISCLOSURES: Mapping[str, tuple[str, Edit]] = {
    "extra-disclosure": ("A disclosure the issuer never made", add_disclosure),
    "swapped-disclosure": ("A disclosure with another value", swap_value),
    "repeated-disclosure": ("A disclosure twice", repeat_disclosure),
}
for _name, (_title, _edit) in DISCLOSURES.items():

    @case(f"tampered-{_name}", _title, RFC, NOT_A_CREDENTIAL, "A-01 bad_signature")
    def _(w: CorpusWorld, edit: Edit = _edit) -> Taken:
        return w.work(after=edit)


def drop_disclosure(text: str) -> str:
    parts = text.split("~")
    return "~".join([parts[0], *parts[2:]])


BINDING: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "nonce": ("Bound to another request", "for_another_check", {"present": {"nonce": "x" * 32}}),
    "audience": (
        "Bound to another verifier", "for_another_check",
        {"present": {"audience": "x509_hash:other"}},
    ),
    "kb-signature": (
        "A flipped bit in the holder's signature", "binding_broken",
        {"after": edit_part(-1, edit_segment(2, flip))},
    ),
    "kb-alg-none": (
        "The holder did not sign", "binding_broken", {"after": edit_part(-1, header(alg="none"))},
    ),
    "kb-typ": (
        "A JWT of another type as binding", "binding_broken",
        {"after": edit_part(-1, header(typ="JWT"))},
    ),
    "kb-other-holder": (
        "Signed by somebody else", "binding_broken",
        {"present": {"holder": KeySigner(create_key())}},
    ),
    "kb-missing": ("Not bound at all", "kb_missing", {"after": edit_part(-1, lambda _: "")}),
    "kb-past": ("Bound an hour ago", "kb_iat", {"present": {"now": NOW - 3600}}),
    "kb-future": ("Bound in an hour", "kb_iat", {"present": {"now": NOW + 3600}}),
    "kb-digest": (
        "A disclosure taken away after it was bound", "binding_broken",
        {"after": drop_disclosure},
    ),
}  # fmt: skip
for _name, (_title, _reason, _how) in BINDING.items():

    @case(f"tampered-{_name}", _title, KB, NOT_A_CREDENTIAL, f"A-07 {_reason}")
    def _(w: CorpusWorld, how: Mapping[str, Any] = _how) -> Taken:
        return w.work(**how)


UNREADABLE: Mapping[str, tuple[str, Edit]] = {
    "typ": ("A JWT of another type", edit_part(0, header(typ="JWT"))),
    "no-certificate": ("A credential without certificates", edit_part(0, header(x5c=...))),
    "no-type": ("A credential without a type", edit_part(0, payload(vct=...))),
    "payload-no-json": (
        "A payload that is no JSON", edit_part(0, edit_segment(1, lambda _: "AAAA")),
    ),
    "empty": ("Nothing", lambda _: ""),
    "jwt-only": ("A JWT without tildes", lambda text: text.split("~")[0]),
    "html": ("A web page", lambda _: "<html>"),
}  # fmt: skip
for _name, (_title, _edit) in UNREADABLE.items():

    @case(
        f"unreadable-{_name}", _title, "What does not parse is none of ours.", NOT_A_CREDENTIAL,
        "not_ours",
    )  # fmt: skip
    def _(w: CorpusWorld, edit: Edit = _edit) -> Taken:
        return w.work(after=edit)


@case(
    "type-unknown", "A type nobody knows, signed by a listed fund", "We Build, chapter 4.",
    NOT_A_CREDENTIAL, "A-02 unknown_type", "A-03 issuer_refused",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"claims": {"vct": "urn:example:other:1"}}, shown=())


@case(
    "type-unknown-shape", "A PD A1 of a shape nobody knows", "The vct alone tells no shape.",
    NOT_A_CREDENTIAL, "A-02 wrong_form", "A-03 issuer_refused",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    strange = {"work_information": ..., "employer": "Statyba"}
    return w.work(vct=PDA1_EUDI, issued={"claims": strange})


@case(
    "type-wrong-form", "A code that no list has", "Codes 01 to 12 of the shape's schema.",
    NOT_A_CREDENTIAL, "A-02 wrong_form",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(vct=PDA1_EUDI, issued={"claims": {"status_confirmation": "99"}})


@case(
    "type-other-metadata", "vct#integrity of other metadata", "SD-JWT VC, section 7.",
    NOT_A_CREDENTIAL, "A-02 wrong_form",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    other = "sha256-" + base64.b64encode(b"x" * 32).decode()
    return w.work(issued={"claims": {"vct#integrity": other}})
