"""The EHIC at a hospital desk: rules E-01 to E-20."""

from dataclasses import replace
from datetime import date

from esspass.attestations import PID, Address, Authority, Institution, Person
from tests.builders.corpus.attacks import edit_part, edit_segment, flip
from tests.builders.corpus.table import (
    CANNOT_DECIDE,
    COVERED,
    NOT_A_CREDENTIAL,
    NOT_COVERED,
    Taken,
    case,
)
from tests.builders.corpus.world import NOW, SUSPENDED, WITHDRAWN, CorpusWorld
from tests.builders.presentations import PERSON, create_pid

LOCAL = "Local days, both included (common rulebook, 2.7)."
S3 = "Decision S3"


def days(**changes):
    return {name: day and date.fromisoformat(day) for name, day in changes.items()}


@case("ehic-good", "A card as it should be", LOCAL, COVERED, notes=["E-20 keep_the_proof"])
def _(w: CorpusWorld) -> Taken:
    return w.care()


@case("ehic-shown", "The same as a code on a telephone", LOCAL, COVERED)
def _(w: CorpusWorld) -> Taken:
    return w.care(medium="qr")


@case("ehic-last-day", "Care on the last day", LOCAL, COVERED)
def _(w: CorpusWorld) -> Taken:
    return w.care(date="2028-02-20")


@case("ehic-date-of-care", "Care a month ago, still covered then", LOCAL, COVERED)
def _(w: CorpusWorld) -> Taken:
    return w.care(date="2026-10-20")


@case("ehic-ended", "Care after the end of coverage", LOCAL, NOT_COVERED, "E-05 ended")
def _(w: CorpusWorld) -> Taken:
    return w.care(days(ends="2026-11-20"))


@case("ehic-not-yet", "Care before coverage began", LOCAL, NOT_COVERED, "E-05 not_yet")
def _(w: CorpusWorld) -> Taken:
    return w.care(days(starts="2026-12-01"))


