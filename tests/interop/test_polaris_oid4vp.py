"""PyPI polaris-oid4vp, strict about RFC 9901 and HAIP 1.0: it verifies what we issue and present."""

import time

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID
from esspass.jose.jws import parse_jws
from esspass.keys.certificates import create_signer
from esspass.openid4vp.relying_party import RelyingParty
from esspass.openid4vp.request_object import verify_request_object
from esspass.openid4vp.response import create_error_response
from esspass.openid4vp.transactions import MIGRATIONS, Transactions
from esspass.openid4vp.verifier_info import (
    RegistrarDataset,
    create_registered_credentials,
    create_verifier_info,
)
from esspass.sdjwt import create_key_binding, create_presentation
from esspass.storage import connect, migrate
from tests.builders.presentations import (
    IssuingWorld,
    create_a1,
    create_ehic,
    create_pid,
    read_request,
)
from verifier.purposes import SERVICE, default_purpose
from verifier.queries import create_query

polaris = pytest.importorskip("polaris_oid4vp.verifier", reason="polaris-oid4vp is not installed")
sdjwt = pytest.importorskip("polaris_oid4vp.sdjwt")

DOCUMENTS = {
    PDA1_WEBUILD: create_a1,
    PDA1_EUDI: lambda: create_a1(person=None),
    EHIC: create_ehic,
    PID: create_pid,
}
NONCE, AUDIENCE = "n" * 32, "x509_hash:abc"


@pytest.fixture(scope="module")
def world():
    return IssuingWorld(int(time.time()))


def anchors(world):
    return [body.issuance.certificate for body in (world.fund, world.identity)]


def judge(world, text, **changes):
    """Polaris's own verdict on a presentation."""
    expected = {"expected_nonce": NONCE, "expected_audience": AUDIENCE, **changes}
    return sdjwt.verify_presentation(text, trust_anchors=anchors(world), now=world.now, **expected)


@pytest.mark.parametrize("vct", DOCUMENTS)
@pytest.mark.parametrize("shown", ["nothing", "everything"])
def test_polaris_accepts_what_we_present(world, vct, shown):
    text = world.issue(DOCUMENTS[vct](), vct)
    bare = create_presentation(text, ()) if shown == "nothing" else text
    bound = create_key_binding(bare, world.holder, nonce=NONCE, audience=AUDIENCE, now=world.now)
    verdict = judge(world, bound, expected_vct=vct)
    assert verdict.authentic, (verdict.code, verdict.reason)
    assert verdict.claims["vct"] == vct


def test_polaris_refuses_what_we_would_refuse(world):
    text = create_presentation(world.issue(create_ehic(), EHIC), ())
    bound = create_key_binding(text, world.holder, nonce=NONCE, audience=AUDIENCE, now=world.now)
    assert judge(world, bound).authentic
    for changes in (
        {"expected_nonce": "other"},
        {"expected_audience": "other"},
        {"expected_vct": PID},
    ):
        assert not judge(world, bound, **changes).authentic
    assert not judge(world, text).authentic


def _polaris_verifier(world, **settings):
    access = world.lists.bodies["access"]
    signer = create_signer(access.issuance, "Outside Verifier", "DE", "Access", world.now)
    pem = signer.certificates[0].public_bytes(Encoding.PEM)
    key = signer.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return polaris.Verifier(
        client_cert_pem=pem,
        client_key_pem=key,
        request_uri="https://verifier.example.de/request",
        response_uri="https://verifier.example.de/response",
        issuer_trust_anchors=anchors(world),
        **settings,
    )


@pytest.mark.parametrize(
    ("vct", "claims"),
    [
        (PDA1_WEBUILD, [["subject", "names"], ["documentID"]]),
        (EHIC, ["document_number"]),
        (PID, ["family_name", "given_name"]),
    ],
)
@pytest.mark.parametrize("wallet_nonce", [None, "wallet-nonce-of-22-chars"])
def test_our_wallet_side_answers_a_polaris_verifier(world, vct, claims, wallet_nonce):
    verifier = _polaris_verifier(world, vct_values=[vct], claims=claims)
    session, _ = verifier.new_request()
    token = verifier.request_object(session.state, wallet_nonce=wallet_nonce)
    request = verify_request_object(
        token, verifier.client_id, now=world.now, wallet_nonce=wallet_nonce
    )
    assert request.verifier_name == "Outside Verifier"
    wallet = world.wallet(held=world.issue(DOCUMENTS[vct](), vct))
    status, body, verdict = verifier.handle_direct_post(wallet.answer(request, world.now))
    assert (status, verdict.authentic) == (200, True), (verdict.code, verdict.reason)
    assert set(body) == {"redirect_uri"}


def test_polaris_understands_our_refusal(world):
    verifier = _polaris_verifier(world, vct_values=[PID])
    session, token = verifier.new_request()
    request = verify_request_object(token, verifier.client_id, now=world.now)
    status, body, verdict = verifier.handle_direct_post(create_error_response(request))
    assert (status, body) == (200, {})
    assert verdict.wallet_error["error"] == "access_denied"
    assert verdict.wallet_error["encrypted"]
    assert session.state == verdict.wallet_error["state"]


@pytest.mark.parametrize("kind", ["pda1", "ehic"])
def test_our_verifier_info_meets_etsi_ts_119_472_2(world, kind):
    query = create_query(kind, with_pid=True)
    purpose = default_purpose(kind)
    dataset = RegistrarDataset(
        identifier="EL:90006",
        service=SERVICE,
        purpose=purpose.texts,
        intended_use=purpose.id,
        registry_uri="https://registry.example.eu",
        policy_uri="https://verifier.example.gr/privacy",
        credentials=create_registered_credentials(query),
    )
    polaris.check_etsi_119472_2(create_verifier_info(dataset), query)


def test_polaris_judges_a_whole_answer_to_our_own_request(world):
    """Both presentations of one answer, held to the request as it was signed."""
    access = world.lists.bodies["access"]
    signer = create_signer(access.issuance, "Inspectorate", "GR", "Access", world.now)
    database = connect(":memory:")
    migrate(database, MIGRATIONS)
    party = RelyingParty("https://verifier.example.gr", signer, Transactions(database))
    transaction = party.start(create_query("pda1", with_pid=True), now=world.now)
    claims = parse_jws(party.request_object(transaction.id, None, world.now)).claims()
    request = read_request(party, transaction, world.now)
    wallet = world.wallet(
        a1=world.issue(create_a1(), PDA1_WEBUILD), pid=world.issue(create_pid(), PID)
    )
    vp_token = wallet.present(request, world.now)
    asked = [each for each in claims["dcql_query"]["credentials"] if each["id"] in vp_token]
    report = polaris.verify_response(
        {**claims, "dcql_query": {"credentials": asked}},
        vp_token,
        trust_anchors=anchors(world),
        now=world.now,
    )
    database.close()
    assert report["accepted"], report
    assert set(report["verdicts"]) == {"a1", "pid"}
