"""Sealed paper: bound to nobody, found by its seal."""

import hashlib
import zlib
from dataclasses import replace
from datetime import date

from base45 import b45decode, b45encode

from esspass.attestations import Address, Employment, Person
from esspass.jose.claims import StatusReference
from tests.builders.corpus.table import (
    CANNOT_DECIDE,
    COVERED,
    NOT_A_CREDENTIAL,
    NOT_COVERED,
    Taken,
    case,
)
from tests.builders.corpus.world import NOW, WITHDRAWN, CorpusWorld
from tests.builders.lists import DAY
from tests.builders.presentations import FUND_LIST

SEAL = "The seal names its certificate; the directory says whose it is."


@case("paper-a1-good", "A sealed A1 on paper", SEAL, COVERED, notes=["A-07 paper"])
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="paper")


@case("paper-ehic-good", "A replacement certificate on paper", SEAL, COVERED, notes=["E-03 paper"])
def _(w: CorpusWorld) -> Taken:
    return w.care(medium="paper")


@case(
    "paper-a1-ended", "A sealed A1 whose period is over", "Paper follows the same rules.",
    NOT_COVERED, "A-09 ended",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="paper", date="2027-03-01")


@case("paper-a1-other-employer", "Another employer on site", "Paper follows the same rules.",
    "DOUBT", "A-19 different_employer",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="paper", employer="Apdaila UAB")


def tamper(text: str) -> str:
    """Change one byte of the sealed payload."""
    data = bytearray(zlib.decompress(b45decode(text[5:].encode())))
    position = bytes(data).index(b"LT-A1")
    data[position] ^= 1
    return "ESD1:" + b45encode(zlib.compress(bytes(data), 9)).decode()


@case("paper-tampered", "Another document number under the seal", "RFC 9052, section 4.4.",
    NOT_A_CREDENTIAL, "A-01 bad_signature",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="paper", text=tamper)


@case("paper-unknown-seal", "A seal of nobody in the directory", SEAL, NOT_A_CREDENTIAL,
    "A-01 seal_unknown",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="paper", issued={"signer": w.identity.attestation_signer})


@case("paper-ehic-unknown-seal", "A card with a seal of nobody", SEAL, NOT_A_CREDENTIAL,
    "E-02 seal_unknown",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(medium="paper", issued={"signer": w.identity.attestation_signer})


@case("paper-without-directory", "Paper, and no directory", SEAL, CANNOT_DECIDE,
    "A-01 directory_stale",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="paper", bundle={**w.bundle, "directory": None})


@case("paper-withdrawn", "Paper that was withdrawn", "987/2009, Article 5(1).", NOT_COVERED,
    "A-05 revoked",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="paper", issued={"status": StatusReference(FUND_LIST, WITHDRAWN)})


@case("paper-status-unreachable", "Paper, and no status list", "Not known is not valid.",
    CANNOT_DECIDE, "A-06 status_unreachable",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="paper", bundle=w.with_status(None))


@case("paper-expired", "Paper that has expired", "RFC 8392, exp.", NOT_COVERED, "A-04 expired")
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="paper", issued={"issued_at": NOW - 9 * DAY, "expires_at": NOW - DAY})


@case("paper-child", "A certificate for a child", "Somebody must look at the child's document.",
    COVERED, notes=["E-15 only_the_person_named"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    child = Person("Šimkutė", "Ieva", date(2020, 5, 5))
    return w.care({"represented": child}, medium="paper")


def name(number: int) -> str:
    """A business name that does not compress."""
    return f"{hashlib.sha256(str(number).encode()).hexdigest()} UAB"


@case("paper-more-employers", "Thirty employers, of which the code holds some",
    "What the code left out must not be read as absent: it is asked.", COVERED,
    notes=["A-19 employer_not_compared"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    many = tuple(
        Employment(name(n), f"{n * 7919:09}", "LT", "01", "01", Address("Kaunas", "LT"))
        for n in range(30)
    )
    document = {"employments": many, "status_confirmation": "02"}
    asked = {"employer": "Apdaila UAB", "answers": {"works_for_other": None}}
    return w.work(document, medium="paper", **asked)


@case("paper-torn", "Half a code on paper", "The checksum does not fit.", NOT_A_CREDENTIAL, "torn")
def _(w: CorpusWorld) -> Taken:
    return w.work(medium="paper", text=lambda text: text[: len(text) // 2])


@case("paper-card-at-work", "A card on paper at an inspection of work", "Not what was asked for.",
    NOT_A_CREDENTIAL, "other_document",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return replace(w.work(), submission=w.care(medium="paper").submission)
