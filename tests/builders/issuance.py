"""Good evidence for issuance: wallets, providers and proofs, and one way to spoil each claim."""

import base64
import json
import re

from esspass.jose.jws import create_jws, parse_jws
from esspass.keys.certificates import create_authority, create_signer, create_x5c
from esspass.keys.jwk import create_jwk, create_thumbprint
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vci import client_attestation, dpop, key_attestation, pkce, proofs

NOW = 1_790_000_000
ISSUER = "https://issuer.example"


def create_provider(name="Example Wallet Provider", now=NOW):
    """A wallet provider: a signer with a certificate of its own authority."""
    return create_signer(create_authority(name, "LT", f"{name} CA", now), name, "LT", name, now)


def accept(_chain):
    """The decision of a test that is not about trust."""


def spoil(token, signer, header=None, **claims):
    """Sign ``token`` again with other header members or claims; None removes one."""
    jws = parse_jws(token)
    changed = {**jws.header, **(header or {})}
    payload = {**jws.claims(), **claims}
    drop = lambda members: {name: v for name, v in members.items() if v is not None}
    return create_jws(drop(changed), drop(payload), signer)


def flip_signature(token):
    """Change one bit of the signature."""
    head, _, signature = token.rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[5] ^= 1
    return f"{head}.{base64.urlsafe_b64encode(bytes(raw)).rstrip(b'=').decode()}"


def unsecure(token):
    """The same claims under alg none."""
    header, payload, _ = token.split(".")
    members = json.loads(base64.urlsafe_b64decode(header + "=="))
    text = json.dumps({**members, "alg": "none"}).encode()
    return f"{base64.urlsafe_b64encode(text).rstrip(b'=').decode()}.{payload}."


class WalletKit:
    """What a wallet holds: an instance key with attestation, a DPoP key, holder keys."""

    def __init__(self, provider=None, client_id="wallet.example", holders=1, now=NOW):
        self.provider = provider or create_provider(now=now)
        self.client_id = client_id
        self.instance = KeySigner(create_key())
        self.dpop_key = KeySigner(create_key())
        self.holders = [KeySigner(create_key()) for _ in range(holders)]

    @property
    def jkt(self):
        return create_thumbprint(create_jwk(self.dpop_key.public_key))

    def attestation(self, now=NOW, lifetime=3600):
        return client_attestation.create_client_attestation(
            self.provider, issuer="https://provider.example", client_id=self.client_id,
            instance_key=self.instance.public_key, now=now, lifetime=lifetime,
        )  # fmt: skip

    def pop(self, audience=ISSUER, now=NOW, challenge=None):
        return client_attestation.create_client_attestation_pop(
            self.instance, client_id=self.client_id, audience=audience, now=now,
            challenge=challenge,
        )  # fmt: skip

    def client_headers(self, audience=ISSUER, now=NOW, challenge=None):
        return {
            client_attestation.ATTESTATION_HEADER: self.attestation(now),
            client_attestation.POP_HEADER: self.pop(audience, now, challenge),
        }

    def dpop(self, method, url, now=NOW, access_token=None, nonce=None):
        return dpop.create_dpop_proof(
            self.dpop_key, method, url, now=now, access_token=access_token, nonce=nonce
        )

    def resource_headers(self, url, access_token, now=NOW, nonce=None):
        return {
            "Authorization": f"DPoP {access_token}",
            "DPoP": self.dpop("POST", url, now, access_token, nonce),
        }

    def jwt_proof(self, nonce, audience=ISSUER, now=NOW, holder=0, attest=False, client_id=None):
        attested = self.key_attestation(now=now, nonce=None) if attest else None
        return proofs.create_jwt_proof(
            self.holders[holder], credential_issuer=audience, nonce=nonce, now=now,
            client_id=client_id, key_attestation=attested,
        )  # fmt: skip

    def key_attestation(self, nonce, now=NOW, lifetime=3600):
        return key_attestation.create_key_attestation(
            self.provider, [holder.public_key for holder in self.holders], now=now,
            lifetime=lifetime, nonce=nonce, key_storage=["iso_18045_basic"],
        )  # fmt: skip

    def x5c(self):
        return create_x5c(self.provider.certificates)


PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
REDIRECT_URI = "https://wallet.example/callback"


class WalletDriver:
    """A wallet that speaks to an issuer's test client; every step can be given other headers.

    ``clock`` is a list with the time in it, shared with the app.
    """

    def __init__(self, client, clock, kit=None, base=ISSUER, **kit_settings):
        self.client, self.clock, self.base = client, clock, base
        self.kit = kit or WalletKit(now=clock[0], **kit_settings)
        self.access_token = self.refresh_token = None
        self.verifier = pkce.create_code_verifier()

    @property
    def now(self):
        return self.clock[0]

    def post(self, path, data=None, json=None, headers=None, **more):
        return self.client.post(
            path, data=data, json=json, headers=headers, base_url=self.base, **more
        )

    def client_headers(self, path, dpop=True):
        headers = self.kit.client_headers(self.base, self.now)
        if dpop:
            headers["DPoP"] = self.kit.dpop("POST", self.base + path, self.now)
        return headers

    def token(self, form, headers=None):
        response = self.post("/token", form, headers=headers or self.client_headers("/token"))
        if response.status_code == 200:
            self.access_token = response.json["access_token"]
            self.refresh_token = response.json.get("refresh_token", self.refresh_token)
        return response

    def redeem(self, offer, tx_code=None, headers=None, **form):
        grant = offer["grants"][PRE_AUTHORIZED]
        form = {
            "grant_type": PRE_AUTHORIZED,
            "pre-authorized_code": grant["pre-authorized_code"],
            **form,
        }
        if tx_code is not None:
            form["tx_code"] = tx_code
        return self.token(form, headers)

    def push(self, headers=None, **changes):
        form = {
            "response_type": "code", "client_id": self.kit.client_id, "redirect_uri": REDIRECT_URI,
            "code_challenge": pkce.create_code_challenge(self.verifier),
            "code_challenge_method": "S256", "scope": "urn:eudi:ehic:1", "state": "wallet-state", **changes,
        }  # fmt: skip
        form = {name: value for name, value in form.items() if value is not None}
        return self.post("/par", form, headers=headers or self.client_headers("/par", dpop=False))

    def authorize(self, request_uri, **query):
        parameters = {"client_id": self.kit.client_id, "request_uri": request_uri, **query}
        return self.client.get(
            "/authorize", query_string=parameters, base_url=self.base, follow_redirects=True
        )

    def sign_in(self, page, **values):
        """Fill in the simulated identity on ``page`` and send it."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
        return self.post(page.request.path, {"csrf_token": token, **values})

    def redeem_code(self, code, headers=None, **changes):
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI,
            "code_verifier": self.verifier, "client_id": self.kit.client_id, **changes,
        }  # fmt: skip
        return self.token(
            {name: value for name, value in form.items() if value is not None}, headers
        )

    def nonce(self):
        return self.post("/nonce").json["c_nonce"]

    def resource(self, path, json=None, headers=None, data=None, **more):
        given = self.kit.resource_headers(self.base + path, self.access_token, self.now)
        return self.post(path, data, json, headers=given if headers is None else headers, **more)

    def read(self, path, headers=None):
        """GET a resource with the access token."""
        url = self.base + path
        given = {
            "Authorization": f"DPoP {self.access_token}",
            "DPoP": self.kit.dpop("GET", url, self.now, self.access_token),
        }
        return self.client.get(
            path, headers=given if headers is None else headers, base_url=self.base
        )

    def proofs(self, nonce=None, count=None):
        fresh = nonce or self.nonce()
        holders = range(count or len(self.kit.holders))
        return {"jwt": [self.kit.jwt_proof(fresh, self.base, self.now, holder=i) for i in holders]}

    def credential(self, configuration_id="urn:eudi:ehic:1", proofs=None, headers=None, **changes):
        body = {
            "credential_configuration_id": configuration_id,
            "proofs": proofs or self.proofs(),
            **changes,
        }
        return self.resource(
            "/credential", {n: v for n, v in body.items() if v is not None}, headers
        )
