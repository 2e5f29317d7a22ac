"""Has it expired or been withdrawn, and can that be known: rules A-04 to A-06."""

from tests.builders.corpus.table import CANNOT_DECIDE, COVERED, DOUBT, NOT_COVERED, Taken, case
from tests.builders.corpus.world import NOW, SUSPENDED, WITHDRAWN, CorpusWorld
from tests.builders.lists import DAY
from tests.builders.presentations import FUND_LIST

ART5 = "987/2009, Article 5(1)"


@case("status-revoked", "Withdrawn by its issuer", ART5, NOT_COVERED, "A-05 revoked")
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"index": WITHDRAWN})


@case(
    "status-suspended", "Put on hold by its issuer", "It binds until withdrawn (C-410/21).", DOUBT,
    "A-05 suspended",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"index": SUSPENDED})


@case(
    "status-unreachable", "The status list is not there", "Not known is not valid, nor invalid.",
    CANNOT_DECIDE, "A-06 status_unreachable",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(bundle=w.with_status(None))


@case(
    "status-expired", "The status list is too old", "Stale means: cannot decide.", CANNOT_DECIDE,
    "A-06 status_expired",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    old = sign(w, now=NOW - 3 * DAY)
    return w.work(bundle=w.with_status(old))


@case(
    "status-beyond-its-ttl", "The status list is past its ttl, offline",
    "Offline a list serves until exp; its age is shown.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(bundle=w.with_status(sign(w, now=NOW - 12 * 3600)))


@case(
    "status-of-another-list", "Another list at this address",
    "The list must name the address it is for.", CANNOT_DECIDE, "A-06 status_not_believed",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(bundle=w.with_status(sign(w, uri="https://fund.example.lt/status/2")))


@case(
    "status-signed-by-a-stranger", "A list signed by another institution",
    "Only the issuer's own revocation service may say it.", CANNOT_DECIDE,
    "A-06 status_not_believed",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(bundle=w.with_status(sign(w, signer=w.greek.status_signer)))


@case(
    "status-signature-broken", "A list whose signature is broken", "Nobody said it.",
    CANNOT_DECIDE, "A-06 status_not_believed",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    token = sign(w)
    return w.work(bundle=w.with_status(token[:-8] + "AAAAAAAA"))


@case(
    "status-malformed", "Something else at the list's address", "It is no status list.",
    CANNOT_DECIDE, "A-06 status_not_believed",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(bundle=w.with_status("<html>"))


@case(
    "status-index-beyond", "An index the list does not have",
    "Nobody knows, so nobody decides.", CANNOT_DECIDE, "A-06 status_not_checked",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"index": 100_000})


@case(
    "status-missing", "A document without a status", "Nobody could withdraw it.", CANNOT_DECIDE,
    "A-06 status_missing",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"claims": {"status": ...}})


@case(
    "status-short-lived", "Without a status, but for a day",
    "What lives 24 hours at most needs none (ARF, VCR_01).", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    short = {"status": ..., "iat": NOW - 3600, "exp": NOW + 3600}
    return w.work(issued={"claims": short})


@case(
    "validity-expired", "Expired an hour ago", "RFC 7519, exp.", NOT_COVERED, "A-04 expired",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"claims": {"exp": NOW - 3600}})


@case(
    "validity-not-before", "Not valid before tomorrow", "RFC 7519, nbf.", NOT_COVERED,
    "A-04 not_yet_valid",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"claims": {"nbf": NOW + DAY}})


@case(
    "validity-issued-tomorrow", "Issued tomorrow", "RFC 7519, iat.", NOT_COVERED,
    "A-04 not_yet_valid",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"claims": {"iat": NOW + DAY}})


@case(
    "validity-and-period-over", "Expired, and the period is over",
    "What concerns the document comes first; the rest informs.", NOT_COVERED,
    "A-04 expired", "A-09 ended",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"claims": {"exp": NOW - 3600}}, date="2027-03-01")


@case(
    "clock-behind-status", "The device's clock is three hours behind",
    "A status list signed later proves the clock wrong.", CANNOT_DECIDE,
    "A-04 clock_wrong", "A-07 clock_wrong",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(later=-3 * 3600)


@case(
    "clock-behind-lists", "The device's clock is a month behind",
    "Lists signed later prove the clock wrong.", CANNOT_DECIDE,
    "A-04 clock_wrong", "A-07 clock_wrong",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(later=-20 * DAY)


@case(
    "clock-a-little-behind", "The device's clock is a minute behind",
    "Clocks differ by minutes; that proves nothing.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(later=-55)


def sign(w, uri=None, signer=None, now=NOW - 600):
    return w.sign_statuses(FUND_LIST, signer or w.fund.status_signer, now=now, name=uri)
