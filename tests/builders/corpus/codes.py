"""Codes that a camera reads: what holders show, and what else is shown to cameras."""

import random
import zlib
from dataclasses import replace

from base45 import b45encode

from esspass.attestations import EHIC, PDA1_APPLICATION, PID
from esspass.inspection import create_shown_digest
from esspass.qr import create_frames
from esspass.sdjwt import parse_sd_jwt
from tests.builders.corpus.table import CANNOT_DECIDE, COVERED, NOT_A_CREDENTIAL, Taken, case
from tests.builders.corpus.world import NOW, CorpusWorld
from tests.builders.documents import an_application
from tests.builders.inspections import answer, bind, bind_shown, show
from tests.builders.presentations import create_ehic, create_pid

MINUTE = "A shown code is bound to a purpose and a minute."


@case("shown-good", "A code shown just now", MINUTE, COVERED)
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr")


@case("shown-end-of-minute", "A code at the end of its minute", MINUTE, COVERED)
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", later=90)


@case("shown-too-old", "A code of two minutes ago", MINUTE, NOT_A_CREDENTIAL, "A-07 shown_too_old")
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", later=91)


@case(
    "shown-in-future", "A code of in two minutes", MINUTE, NOT_A_CREDENTIAL,
    "A-07 shown_in_future",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", later=-61)


@case(
    "shown-for-another-purpose", "Shown for something else", MINUTE, NOT_A_CREDENTIAL,
    "A-07 for_another_check",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", present={"purpose": "health-care"})


@case(
    "shown-weak-nonce", "Without enough randomness", "128 bits keep codes apart.",
    NOT_A_CREDENTIAL, "A-07 for_another_check",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", present={"nonce": "1234"})


@case("shown-without-end", "Bound to no minute", MINUTE, NOT_A_CREDENTIAL, "A-07 kb_iat")
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", present={"claims": {}})


@case("shown-for-an-hour", "Bound to a whole hour", MINUTE, NOT_A_CREDENTIAL, "A-07 kb_iat")
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", present={"claims": {"exp": NOW + 3600}})


@case(
    "shown-answer-to-a-request", "An answer to a request, shown as a code",
    "It is bound to a verifier, not to a purpose.", NOT_A_CREDENTIAL, "A-07 for_another_check",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", present={"audience": "x509_hash:abc"})


@case(
    "shown-replayed", "A code that was shown before", "The same code is accepted once.",
    NOT_A_CREDENTIAL, "A-07 replayed",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    kept = []

    def keep(text):
        kept.append(create_shown_digest(parse_sd_jwt(text).key_binding_jwt or ""))
        return text

    taken = w.work(medium="qr", after=keep)
    return replace(taken, seen=kept)


@case("shown-revoked", "A good code of a withdrawn document", MINUTE, "NOT_COVERED", "A-05 revoked")
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", issued={"index": 1})


@case(
    "shown-frames-out-of-order", "A sequence of codes, read backwards and twice",
    "Frames may come in any order and again.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    def mix(text):
        frames = create_frames(text, 600)
        return "\n".join([*reversed(frames), frames[0]])

    return w.work(medium="qr", text=mix)


@case(
    "shown-frame-missing", "A sequence with one code missing", "Not all of it was read.",
    NOT_A_CREDENTIAL, "torn",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", text=lambda text: "\n".join(create_frames(text, 600)[1:]))


@case(
    "shown-frames-of-two", "Frames of two codes mixed", "The digest tells them apart.",
    NOT_A_CREDENTIAL, "torn",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    def mix(text):
        frames = create_frames(text, 600)
        head = frames[0].split(":", 1)
        return "\n".join([f"{head[0]}:{'A' * len(head[1])}", *frames[1:]])

    return w.work(medium="qr", text=mix)


@case("shown-clock-wrong", "Shown to a device three hours behind",
    "A status list signed later proves the clock wrong; the code is not blamed.",
    "CANNOT_DECIDE", "A-04 clock_wrong", "A-07 clock_wrong",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", later=-3 * 3600)


def torn(text: str) -> str:
    return text[: len(text) // 2]


def changed(text: str) -> str:
    middle = len(text) // 2
    return text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]


@case("shown-torn", "Half a code", "The checksum does not fit.", NOT_A_CREDENTIAL, "torn")
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", text=torn)


@case(
    "shown-misread", "One character misread", "The checksum does not fit.", NOT_A_CREDENTIAL, "torn"
)
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="qr", text=changed)


FOREIGN = {
    "covid": ("An EU COVID certificate", "eu_covid_certificate", "HC1:6BFOXN%TS3DH0YOJ58S"),
    "url": ("A web address", "a_url", "https://example.eu/a1?id=17"),
    "url-upper": ("A web address in capitals", "a_url", "HTTPS://EXAMPLE.EU/A1"),
    "request": ("A wallet's request", "not_ours", "openid4vp://?client_id=x"),
    "offer": ("An offer of a credential", "not_ours", "openid-credential-offer://?x=1"),
    "text": ("Any text", "not_ours", "Hello"),
    "empty": ("An empty frame", "not_ours", ""),
    "prefix-only": ("Our prefix and nothing", "torn", "ESP1:"),
    "not-base45": ("Our prefix and no base45", "torn", "ESP1:!!!"),
    "frame-damaged": ("A damaged frame", "torn", "ESF1:ABCD/3/9:XYZ"),
    "long": ("A hundred thousand characters and more", "too_large", "A" * 140_000),
    "bomb": (
        "A decompression bomb", "too_large",
        "ESP1:" + b45encode(zlib.compress(b"\0" * 5_000_000, 9)).decode(),
    ),
    "noise": (
        "Noise behind our prefix", "torn",
        "ESP1:" + b45encode(random.Random(17).randbytes(300)).decode(),
    ),
    "cbor-of-others": (
        "CBOR that is no presentation", "torn",
        "ESP1:" + b45encode(zlib.compress(b"\xa1\x01\x02")).decode(),
    ),
    "two-streams": (
        "Something behind the end", "torn",
        "ESP1:" + b45encode(zlib.compress(b"\xa1\x01\x02") + b"more").decode(),
    ),
}  # fmt: skip
for _name, (_title, _reason, _text) in FOREIGN.items():

    @case(
        f"camera-{_name}", _title, "Bad input gets a named reason, at once.", NOT_A_CREDENTIAL,
        _reason,
    )  # fmt: skip
    def _(w: CorpusWorld, text: str = _text) -> Taken:
        return w.scan(text)


ASKED = "A document of ours, but not the one asked for."


@case("other-card-at-work", "A health card at an inspection of work", ASKED, NOT_A_CREDENTIAL,
    "other_document",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    card = bind(w, w.issue(create_ehic(), EHIC), ())
    return replace(w.work(), submission=answer(card))


@case("other-application", "A proof that an A1 was applied for", "The A1 may come later.",
    CANNOT_DECIDE, "application_only",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    proof = bind(w, w.issue(an_application(), PDA1_APPLICATION), ())
    return replace(w.work(), submission=answer(proof))


@case("other-a1-at-desk", "An A1 at the hospital desk", ASKED, NOT_A_CREDENTIAL, "other_document")
def _(w: CorpusWorld) -> Taken:
    return replace(w.care(), submission=w.work().submission)


@case("other-identity-only", "Only an identity", ASKED, NOT_A_CREDENTIAL, "other_document")
def _(w: CorpusWorld) -> Taken:
    identity = bind_shown(w, w.issue(create_pid(), PID), ())
    return replace(w.work(), submission=show(identity))
