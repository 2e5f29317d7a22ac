"""PyPI ``pycose`` reads our seals, and we read its."""

import time

import cbor2
import pytest
from pycose.algorithms import Es256
from pycose.headers import KID, Algorithm, X5t
from pycose.keys import EC2Key
from pycose.keys.curves import P256
from pycose.messages import Sign1Message

from demo.people import citizens
from esspass.cwt import (
    create_certificate_digest,
    create_document_cwt,
    parse_cwt,
    read_core,
    verify_cwt,
)
from esspass.cwt.cose import parse_sign1, verify_sign1
from esspass.errors import SignatureError
from esspass.jose.cbor import create_cbor
from esspass.jose.claims import StatusReference
from tests.builders.credentials import create_parties
from tests.builders.documents import TODAY

PARTIES = create_parties()
SEAL = PARTIES.issuer
STATUS = StatusReference("https://issuer.example/status-lists/1", 412_007)
NOW = int(time.time())
DIGEST = create_certificate_digest(SEAL.certificates[0])
DOCUMENTS = {
    f"{citizen.key} {type(document).__name__}": (citizen.person, document)
    for citizen in citizens(TODAY)
    for document in citizen.documents
}


def _key(signer):
    numbers = signer.private_key.private_numbers()
    x, y = numbers.public_numbers.x, numbers.public_numbers.y
    parts = (each.to_bytes(32, "big") for each in (x, y, numbers.private_value))
    return EC2Key(P256, *parts)


def _read(data, signer):
    # what is tagged, cbor2 6 reads as unchangeable types, which pycose's own decode does not take
    protected, unprotected, payload, signature = cbor2.loads(data).value
    message = Sign1Message.from_cose_obj([protected, dict(unprotected), payload, signature], True)
    message.key = _key(signer)
    return message


@pytest.mark.parametrize(("person", "document"), list(DOCUMENTS.values()), ids=DOCUMENTS)
def test_it_reads_our_seal(person, document):
    data = create_document_cwt(
        document,
        issued_at=NOW - 10,
        expires_at=NOW + 600,
        status=STATUS,
        signer=SEAL,
        person=person,
        issuer="https://issuer.example",
    )
    message = _read(data, SEAL)
    assert message.verify_signature()
    claims = cbor2.loads(message.payload)
    assert claims[1] == "https://issuer.example"
    assert (claims[6], claims[4]) == (NOW - 10, NOW + 600)
    assert claims[65535] == {"status_list": {"idx": STATUS.index, "uri": STATUS.uri}}
    assert claims[-70001] == parse_cwt(data).unverified_core
    assert not _read(data, PARTIES.stranger).verify_signature()


def test_we_read_its_seal():
    person, document = next(iter(DOCUMENTS.values()))
    ours = parse_cwt(
        create_document_cwt(
            document,
            issued_at=NOW,
            expires_at=NOW + 600,
            status=STATUS,
            signer=SEAL,
            person=person,
        )
    )
    theirs = Sign1Message(
        phdr={Algorithm: Es256, X5t: [-16, DIGEST]}, payload=ours.message.payload, key=_key(SEAL)
    ).encode()
    verified = verify_cwt(parse_cwt(theirs), SEAL.public_key)
    assert read_core(verified.core) == read_core(ours.unverified_core)
    with pytest.raises(SignatureError):
        verify_cwt(parse_cwt(theirs), PARTIES.stranger.public_key)


def test_we_read_headers_of_its_own_making():
    theirs = Sign1Message(
        phdr={Algorithm: Es256}, uhdr={KID: b"01"}, payload=create_cbor({1: "x"}), key=_key(SEAL)
    ).encode()
    message = parse_sign1(theirs)
    verify_sign1(message, SEAL.public_key)
    assert message.unprotected == {4: b"01"}
