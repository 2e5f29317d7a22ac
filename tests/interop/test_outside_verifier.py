"""``polaris-oid4vp`` as a running verifier of somebody else's asks our running wallet.

Its keys are of its own making, and it reads our status list with its own code.
"""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from polaris_oid4vp.cli import FILES, keygen
from polaris_oid4vp.serve import REQUEST_PATH, RESPONSE_PATH, serve
from polaris_oid4vp.status import StatedAuthority, decide_by_fetching
from polaris_oid4vp.verifier import Verifier

from demo.actors import clock
from demo.processes import free_ports
from esspass.attestations import PDA1_WEBUILD
from esspass.errors import VerificationError
from esspass.keys.files import read_certificates, read_signer
from tests.interop.outsiders import run_trust
from wallet.history import Event

ISSUER = "the institution of our demo world"


class OutsideVerifier:
    """Keys, endpoints and verdicts of the outside verifier."""

    def __init__(self, folder, world):
        keygen(folder, "localhost")
        self.world, self.anchor, self.verdicts = world, folder / FILES["anchor"], []
        (self.port,) = free_ports(1)
        address = f"http://localhost:{self.port}"
        self.verifier = Verifier(
            client_cert_pem=(folder / FILES["client_cert"]).read_bytes(),
            client_key_pem=(folder / FILES["client_key"]).read_bytes(),
            request_uri=address + REQUEST_PATH,
            response_uri=address + RESPONSE_PATH,
            issuer_trust_anchors=read_certificates(world.pki.certificate("issuer-lt-attestations")),
            vct_values=[PDA1_WEBUILD],
            claims=[["documentID"], ["subject", "names"]],
            credential_query_id="a1",
            status_resolver=self.resolve_status,
        )

    def resolve_status(self, *, uri, idx, **_issuer):
        """Ask the list the credential names, signed by the key we were told of beforehand."""
        keys = self.world.folder / "issuer-lt" / "keys"
        key = read_signer(keys, "status").certificates[0].public_key()
        authority = StatedAuthority().state(
            credential_issuer=ISSUER, status_uri=uri, verify=verify_es256(key), why="told so"
        )
        return decide_by_fetching(
            index=idx, expected_uri=uri, authority=authority, credential_issuer=ISSUER,
            fetch=lambda uri: self.world.fetcher().get(uri).require(200).text.encode(),
        )  # fmt: skip

    def ask(self):
        """Begin a request; return the link a wallet scans."""
        session, _ = self.verifier.new_request()
        return f"openid4vp://?{urlencode(self.verifier.authorization_request_params(session))}"


def verify_es256(key):
    def verify(signing_input, signature, _header):
        r, s = (int.from_bytes(part) for part in (signature[:32], signature[32:]))
        key.verify(encode_dss_signature(r, s), signing_input, ec.ECDSA(hashes.SHA256()))
        return True

    return verify


@pytest.fixture
def outside_verifier(cast, tmp_path):
    outsider = OutsideVerifier(tmp_path, cast.world)
    server = serve(
        outsider.verifier, host="127.0.0.1", port=outsider.port,
        on_verdict=lambda *verdict: outsider.verdicts.append(verdict),
    )  # fmt: skip
    yield outsider
    server.shutdown()
    server.server_close()


@pytest.fixture
def musician(cast):
    """The musician with a wallet that holds one A1."""
    owner = cast.owner("musician")
    owner = replace(owner, holder=owner.wallet.open_holder("outside verifier", clock()))
    office = cast.office("issuer-lt")
    offer = office.offer(owner.citizen, PDA1_WEBUILD, "pda1", "pre-authorized", tx_code=False)
    owner.accept(offer.uri)
    return owner


def test_it_accepts_what_our_wallet_shows_once_it_is_admitted(cast, musician, outside_verifier):
    with pytest.raises(VerificationError) as refused:
        musician.present(outside_verifier.ask())
    assert (refused.value.code, outside_verifier.verdicts) == ("unknown_issuer", [])

    run_trust(
        cast.world, "add", "--list", "wrpac-providers", "--name", "Polaris", "--country", "FI",
        "--issuance-ca", outside_verifier.anchor, "--publish",
    )  # fmt: skip
    assert musician.present(outside_verifier.ask()).event is Event.SHARED
    ((status, body, verdict),) = outside_verifier.verdicts
    assert (status, list(body), verdict.authentic) == (200, ["redirect_uri"], True), verdict.reason
    assert verdict.claims["subject"]["names"]["surnames"] == "Ūsaitė-Grigaliūnienė"
    assert (verdict.revocation["state"], verdict.revocation["status"]) == ("checked", 0)


def test_it_hears_that_the_citizen_declines(cast, musician, outside_verifier):
    run_trust(
        cast.world, "add", "--list", "wrpac-providers", "--name", "Polaris again",
        "--country", "FI", "--issuance-ca", outside_verifier.anchor, "--publish",
    )  # fmt: skip
    musician.decline(outside_verifier.ask())
    ((status, _body, verdict),) = outside_verifier.verdicts
    assert (status, verdict.wallet_error["error"]) == (200, "access_denied")
