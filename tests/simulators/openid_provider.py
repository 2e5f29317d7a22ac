"""A small OpenID Provider over real HTTP; ``mode`` makes it lie."""

import hashlib
import threading
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwk, jwt
from werkzeug.serving import make_server

from esspass.keys.jwk import encode_base64url
from tests.builders.issuance import NOW


class SimulatedProvider:
    """A small OpenID Provider; ``mode`` makes it lie."""

    def __init__(self):
        self.key = jwk.ECKey.generate_key("P-256", {"kid": "op", "use": "sig", "alg": "ES256"})
        self.evil = jwk.ECKey.generate_key("P-256", {"kid": "op"})
        self.codes, self.mode, self.claims = {}, "good", {}
        self.app = Flask("provider")
        self.app.add_url_rule("/.well-known/openid-configuration", view_func=self.configuration)
        self.app.add_url_rule(
            "/jwks", "jwks", view_func=lambda: jsonify(keys=[self.key.as_dict(private=False)])
        )
        self.app.add_url_rule("/auth", view_func=self.auth)
        self.app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        self.app.add_url_rule(
            "/userinfo",
            "userinfo",
            view_func=lambda: jsonify(
                {"sub": "somebody else" if self.mode == "userinfo" else "u1", **self.claims}
            ),
        )
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def configuration(self):
        issuer = "https://other.example" if self.mode == "discovery" else self.url
        return jsonify(
            issuer=issuer,
            authorization_endpoint=f"{self.url}/auth",
            token_endpoint=f"{self.url}/token",
            jwks_uri=f"{self.url}/jwks",
            userinfo_endpoint=f"{self.url}/userinfo",
        )

    def auth(self):
        code = f"code-{len(self.codes)}"
        self.codes[code] = request.args.to_dict()
        answer = {"code": code, "state": request.args["state"], "iss": self.url}
        if self.mode == "mix-up":
            answer["iss"] = "https://other.example"
        if self.mode == "declined":
            answer = {"error": "access_denied", "state": request.args["state"]}
        return redirect(f"{request.args['redirect_uri']}?{urlencode(answer)}")

    def token(self):
        asked = self.codes.pop(request.form["code"], None)
        verifier = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or encode_base64url(verifier) != asked["code_challenge"]
            or request.authorization.password != "s3cret"
        ):
            return jsonify(error="invalid_grant"), 400
        claims = {
            "iss": self.url,
            "sub": "u1",
            "aud": "issuer",
            "iat": NOW,
            "exp": NOW + 300,
            "nonce": asked["nonce"],
        }
        claims |= {} if self.mode in ("userinfo", "names in userinfo") else self.claims
        claims |= {
            "nonce": {"nonce": "x"},
            "aud": {"aud": "x"},
            "iss": {"iss": "https://x.example"},
            "exp": {"exp": NOW - 900},
        }.get(self.mode, {})
        token = jwt.encode(
            {"alg": "ES256", "kid": "op"}, claims, self.evil if self.mode == "key" else self.key
        )
        if self.mode == "none":
            parts = token.split(".")
            header = encode_base64url(b'{"alg":"none"}')
            token = f"{header}.{parts[1]}."
        return jsonify(access_token="at", token_type="Bearer", id_token=token)
