"""PyPI ``cwt`` (python-cwt) reads our seals, and we read its."""

import time
import warnings

import cbor2
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

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

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it imports algorithms that are on their way out
    cwt = pytest.importorskip("cwt", reason="python-cwt is not installed")

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


def _private(signer):
    pem = signer.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return cwt.COSEKey.from_pem(pem)


def _public(signer):
    pem = signer.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return cwt.COSEKey.from_pem(pem)


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
    claims = cbor2.loads(cwt.COSE.new().decode(data, _public(SEAL)))
    assert claims[1] == "https://issuer.example"
    assert (claims[6], claims[4]) == (NOW - 10, NOW + 600)
    assert claims[65535] == {"status_list": {"idx": STATUS.index, "uri": STATUS.uri}}
    assert claims[-70001] == parse_cwt(data).unverified_core
    with pytest.raises(cwt.VerifyError):
        cwt.COSE.new().decode(data, _public(PARTIES.stranger))


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
    theirs = cwt.COSE.new().encode(
        ours.message.payload, _private(SEAL), protected={1: -7, 34: [-16, DIGEST]}, unprotected={}
    )
    verified = verify_cwt(parse_cwt(theirs), SEAL.public_key)
    assert read_core(verified.core) == read_core(ours.unverified_core)
    with pytest.raises(SignatureError):
        verify_cwt(parse_cwt(theirs), PARTIES.stranger.public_key)


def test_we_read_headers_of_its_own_making():
    theirs = cwt.COSE.new(alg_auto_inclusion=True).encode_and_sign(
        create_cbor({1: "x"}), _private(SEAL), unprotected={4: b"01"}
    )
    message = parse_sign1(theirs)
    verify_sign1(message, SEAL.public_key)
    assert message.unprotected == {4: b"01"}
