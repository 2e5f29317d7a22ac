"""Credentials of somebody else's issuer (PyPI ``sd-jwt``, its own keys, its own status list).

Our running verifier refuses them until the list operator admits their issuer.
"""

import json
import uuid
from dataclasses import replace

import pytest
from flask import Flask, Response
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer

from demo.actors import clock
from esspass.attestations import (
    EHIC,
    PID,
    Institution,
    attestation_type,
    create_envelope,
    write_claims,
)
from esspass.keys.jwk import create_jwk
from esspass.openid4vp.request_object import verify_request_object
from esspass.statuslist import StatusList, create_status_list_token
from tests.builders.presentations import SimulatedWallet, link_parameters
from tests.interop.outsiders import create_outsider, run_trust
from tests.simulators.server import LoopbackServer

DAY = 24 * 3600
INSTITUTION = "FI:90100"


class VcIssuer(SDJWTIssuer):
    SD_JWT_HEADER = "dc+sd-jwt"


def conceal(value, paths, here=()):
    """Mark for the library what may be disclosed selectively."""
    if isinstance(value, dict):
        return {
            SDObj(name) if (*here, name) in paths else name: conceal(v, paths, (*here, name))
            for name, v in value.items()
        }
    if isinstance(value, list):
        inner = [conceal(each, paths, (*here, None)) for each in value]
        return [SDObj(each) for each in inner] if (*here, None) in paths else inner
    return value


class OutsideIssuer:
    """A Finnish body with a status list at ``url``, of which nobody in our world knows."""

    def __init__(self, folder, url):
        self.body = create_outsider(folder, "Esimerkkilaitos", "FI")
        self.status_uri = f"{url}/status/1"
        self.app = Flask("outside issuer")
        self.app.add_url_rule("/status/1", view_func=self._status)

    def _status(self):
        token = create_status_list_token(
            StatusList.empty(4096, 1), self.status_uri, self.body.signer,
            now=clock(), lifetime=3600, ttl=60,
        )  # fmt: skip
        return Response(token, content_type="application/statuslist+jwt")

    def issue(self, document, vct, holder, index):
        envelope = create_envelope(
            vct, issuer="https://laitos.example", identifier=f"urn:uuid:{uuid.uuid4()}",
            issued_at=clock(), expires_at=clock() + 30 * DAY, holder_jwk=create_jwk(holder),
            status={"uri": self.status_uri, "idx": index},
        )  # fmt: skip
        del envelope["cnf"]  # the library writes it
        claims = {**write_claims(document, vct), **envelope}
        return VcIssuer(
            conceal(claims, set(attestation_type(vct).disclosable)),
            JWK.from_json(json.dumps(self.body.key["privateJwk"])),
            JWK.from_json(json.dumps(create_jwk(holder))),
            extra_header_parameters={"x5c": self.body.key["x5c"]},
        ).sd_jwt_issuance

    def issue_both(self, citizen):
        """A wallet with the EHIC and the PID of a person insured here."""
        ehic = replace(
            citizen.documents[0],
            institution=Institution(INSTITUTION, "Esimerkkilaitos", "FI"),
            issuing_authority=None,
        )
        pid = replace(citizen.pid, issuing_authority="Esimerkkilaitos", issuing_country="FI")
        wallet = SimulatedWallet({})
        key = wallet.holder.public_key
        wallet.credentials["ehic"] = self.issue(ehic, EHIC, key, 17)
        wallet.credentials["pid"] = self.issue(pid, PID, key, 1834)
        return wallet


@pytest.fixture
def outside_issuer(tmp_path):
    server = LoopbackServer()
    outsider = OutsideIssuer(tmp_path, server.url)
    with server.serving(outsider.app):
        yield outsider


def present(cast, wallet):
    """Answer a request of the running clinic; return its conclusion."""
    clinic, fetcher = cast.inspector("clinic-ro"), cast.world.fetcher()
    started = clinic.ask("ehic")
    link = link_parameters(started.link)
    token = fetcher.post_form(link["request_uri"], {"wallet_nonce": "a-nonce-of-the-wallets"})
    request = verify_request_object(
        token.require(200).text,
        link["client_id"],
        now=clock(),
        wallet_nonce="a-nonce-of-the-wallets",
    )
    fetcher.post_form(request.response_uri, wallet.answer(request, clock()))
    return clinic.result(started).conclusion


def reasons(conclusion, check):
    return {
        document.vct: finding.reason
        for document in conclusion.documents
        for finding in document.findings
        if finding.check == check
    }


def test_its_credentials_pass_once_it_is_admitted(cast, outside_issuer):
    wallet = outside_issuer.issue_both(cast.citizens["pensioner"])
    before = present(cast, wallet)
    assert before.outcome.value == "FAILED"
    assert reasons(before, "trust") == {EHIC: "unknown_issuer", PID: "unknown_issuer"}
    assert set(reasons(before, "signature").values()) == {""}

    said = run_trust(
        cast.world, "add-issuer", outside_issuer.body.pem, "--type", EHIC, "--type", PID,
        "--institution", INSTITUTION,
    )  # fmt: skip
    assert "Esimerkkilaitos (FI) will be on pid-providers and pub-eaa-providers" in said
    after = present(cast, wallet)
    assert after.outcome.value == "PASSED", after
    assert after.person.outcome.value == "PASSED"
