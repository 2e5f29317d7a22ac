"""Sign-in of citizens with OpenID Connect, where the institution knows them by a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esspass.fetch import Fetcher
from issuer.config import OidcConfig
from issuer.matching import Identity, parse_identity
from issuer.openid_connect import OpenIdConnect, Started


@dataclass(frozen=True, slots=True)
class OidcSignIn:
    """One OpenID Provider that knows citizens; ``redirect_uri`` is registered there."""

    config: OidcConfig
    fetcher: Fetcher
    redirect_uri: str

    def start(self) -> Started:
        """Begin. Raises UnavailableError."""
        return self._protocol.start()

    def finish(self, parameters: Mapping[str, str], remembered: str, now: int) -> Identity:
        """Redeem the code and return who signed in. Raises SignInError, UnavailableError."""
        claims = self._protocol.finish(parameters, remembered, now, ("family_name",))
        return parse_identity(claims, self.config.number_claim)

    @property
    def _protocol(self) -> OpenIdConnect:
        return OpenIdConnect(self.config, self.fetcher, self.redirect_uri)
