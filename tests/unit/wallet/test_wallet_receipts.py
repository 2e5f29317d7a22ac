"""What a verifier signs about its verdict, kept by whoever was checked."""

import hashlib
import re

import pytest

from esspass.attestations import EHIC
from esspass.jose.jws import create_jws
from esspass.keys.certificates import create_x5c
from esspass.keys.jwk import encode_base64url
from tests.simulators.verifier import ask_for
from tests.unit.wallet.test_wallet_pages import stocked  # noqa: F401 - a fixture

CLAIMS = {
    "outcome": "DOUBT", "reason": "other_place", "rules_version": "2026.11.1",
    "purpose": "care", "legal_basis": "Regulation (EC) No 883/2004, Article 19",
    "country": "GR", "date": "2026-11-21", "place": "Πειραιάς",
}  # fmt: skip


def sign(
    verifier, texts, now, *, typ="verification-receipt+jwt", signer=None, chain=None, **changes
):
    binding = texts[0].rpartition("~")[2]
    digest = encode_base64url(hashlib.sha256(binding.encode()).digest())
    claims = {"iss": "x", "jti": "1", "iat": now, "sub_hash": digest, **CLAIMS, **changes}
    signer = signer or verifier.signer
    header = {"typ": typ, "x5c": create_x5c(chain or signer.certificates)}
    return create_jws(header, claims, signer)


@pytest.fixture
def check(stocked, verifier):  # noqa: F811
    """Show the card to a verifier that answers with this receipt; return the history's page."""

    def present(receipt):
        verifier.receipt = receipt
        path, page = stocked.open("present", verifier.ask(ask_for(EHIC, ("document_number",))))
        fields = dict(_hidden(page))
        stocked.post(path, answer="share", **fields)
        return stocked.get("/history?event=shared").text

    return present


def _hidden(page):
    return re.findall(r'type="hidden" name="((?:option|document)[^"]+)" value="([^"]+)"', page)


def test_it_is_shown_in_plain_words(check, verifier):
    page = check(lambda texts, now: sign(verifier, texts, now))
    assert 'data-outcome="DOUBT"' in page
    for words in ("Doubt", "Greece", "21 November 2026", "Πειραιάς", "Article 19", "Treatment"):
        assert words in page


def test_it_is_in_the_export(check, verifier, stocked):  # noqa: F811
    check(lambda texts, now: sign(verifier, texts, now))
    shown = [e for e in stocked.get("/account/export").json["history"] if e["event"] == "shared"]
    assert shown[0]["receipt"]["outcome"] == "DOUBT"


def test_none_is_fine(check):
    assert "wallet-receipt" not in check(None)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"typ": "JWT"}, id="another-type"),
        pytest.param({"sub_hash": "A" * 43}, id="about-another-presentation"),
        pytest.param({"iat": 1_700_000_000}, id="of-another-time"),
        pytest.param({"sub_hash": ["A"]}, id="a-list-of-digests"),
        pytest.param({"iat": "now"}, id="no-time"),
        pytest.param({"outcome": "INFO"}, id="no-outcome"),
        pytest.param({"outcome": ["COVERED"]}, id="a-list"),
    ],
)
def test_what_is_no_receipt_is_not_kept(check, verifier, changes):
    page = check(lambda texts, now: sign(verifier, texts, now, **changes))
    assert "wallet-receipt" not in page
    assert "Shown" in page


def test_another_listed_party_cannot_sign_it(check, verifier, world):
    other = world.create_access_signer("Somebody Else", "GR")
    assert "wallet-receipt" not in check(
        lambda texts, now: sign(verifier, texts, now, signer=other)
    )


def test_another_key_under_the_right_certificate_is_refused(check, verifier, world):
    other = world.create_access_signer("Somebody Else", "GR")
    page = check(
        lambda texts, now: sign(
            verifier, texts, now, signer=other, chain=verifier.signer.certificates
        )
    )
    assert "wallet-receipt" not in page


def test_nonsense_is_none(check):
    assert "wallet-receipt" not in check(lambda _texts, _now: "not.a.jws")


def test_markup_in_it_stays_text(check, verifier):
    page = check(lambda texts, now: sign(verifier, texts, now, place="<script>x</script>"))
    assert "<script>x" not in page