@case(
    "ehic-across-the-end", "A stay across the end of coverage",
    "Covered until the end only; ask for a new certificate.", NOT_COVERED, "E-05 ends_during",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(days(ends="2026-11-25"), until="2026-11-30")


@case(
    "ehic-across-the-expiry", "A stay across the card's expiry", "Decision S2, field 9.",
    NOT_COVERED, "E-06 card_expires_during",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(days(expires_on="2026-11-25"), until="2026-11-30")


@case(
    "ehic-expired", "A card that has expired", "Decision S2, field 9.", NOT_COVERED,
    "E-06 card_expired",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(days(expires_on="2026-11-20"))


@case(
    "ehic-without-coverage", "A card without dates of coverage",
    "Then the dates of the card count.", COVERED, notes=["E-07 dates_of_card"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(days(starts=None, ends=None))


@case(
    "ehic-before-issue", "Without dates of coverage, care before it was issued",
    "Then the dates of the card count.", NOT_COVERED, "E-07 before_issue",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(days(starts=None, ends=None), date="2026-01-10")


@case(
    "ehic-without-any-end", "A card without any end", "Nothing says until when.", CANNOT_DECIDE,
    "E-07 no_dates",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(days(starts=None, ends=None, expires_on=None))


@case(
    "ehic-planned", "Care was the reason of the journey", "883/2004, Article 20: S2 is needed.",
    NOT_COVERED, "E-11 planned_care",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(answers={"planned_care": True})


@case(
    "ehic-resident", "The patient lives here", "883/2004, Article 17: S1.", COVERED,
    notes=["E-10 resides_here"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(answers={"resides_here": True})


@case(
    "ehic-pregnant", "Chronic illness or pregnancy", f"{S3}: covered unless the journey's reason.",
    COVERED, notes=["E-12 chronic_or_pregnant"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(answers={"chronic_or_pregnant": True})


@case(
    "ehic-vital-treatment", "Dialysis", f"{S3}: needs prior agreement.", COVERED,
    notes=["E-13 vital_treatment"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(answers={"vital_treatment": True})


@case(
    "ehic-not-asked", "Nobody asked anything", "Questions cost nothing.", COVERED,
    notes=[
        "E-10 residence_not_asked", "E-11 purpose_not_asked", "E-12 condition_not_asked",
        "E-13 treatment_not_asked", "E-14 provider_not_stated",
    ],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return replace(w.care(provider=None), answers={})


@case(
    "ehic-private-provider", "A private provider", "The card is for the statutory system.",
    NOT_COVERED, "E-14 private_provider",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(provider="private")


@case(
    "ehic-national-card", "A Lithuanian card in Lithuania", "883/2004, Article 19: other States.",
    COVERED, notes=["E-09 national_card"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(country="LT")


CHILD = Person("Šimkutė", "Ieva", date(2020, 5, 5))


@case(
    "ehic-child", "A parent shows the card of a child",
    "The identity is the parent's: a person must look at the child's document.", COVERED,
    notes=["E-04 person_represented", "E-15 only_the_person_named"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care({"represented": CHILD})


@case(
    "ehic-child-denied", "Another child than the one named", "Only a person can see that.",
    NOT_COVERED, "E-04 identity_differs",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care({"represented": CHILD}, answers={"same_patient": False})


@case(
    "ehic-other-person", "Somebody else's card", "Another personal number of the same State.",
    NOT_COVERED, "E-04 person_mismatch",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    other = replace(PERSON, pin="38001010001")
    return w.care(pid=w.issue(create_pid(other), PID, index=9))


@case(
    "ehic-foreign-identity", "An identity of another State",
    "Numbers of two States say nothing about each other.", COVERED,
    notes=["E-04 person_number_foreign"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    other = create_pid(replace(PERSON, pin="01019000017"), issuing_country="GR")
    at = {"status": {"status_list": {"idx": 9, "uri": "https://identity.example.gr/status/1"}}}
    return w.care(pid=w.issue(other, PID, body=w.greek_identity, envelope=at))


@case(
    "ehic-number-unusual", "A German number on a Lithuanian card", f"Decision S2, 3.5.4; {LOCAL}",
    COVERED, notes=["E-16 number_unusual"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care({"document_number": "80276000000000000017"})


@case(
    "ehic-pin-too-long", "A personal number of 25 characters", "Decision S2 allows 20.", COVERED,
    notes=["E-17 pin_too_long"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care({"pin": "4" * 25}, pid=None)


@case(
    "ehic-dialect-el", "A Greek card, written EL", "EESSI writes EL where ISO writes GR.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    greek = {
        "document_number": "80300000000000000017",
        "institution": Institution("EL:3000", "Example Fund of Greece", "GR", Address("Athina", "GR")),
        "issuing_authority": Authority("EL:3000", "Example Fund of Greece", "EL"),
    }  # fmt: skip
    at = {"status": {"status_list": {"idx": 7, "uri": "https://fund.example.gr/status/1"}}}
    issued = {"body": w.greek, "envelope": at}
    return w.care(greek, country="LT", issued=issued, pid=None)


@case("ehic-not-presented", "No card", "987/2009, Article 25(A)(1): ask for a certificate.",
    CANNOT_DECIDE, "E-18 not_presented",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return replace(w.care(), submission=None)


@case("ehic-revoked", "Withdrawn by its issuer", "Only VALID is valid.", NOT_COVERED,
    "E-03 revoked",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(issued={"index": WITHDRAWN})


@case("ehic-suspended", "Put on hold", "Only VALID is valid.", NOT_COVERED, "E-03 suspended")
def _(w: CorpusWorld) -> Taken:
    return w.care(issued={"index": SUSPENDED})


@case("ehic-status-unreachable", "No status list", "Not known is not valid.", CANNOT_DECIDE,
    "E-03 status_unreachable",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(bundle=w.with_status(None))


@case("ehic-technically-expired", "The credential has expired", "RFC 7519, exp.", NOT_COVERED,
    "E-03 expired",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(issued={"claims": {"exp": NOW - 3600}})


@case("ehic-tampered", "A flipped bit in the signature", "RFC 9901, section 7.1.",
    NOT_A_CREDENTIAL, "E-02 bad_signature",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(before=edit_part(0, edit_segment(2, flip)))


@case("ehic-for-another-desk", "Bound to another desk", "RFC 9901, section 7.3.",
    NOT_A_CREDENTIAL, "E-03 for_another_check",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(present={"audience": "x509_hash:other"})


@case("ehic-issuer-unknown", "A card of a stranger", "The issuer is on no list.",
    NOT_A_CREDENTIAL, "E-02 unknown_issuer",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(issued={"body": w.stranger})


@case("ehic-ends-before-it-starts", "Coverage that ends before it starts",
    "Signed content that contradicts itself.", CANNOT_DECIDE, "E-05 not_yet",
    "E-08 end_before_start",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(days(starts="2026-12-01", ends="2026-03-01"))


@case("ehic-impossible-date", "Care in 1899", "Nobody is covered then, and the date is impossible (E-01).",
    NOT_COVERED, "E-01 date_impossible", "E-05 not_yet",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(date="1899-12-31")


@case("ehic-clock-wrong", "The desk's clock is three hours behind",
    "A status list signed later proves it.", CANNOT_DECIDE, "E-03 clock_wrong",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.care(later=-3 * 3600)
