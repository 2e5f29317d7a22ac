"""A message in its envelope: what is believed, and what is refused with which code."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esspass.errors import MalformedError, UndecidedError, VerificationError
from esspass.exchange.envelope import (
    MAX_MESSAGE_BYTES,
    TYP,
    create_digest,
    create_envelope,
    open_envelope,
    seal_message,
    sign_message,
    verify_envelope,
)
from esspass.exchange.model import Attachment, Message, MessageAction
from esspass.exchange.wire import parse_message, write_message
from esspass.jose.jwe import create_encryption_key, encrypt_jwe
from esspass.jose.jws import create_jws
from esspass.keys.certificates import create_signer, create_x5c
from esspass.trust import Competence, ExchangeEntry, Institution
from tests.builders.lists import DAY, NOW, create_body, create_world

FUND = create_body("Example Fund", "LT", "LT:1000")
HOST = create_body("Example Host", "GR", "EL:2000")
KEY = create_encryption_key()
SIGNER = create_signer(FUND.issuance, FUND.name, "LT", "exchange", NOW - 300 * DAY)
PDF = b"%PDF-1.7 \x00\xff"


def entry(signer, *competences, key=KEY):
    return ExchangeEntry(
        "https://x.example/exchange/messages", key.public_jwk(), signer.certificates[:1],
        "x@x.example", competences or (Competence("LA_BUC_04", "PO", True, NOW - DAY),),
    )  # fmt: skip


def directory(fund=None, **changes):
    world = create_world(NOW)
    world.institutions = [
        Institution("LT:1000", FUND.name, "LT", (), exchange=fund or entry(SIGNER)),
        Institution("EL:2000", HOST.name, "GR", ()),
    ]
    return replace(world.view(NOW).directory, **changes)


DIRECTORY = directory()


def describe(data, name="A1.pdf", **changes):
    return replace(Attachment(name, "application/pdf", len(data), create_digest(data)), **changes)


def message(*attachments, **changes):
    made = Message(
        "m" * 22, "c" * 22, "LA_BUC_04", "4.2", "A009", "s" * 22, 1, MessageAction.START,
        "LT:1000", ("EL:2000",), NOW, {"Person": {"familyName": "Ąžuolas"}}, None, attachments,
        {"EL:2000": ("p" * 22,)}, ("started LT:1000",),
    )  # fmt: skip
    return replace(made, **changes)


def receive(text, key=KEY, listed=DIRECTORY, me="EL:2000", now=NOW):
    return verify_envelope(text, key, listed, me, now)


def refusal(text, **settings):
    with pytest.raises((MalformedError, VerificationError, UndecidedError)) as raised:
        receive(text, **settings)
    return raised.value.code


def envelope(made=None, files=None, signer=SIGNER):
    return create_envelope(made or message(), files or {}, signer, KEY.public_jwk())


def signed_with(header, claims, signer=SIGNER):
    return encrypt_jwe(create_jws(header, claims, signer).encode() + b"\n", KEY.public_jwk())


def claims(**changes):
    made = message()
    return {
        "iss": "LT:1000", "aud": ["EL:2000"], "iat": NOW, "message": write_message(made), **changes,
    }  # fmt: skip


HEADER = {"typ": TYP, "x5c": create_x5c(SIGNER.certificates)}


def test_a_message_with_files_arrives_as_it_was_sent():
    files = {create_digest(data): data for data in (PDF, b"")}
    sent = message(describe(PDF), describe(b"", "Κενό.txt", media_type="text/plain"))
    received = receive(envelope(sent, files))
    assert received.message == sent
    assert received.attachments == files
    assert received.digest == create_digest(received.signed.encode())


def test_all_receivers_get_the_same_signed_message():
    signed = sign_message(message(), SIGNER)
    one, other = create_encryption_key(), create_encryption_key()
    opened = {
        open_envelope(seal_message(signed, message(), {}, key.public_jwk()), key)[0]
        for key in (one, other)
    }
    assert opened == {signed}


@given(position=st.integers(0, 10**6), bit=st.integers(0, 7))
@settings(max_examples=60)
def test_any_flipped_bit_of_an_envelope_is_refused(position, bit):
    text = bytearray(envelope(message(describe(PDF)), {create_digest(PDF): PDF}).encode())
    text[position % len(text)] ^= 1 << bit
    with pytest.raises((MalformedError, VerificationError)):
        receive(text.decode("latin-1"))


def test_a_file_that_is_not_the_signed_one():
    """Somebody behind the receiver's key swaps a file."""
    sent = message(describe(PDF))
    signed = sign_message(sent, SIGNER)
    for files in (b"%PDF-1.7 \x00\xfe", PDF + b"x", PDF[:-1], b""):
        forged = encrypt_jwe(signed.encode() + b"\n" + files, KEY.public_jwk())
        assert refusal(forged) == "altered_attachment"


