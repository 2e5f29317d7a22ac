"""A simulated outside issuer over OpenID4VCI 1.0; ``faults`` names how it misbehaves.

It believes nothing the wallet sends: client attestation, DPoP, proofs and PKCE are verified with
real signatures, and what it saw is kept in ``seen`` for the test.
"""

import json
import secrets
import time
import urllib.parse
from collections import defaultdict
from datetime import date

from flask import Flask, Response, jsonify, redirect, request

from esspass.attestations import attestation_type, create_envelope, write_claims
from esspass.errors import ProtocolError
from esspass.jose.jwe import create_encryption_key
from esspass.keys.jwk import create_jwk
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vci import (
    authorization,
    authorization_server,
    client_attestation,
    credential,
    dpop,
    encryption,
    metadata,
    offer,
    pkce,
    proofs,
    signed_metadata,
    token,
)
from esspass.sdjwt import create_sd_jwt_vc
from esspass.statuslist import StatusList, create_status_list_token
from esspass.trust import decide_wallet_provider

LISTED_SIZE = 4096


class SimulatedIssuer:
    """One issuer. ``documents`` maps configuration id to (vct, canonical document)."""

    def __init__(self, world, url, body, documents, *, key_attestation=None, batch=4):
        self.world, self.url, self.body = world, url, body
        self.documents = documents
        self.key_attestation, self.batch = key_attestation, batch
        self.faults: dict[str, object] = {}
        self.pictures = {}
        self.seen = defaultdict(list)
        self.metadata_signer = world.create_access_signer(body.name)
        self.encryption_key = create_encryption_key()
        self.codes, self.pushed, self.tokens, self.deferred = {}, {}, {}, {}
        self.nonces, self.refresh_tokens = set(), {}
        self.statuses = StatusList.empty(LISTED_SIZE, 1)
        self.status_now = None
        self.next_index = 7
        self.app = self._create_app()

    # -- what a test asks for

    def create_offer(self, *names, tx_code=None, grant="pre-authorized", endpoint="", by="value"):
        names = names or tuple(self.documents)
        code = secrets.token_urlsafe(16)
        self.codes[code] = {"tx_code": tx_code, "names": names, "tries": 0}
        if grant == "pre-authorized":
            shown = offer.TxCode(length=len(tx_code), description="by post") if tx_code else None
            made = offer.CredentialOffer(self.url, names, offer.PreAuthorizedGrant(code, shown))
        else:
            made = offer.CredentialOffer(self.url, names, None, offer.AuthorizationGrant("hint"))
        if by == "value":
            return offer.create_offer_uri(offer=made, endpoint=endpoint)
        self.offered = offer.create_credential_offer(made)
        return offer.create_offer_uri(reference=f"{self.url}/offers/1", endpoint=endpoint)

    def withdraw(self, index):
        self.statuses.set(index, 1)

    # -- the protocol

    def _create_app(self):
        app = Flask("simulated-issuer")
        add = app.add_url_rule
        add("/.well-known/openid-credential-issuer", view_func=self._metadata)
        add("/.well-known/oauth-authorization-server", view_func=self._server_metadata)
        add("/offers/1", "offer", lambda: jsonify(self.offered))
        add("/pictures/<name>", view_func=self._picture)
        add("/status/1", view_func=self._status)
        for rule, view in (("par", self._par), ("token", self._token), ("nonce", self._nonce),
                           ("credential", self._credential), ("deferred", self._deferred),
                           ("notification", self._notification), ("challenge", self._challenge)):  # fmt: skip
            add(f"/{rule}", view_func=view, methods=["POST"])
        add("/authorize", view_func=self._authorize)
        app.register_error_handler(ProtocolError, self._refuse)
        return app

    def _refuse(self, error):
        response = jsonify(error=error.code, error_description=str(error))
        response.status_code = error.status
        for name, value in getattr(error, "headers", {}).items():
            response.headers[name] = value
        return response

    def _metadata(self):
        named = self.faults.get("metadata_issuer", self.url)
        configurations = {
            name: metadata.CredentialConfiguration(
                name, self.faults.get("metadata_vct", vct), f"scope-{name}",
                proof_types=self.faults.get("proof_types", ("jwt", "attestation")),
                key_attestation=self.key_attestation,
                display=self.faults.get("configuration_display", ()),
            )
            for name, (vct, _) in self.documents.items()
        }  # fmt: skip
        encrypts = "encrypt" in self.faults
        made = metadata.IssuerMetadata(
            named, f"{self.url}/credential", configurations,
            authorization_servers=self.faults.get("servers", ()),
            nonce_endpoint=f"{self.url}/nonce",
            deferred_credential_endpoint=f"{self.url}/deferred",
            notification_endpoint=f"{self.url}/notification",
            batch_size=self.batch, display=self.faults.get("display", ()),
            request_encryption=metadata.RequestEncryption((self.encryption_key.public_jwk(),)) if encrypts else None,
            response_encryption=metadata.ResponseEncryptionSupport() if encrypts else None,
        )  # fmt: skip
        document = metadata.create_issuer_metadata(made)
        if "unsigned" in self.faults or "application/jwt" not in request.headers.get("Accept", ""):
            return jsonify(document)
        signer = self.faults.get("metadata_signer", self.metadata_signer)
        now = int(time.time())
        signed = signed_metadata.create_signed_metadata(document, signer, now=now, lifetime=600)
        return Response(signed, content_type="application/jwt")

    def _server_metadata(self):
        made = authorization_server.AuthorizationServerMetadata(
            self.faults.get("server_issuer", self.url), f"{self.url}/token", f"{self.url}/authorize",
            f"{self.url}/par",
            challenge_endpoint=f"{self.url}/challenge" if "challenge" in self.faults else None,
        )  # fmt: skip
        return jsonify(authorization_server.create_authorization_server_metadata(made))

    def _challenge(self):
        self.seen["challenge"].append("asked")
        return jsonify(attestation_challenge="challenge-1")

    def _client(self):
        now = int(time.time())
        attested = client_attestation.verify_client_attestation(
            request.headers[client_attestation.ATTESTATION_HEADER], now=now,
            decide=lambda chain: decide_wallet_provider(self.world.view(now), chain, now),
        )  # fmt: skip
        pop = client_attestation.verify_client_attestation_pop(
            request.headers[client_attestation.POP_HEADER], attested, audience=self.url, now=now
        )
        self.seen["attestations"].append(attested)
        if "challenge" in self.faults and pop.challenge != "challenge-1":
            raise ProtocolError("fresh challenge", code="use_attestation_challenge", status=400)
        return attested

    def _dpop(self, access_token=None):
        now = int(time.time())
        proof = dpop.verify_dpop_proof(
            request.headers["DPoP"], method="POST", url=self.url + request.path, now=now,
            access_token=access_token,
        )  # fmt: skip
        if "dpop_nonce" in self.faults and proof.nonce != "dpop-nonce-1":
            self.seen["dpop_nonce_refusals"].append(request.path)
            error = ProtocolError(
                "nonce", code="use_dpop_nonce", status=401 if access_token else 400
            )
            error.headers = {"DPoP-Nonce": "dpop-nonce-1"}
            if access_token:
                error.headers["WWW-Authenticate"] = 'DPoP error="use_dpop_nonce"'
            raise error
        return proof

    def _par(self):
        attested, proof = self._client(), self._dpop()
        asked = authorization.parse_authorization_request(request.form.to_dict())
        assert asked.client_id == attested.client_id
        assert asked.dpop_jkt in (None, proof.thumbprint)
        self.seen["par"].append(asked)
        uri = authorization.REQUEST_URI_PREFIX + secrets.token_urlsafe(16)
        self.pushed[uri] = asked
        return jsonify(request_uri=uri, expires_in=60), 201

    def _authorize(self):
        asked = self.pushed.pop(request.args["request_uri"])
        code = secrets.token_urlsafe(16)
        names = [scope.removeprefix("scope-") for scope in asked.scopes] or list(
            asked.configuration_ids
        )
        self.codes[code] = {"asked": asked, "names": names}
        answer = {"code": code, "state": asked.state, "iss": self.url}
        answer |= self.faults.get("authorization_response", {})
        return redirect(authorization.create_authorization_response(asked.redirect_uri, answer))

    def _token(self):
        self._client()
        proof = self._dpop()
        asked = token.parse_token_request(request.form.to_dict())
        self.seen["token"].append(asked)
        if isinstance(asked, token.RefreshRequest):
            names = self.refresh_tokens.get(asked.refresh_token)
            if names is None:
                raise ProtocolError("unknown", code="invalid_grant")
        else:
            names = self._redeem(asked)
        access_token, refresh_token = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.tokens[access_token] = (proof.thumbprint, names)
        self.refresh_tokens[refresh_token] = names
        response = token.create_token_response(
            token.TokenResponse(access_token, 600, refresh_token)
        )
        response |= self.faults.get("token_response", {})
        return jsonify({name: value for name, value in response.items() if value is not None})

    def _redeem(self, asked):
        known = self.codes.get(asked.code)
        if known is None:
            raise ProtocolError("unknown code", code="invalid_grant")
        if isinstance(asked, token.AuthorizationCodeRequest):
            pkce.verify_code_verifier(asked.code_verifier, known["asked"].code_challenge)
        elif known["tx_code"] != asked.tx_code:
            known["tries"] += 1
            if known["tries"] >= 3:
                del self.codes[asked.code]
            raise ProtocolError("wrong tx_code", code="invalid_grant")
        del self.codes[asked.code]
        return known["names"]

    def _nonce(self):
        nonce = secrets.token_urlsafe(16)
        if self.faults.get("stale_nonces", 0):
            self.faults["stale_nonces"] -= 1
        else:
            self.nonces.add(nonce)
        response = jsonify(c_nonce=nonce)
        if "dpop_nonce" in self.faults:
            response.headers["DPoP-Nonce"] = "dpop-nonce-1"
        return response

    def _access(self):
        scheme, _, access_token = request.headers["Authorization"].partition(" ")
        proof = self._dpop(access_token)
        thumbprint, names = self.tokens[access_token]
        assert scheme.lower() == "dpop"
        dpop.verify_binding(proof, thumbprint, "invalid_token")
        return names

    def _body(self):
        encrypted = request.mimetype == "application/jwt"
        self.seen["encrypted_requests"].append(encrypted)
        if encrypted:
            return encryption.decrypt_request(
                request.get_data(as_text=True), [self.encryption_key]
            ), True
        return json.loads(request.data), False

    def _credential(self):
        names = self._access()
        body, encrypted = self._body()
        asked = credential.parse_credential_request(body, encrypted=encrypted)
        assert asked.configuration_id in names
        verified = proofs.verify_proofs(asked.proofs, self._policy(), int(time.time()))
        self.seen["proofs"].append((asked.proofs.proof_type, verified))
        fresh = verified.nonces <= self.nonces
        self.nonces -= verified.nonces
        proofs.verify_nonces(verified, fresh=fresh)
        if "credential_error" in self.faults:
            raise ProtocolError("no", code=self.faults["credential_error"])
        issued = self._issue(asked.configuration_id, verified.jwks)
        if "defer" in self.faults:
            transaction = secrets.token_urlsafe(8)
            self.deferred[transaction] = issued
            return self._answer(credential.DeferredCredentials(transaction, 5), asked, 202)
        return self._answer(issued, asked, 200)

    def _policy(self):
        now = int(time.time())
        return proofs.ProofPolicy(
            self.url, lambda chain: decide_wallet_provider(self.world.view(now), chain, now),
            key_attestation_required=self.key_attestation is not None,
        )  # fmt: skip

    def _deferred(self):
        self._access()
        body, encrypted = self._body()
        asked = credential.parse_deferred_request(body, encrypted=encrypted)
        if "defer" in self.faults:
            return self._answer(credential.DeferredCredentials(asked.transaction_id, 5), asked, 202)
        issued = self.deferred.pop(asked.transaction_id, None)
        if issued is None:
            raise ProtocolError("unknown", code="invalid_transaction_id")
        return self._answer(issued, asked, 200)

    def _answer(self, response, asked, status):
        document = credential.create_credential_response(response)
        if asked.encryption is None or "answer_in_clear" in self.faults:
            return jsonify(document), status
        text = encryption.encrypt_message(document, asked.encryption)
        return Response(text, status, content_type="application/jwt")

    def _notification(self):
        self._access()
        note = credential.parse_notification(json.loads(request.data))
        self.seen["notifications"].append((note.notification_id, note.event.value))
        return "", 204

    def _issue(self, name, jwks):
        jwks = list(jwks)
        if "other_holder" in self.faults:
            jwks[-1] = create_jwk(KeySigner(create_key()).public_key)
        if "same_holder" in self.faults:
            jwks = [jwks[0]] * len(jwks)
        if "extra" in self.faults:
            jwks.append(create_jwk(KeySigner(create_key()).public_key))
        if "reverse" in self.faults:
            jwks.reverse()
        texts = [self._sign(name, jwk, place) for place, jwk in enumerate(jwks)]
        return credential.IssuedCredentials(tuple(texts), "note-1")

    def _sign(self, name, jwk, place):
        vct, document = self.documents[name]
        if place and "copies_differ" in self.faults:
            document = self.faults["copies_differ"]
        now = int(time.time())
        rounded = now - now % 3600
        self.next_index += 1 + secrets.randbelow(9)
        self.seen["indices"].append(self.next_index)
        status = {"idx": self.next_index, "uri": f"{self.url}/status/1"}
        envelope = create_envelope(
            vct, issuer=self.url, identifier=f"urn:uuid:{secrets.token_hex(16)}", issued_at=rounded,
            expires_at=rounded + 90 * 86400, holder_jwk=jwk,
            status=status,
        )  # fmt: skip
        claims = {**envelope, **write_claims(document, vct)} | self.faults.get("claims", {})
        signer = self.faults.get("signer", self.body.attestation_signer)
        return create_sd_jwt_vc(claims, attestation_type(vct).disclosable, signer)

    def _picture(self, name):
        self.seen["pictures"].append(name)
        return self.pictures[name]()

    def _status(self):
        if "status_down" in self.faults:
            return "", 503
        now = int(time.time())
        made = create_status_list_token(
            self.statuses,
            f"{self.url}/status/1",
            self.body.status_signer,
            now=now,
            lifetime=600,
            ttl=1,
        )
        return Response(made, content_type="application/statuslist+jwt")


def visit(url):
    """Follow a sign-in page to where it sends the browser, without opening that."""
    import http.client

    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    connection.request("GET", f"{parts.path}?{parts.query}")
    location = connection.getresponse().headers["Location"]
    connection.close()
    return location


def today():
    return date.fromtimestamp(int(time.time()))
