"""A simulated outside verifier over OpenID4VP 1.0; ``spoil`` changes its request objects."""

import time

from flask import Flask, Response, jsonify, request

from esspass.jose.jws import create_jws, parse_jws
from esspass.keys.certificates import create_x5c
from esspass.openid4vp.relying_party import RelyingParty
from esspass.openid4vp.request_object import MEDIA_TYPE, TYP
from esspass.openid4vp.transactions import Transactions
from esspass.openid4vp.verifier_info import RegistrarDataset, create_registered_credentials
from esspass.sdjwt import parse_sd_jwt_vc, verify_key_binding

PURPOSE = {"en": "To check your posting at this site", "lt": "Patikrinti jūsų komandiruotę"}


def create_dataset(dcql, purpose=PURPOSE, credentials=None):
    """What a registrar would have noted for this request."""
    registered = create_registered_credentials(dcql) if credentials is None else credentials
    return RegistrarDataset(
        "EL123",
        {"en": "Inspection"},
        purpose,
        "use-1",
        "https://registry.example",
        "https://policy.example",
        registered,
    )


def ask_for(vct, *paths, query_id="a", **more):
    claims = {"claims": [{"path": list(path)} for path in paths]} if paths else {}
    return {
        "credentials": [
            {"id": query_id, "format": "dc+sd-jwt", "meta": {"vct_values": [vct]}, **claims, **more}
        ]
    }


class SimulatedVerifier:
    """Asks, serves the request object, takes the answer."""

    def __init__(self, world, url, database, name="Υποδειγματική Επιθεώρηση Εργασίας"):
        self.url = url
        self.signer = world.create_access_signer(name, "GR")
        self.relying_party = RelyingParty(
            url, self.signer, Transactions(database), create_receipt=self._create_receipt
        )
        self.receipt = None
        self.spoil = None
        self.answers, self.fetched = [], []
        self.answer_status = 200
        self.app = Flask("simulated-verifier")
        self.app.add_url_rule(
            "/openid4vp/request/<name>", "request", self._request, methods=["GET", "POST"]
        )
        self.app.add_url_rule(
            "/openid4vp/response/<name>", "response", self._response, methods=["POST"]
        )

    def ask(self, dcql, *, redirect_uri=None, method="post", dataset="registered"):
        """Return the link of a new request."""
        noted = create_dataset(dcql) if dataset == "registered" else dataset
        flow = "same_device" if redirect_uri else "cross_device"
        transaction = self.relying_party.start(
            dcql, now=int(time.time()), flow=flow, redirect_uri=redirect_uri, dataset=noted
        )
        self.transaction = transaction
        link = transaction.link()
        return link if method == "post" else link.replace("&request_uri_method=post", "")

    def _request(self, name):
        self.fetched.append((request.method, request.form.to_dict(), request.headers.get("Accept")))
        nonce = request.form.get("wallet_nonce")
        token = self.relying_party.request_object(name, nonce, int(time.time()))
        return self.spoil(token) if self.spoil else Response(token, content_type=MEDIA_TYPE)

    def _response(self, name):
        self.answers.append(request.form.to_dict())
        if self.answer_status != 200:
            return jsonify(error="invalid_request"), self.answer_status
        result = self.relying_party.receive(name, request.form.to_dict(), int(time.time()))
        told = {"redirect_uri": result.redirect_uri, "verification_receipt": result.receipt}
        return jsonify({name: value for name, value in told.items() if value})

    def _create_receipt(self, answer, now):
        """``receipt`` makes one from the presentations, as a verifier's case would."""
        texts = [text for given in answer.vp_token.values() for text in given]
        return self.receipt(texts, now) if self.receipt else None

    def status(self):
        return self.relying_party.status(self.transaction.id, int(time.time()))

    def take(self, response_code=None):
        """The presentations of the last answer, key bindings verified."""
        taken = self.relying_party.take(
            self.transaction.id, self.transaction.browser_secret, response_code, int(time.time())
        )
        for texts in taken.vp_token.values():
            for text in texts:
                self.verify_binding(text, taken)
        return {
            name: [parse_sd_jwt_vc(text) for text in texts]
            for name, texts in taken.vp_token.items()
        }

    def verify_binding(self, text, taken):
        vc = parse_sd_jwt_vc(text)
        from esspass.keys.jwk import parse_jwk

        key = parse_jwk(vc.claims["cnf"]["jwk"])
        verify_key_binding(
            vc.sd_jwt, key, nonce=taken.nonce, audience=taken.audience, now=int(time.time())
        )

    def resign(self, header=None, signer=None, **claims):
        """A ``spoil`` that signs the request object again with other members; None removes one."""

        def change(token):
            jws = parse_jws(token)
            chosen = signer or self.signer
            payload = {n: v for n, v in {**jws.claims(), **claims}.items() if v is not None}
            members = {"typ": TYP, "x5c": create_x5c(chosen.certificates), **(header or {})}
            kept = {n: v for n, v in members.items() if v is not None}
            return Response(create_jws(kept, payload, chosen), content_type=MEDIA_TYPE)

        return change