def test_an_envelope_that_is_too_large():
    big = b"x" * (MAX_MESSAGE_BYTES - 100)
    with pytest.raises(MalformedError) as raised:
        sign_message(message(describe(big)), SIGNER)
    assert raised.value.code == "too_large"
    assert refusal("x" * (MAX_MESSAGE_BYTES * 4 // 3 + 5000)) == "too_large"
    files = tuple(describe(bytes([n])) for n in range(21))
    assert (
        refusal(signed_with(HEADER, claims(message=write_message(message(*files))))) == "too_large"
    )


def test_file_names_have_255_characters_at_most():
    for name in ("x" * 256, "", "a/b", "a\\b", "a\nb"):
        written = write_message(message(describe(PDF, name)))
        with pytest.raises(MalformedError) as raised:
            parse_message(written)
        assert raised.value.code == "bad_file_name"
    assert parse_message(write_message(message(describe(PDF, "Ω" * 255))))


def test_encrypted_to_another_key():
    assert refusal(envelope(), key=create_encryption_key()) == "wrong_encryption_key"


def test_for_another_institution():
    assert refusal(envelope(), me="RO:3000") == "wrong_receiver"


def test_signed_by_somebody_the_directory_does_not_name():
    stranger = create_signer(FUND.issuance, FUND.name, "LT", "exchange", NOW - DAY)
    assert refusal(envelope(signer=stranger)) == "unknown_signer"
    assert refusal(envelope(message(sender="RO:3000"))) == "unknown_institution"


def test_a_certificate_out_of_date():
    old = create_signer(FUND.issuance, FUND.name, "LT", "exchange", NOW - 900 * DAY)
    assert refusal(envelope(signer=old), listed=directory(entry(old))) == "signer_expired"


def test_in_the_name_of_another():
    assert refusal(signed_with(HEADER, claims(iss="EL:2000"))) == "wrong_sender"
    assert refusal(envelope(message(receivers=("EL:2000", "LT:1000")))) == "wrong_sender"


def test_a_sender_without_competence():
    counterparty = Competence("LA_BUC_04", "CP", True, NOW - DAY)
    for competence in (
        counterparty,
        Competence("LA_BUC_02", "PO", True, NOW - DAY),
        Competence("LA_BUC_04", "PO", False, NOW - DAY),
        Competence("LA_BUC_04", "PO", True, NOW + 1),
        Competence("LA_BUC_04", "PO", True, NOW - DAY, NOW),
    ):
        listed = directory(entry(SIGNER, competence))
        assert refusal(envelope(), listed=listed) == "sender_without_competence"
    reply = envelope(message(action=MessageAction.NEW))
    assert receive(reply, listed=directory(entry(SIGNER, counterparty)))


def test_without_a_current_directory_nothing_is_said():
    assert refusal(envelope(), listed=None) == "directory_unavailable"
    assert refusal(envelope(), listed=directory(next_update=NOW)) == "directory_stale"


def test_from_the_future():
    assert refusal(envelope(message(sent_at=NOW + 301))) == "not_yet_valid"
    assert receive(envelope(message(sent_at=NOW + 300)))


def test_another_form_of_the_signed_message():
    assert refusal(signed_with({**HEADER, "typ": "jwt"}, claims())) == "malformed"
    assert refusal(signed_with({"typ": TYP}, claims())) == "malformed"
    assert refusal(signed_with(HEADER, claims(more=1))) == "malformed"
    assert refusal(signed_with(HEADER, claims(aud=["RO:3000"]))) == "malformed"
    assert refusal(signed_with(HEADER, claims(iat=NOW - 1))) == "malformed"
    assert refusal(encrypt_jwe(b"no line", KEY.public_jwk())) == "malformed"
    assert refusal(encrypt_jwe(b"\xff\n", KEY.public_jwk())) == "malformed"


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": "x"}, {"case_id": 5}, {"case_type": "LA BUC"}, {"case_version": "4"},
        {"version": 0}, {"version": True}, {"version": 10**9}, {"action": "Delete"},
        {"sender": "Lithuania"}, {"receivers": []}, {"receivers": ["EL:2000", "EL:2000"]},
        {"receivers": [f"EL:{n}" for n in range(51)]}, {"sent_at": -1}, {"sent_at": "now"},
        {"content": []}, {"related_set_id": ""}, {"attachments": None}, {"attachments": [{}]},
        {"attachments": [{"name": "a", "media_type": "pdf", "size": 1, "sha256": "x" * 43}]},
        {"after": []}, {"after": {"x": []}}, {"after": {"EL:2000": ["?"]}}, {"facts": ["\x00"]},
        {"facts": "x"}, {"more": 1},
    ],
)  # fmt: skip
def test_another_form_of_the_message(change):
    with pytest.raises(MalformedError):
        parse_message({**write_message(message()), **change})


def test_the_same_file_twice():
    file = describe(PDF)
    with pytest.raises(MalformedError):
        parse_message(write_message(message(file, replace(file, name="b.pdf"))))
