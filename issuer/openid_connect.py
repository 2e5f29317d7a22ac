"""OpenID Connect: code flow with PKCE, state and nonce; Authlib checks the ID token.

Citizens and staff sign in by the same protocol, each with a provider of their own.

Authlib's own client speaks HTTP and keeps state in the cookie; here the fetcher speaks, and the
database keeps. The secret of the browser that asked must come back with the state.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from esspass.errors import UnavailableError, VerificationError
from esspass.fetch import Fetcher
from issuer.bearer import create_secret
from issuer.config import OidcConfig, StaffOidcConfig

_ALGORITHMS = ["ES256", "ES384", "RS256", "PS256"]
_LEEWAY = 60


class SignInError(VerificationError):
    """The provider's answer must not be believed."""

    code = "sign_in_failed"


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes, and what the database remembers until it returns."""

    url: str
    remembered: str


@dataclass(frozen=True, slots=True)
class OpenIdConnect:
    """One OpenID Provider; ``redirect_uri`` is registered there, ``acr`` what it must vouch for."""

    config: OidcConfig | StaffOidcConfig
    fetcher: Fetcher
    redirect_uri: str
    acr: str = ""

    def start(self) -> Started:
        """Begin. Raises UnavailableError."""
        provider = self._provider()
        state, nonce, verifier = (create_secret() for _ in range(3))
        wanted = {"acr_values": self.acr} if self.acr else {}
        url = prepare_grant_uri(
            _endpoint(provider, "authorization_endpoint"),
            self.config.client_id,
            "code",
            redirect_uri=self.redirect_uri,
            scope=self.config.scope,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **wanted,
        )
        remembered = {"state": state, "nonce": nonce, "code_verifier": verifier}
        return Started(str(url), json.dumps(remembered))

    def finish(
        self, parameters: Mapping[str, str], remembered: str, now: int, needed: Sequence[str]
    ) -> dict[str, Any]:
        """Redeem the code and return the claims about who signed in.

        Claims ``needed`` that the ID token lacks are asked for at UserInfo. Raises SignInError,
        UnavailableError.
        """
        began = json.loads(remembered)
        provider = self._provider()
        if parameters.get("state") != began["state"]:
            raise SignInError("state is not the one sent")
        if parameters.get("iss", self.config.issuer) != self.config.issuer:
            raise SignInError("the answer comes from another provider")
        if "error" in parameters or not parameters.get("code"):
            raise SignInError("the provider did not sign you in", code="sign_in_declined")
        tokens = self._redeem(provider, parameters["code"], began["code_verifier"])
        claims = self._verify(provider, tokens, began["nonce"], now)
        if self.acr and claims.get("acr") != self.acr:
            raise SignInError("the provider vouches for less than was asked", code="acr_too_low")
        return self._complete(provider, tokens, claims, needed)

    def _provider(self) -> dict[str, Any]:
        url = f"{self.config.issuer.rstrip('/')}/.well-known/openid-configuration"
        document = self.fetcher.get(url).require(200).json()
        if document.get("issuer") != self.config.issuer:
            raise UnavailableError("the provider's metadata names another issuer")
        return document

    def _redeem(self, provider: Mapping[str, Any], code: str, verifier: str) -> dict[str, Any]:
        pair = f"{quote(self.config.client_id, '')}:{quote(self.config.client_secret, '')}"
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        answer = self.fetcher.post_form(
            _endpoint(provider, "token_endpoint"),
            form,
            {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"},
        )
        if answer.status != 200:
            raise SignInError("the provider refused the code")
        return answer.json()

    def _verify(
        self, provider: Mapping[str, Any], tokens: Mapping[str, Any], nonce: str, now: int
    ) -> dict[str, Any]:
        jwks = self.fetcher.get(_endpoint(provider, "jwks_uri")).require(200).json()
        options = {
            "iss": {"essential": True, "value": self.config.issuer},
            "aud": {"essential": True, "value": self.config.client_id},
        }
        params = {
            "nonce": nonce,
            "client_id": self.config.client_id,
            "access_token": tokens.get("access_token"),
        }
        try:
            keys = KeySet.import_key_set(jwks)  # type: ignore[arg-type]
            token = jwt.decode(str(tokens.get("id_token")), keys, algorithms=_ALGORITHMS)
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(now, _LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise SignInError("the ID token does not verify") from error
        return dict(claims)

    def _complete(
        self,
        provider: Mapping[str, Any],
        tokens: Mapping[str, Any],
        claims: dict[str, Any],
        needed: Sequence[str],
    ) -> dict[str, Any]:
        """Providers may put claims into UserInfo only (OpenID Connect Core, section 5.3)."""
        if claims.keys() >= set(needed) or "userinfo_endpoint" not in provider:
            return claims
        bearer = {"Authorization": f"Bearer {tokens.get('access_token')}"}
        url = _endpoint(provider, "userinfo_endpoint")
        more = self.fetcher.get(url, bearer).require(200).json()
        if more.get("sub") != claims["sub"]:
            raise SignInError("UserInfo is about another person")
        return {**more, **claims}


def _endpoint(provider: Mapping[str, Any], name: str) -> str:
    url = provider.get(name)
    if not isinstance(url, str):
        raise UnavailableError(f"the provider names no {name}")
    return url
