"""Receipts: evidence that the receiver cannot deny and nobody else can make."""

from dataclasses import replace

import pytest

from esspass.errors import MalformedError, VerificationError
from esspass.exchange.receipt import TYP, Receipt, Result, create_receipt, verify_receipt
from esspass.jose.jws import create_jws
from esspass.keys.certificates import create_signer, create_x5c
from tests.builders.lists import DAY, NOW
from tests.unit.exchange.test_envelope import HOST, entry

SIGNER = create_signer(HOST.issuance, HOST.name, "GR", "exchange", NOW - 300 * DAY)
STRANGER = create_signer(HOST.issuance, HOST.name, "GR", "exchange", NOW - 300 * DAY)
GOOD = Receipt("EL:2000", "LT:1000", "d" * 43, "m" * 22, NOW, Result.DELIVERED)
REFUSED = replace(GOOD, result=Result.REFUSED, code="not_allowed_now")


def believe(text, digests=("d" * 43, "e" * 43), receiver="EL:2000", me="LT:1000", now=NOW):
    return verify_receipt(text, entry(SIGNER), receiver, me, digests, now)


@pytest.mark.parametrize("receipt", [GOOD, REFUSED])
def test_a_receipt_is_read_back(receipt):
    assert believe(create_receipt(receipt, SIGNER)) == receipt


def test_a_refusal_of_what_could_not_be_opened():
    unopened = replace(REFUSED, aud="", message_id="", digest="e" * 43)
    assert believe(create_receipt(unopened, SIGNER)) == unopened
    for claimed in (replace(GOOD, aud=""), replace(GOOD, digest="e" * 43)):
        with pytest.raises(VerificationError):
            believe(create_receipt(claimed, SIGNER))


@pytest.mark.parametrize(
    "change", [{"iss": "RO:3000"}, {"aud": "RO:3000"}, {"digest": "x" * 43}, {"iss": ""}]
)
def test_a_receipt_for_something_else(change):
    with pytest.raises(VerificationError) as raised:
        believe(create_receipt(replace(GOOD, **change), SIGNER))
    assert raised.value.code == "other_receipt"


def test_a_receipt_of_somebody_else():
    with pytest.raises(VerificationError) as raised:
        believe(create_receipt(GOOD, STRANGER))
    assert raised.value.code == "unknown_signer"
    with pytest.raises(VerificationError) as raised:
        believe(create_receipt(GOOD, SIGNER), now=NOW + 900 * DAY)
    assert raised.value.code == "signer_expired"


def sign(changes, typ=TYP):
    claims = {
        "iss": "EL:2000", "aud": "LT:1000", "digest": "d" * 43, "message_id": "m", "code": "",
        "received_at": NOW, "result": "delivered", **changes,
    }  # fmt: skip
    return create_jws({"typ": typ, "x5c": create_x5c(SIGNER.certificates)}, claims, SIGNER)


def test_another_form():
    assert believe(sign({}))
    for change in (
        {"more": 1}, {"received_at": "now"}, {"received_at": -1}, {"result": "maybe"},
        {"code": "A B"}, {"iss": None}, {"message_id": "x" * 201},
    ):  # fmt: skip
        with pytest.raises(MalformedError):
            believe(sign(change))
    with pytest.raises(MalformedError):
        believe(sign({}, "sed+jwt"))
