"""Proof Key for Code Exchange (RFC 7636); S256 only, as FAPI 2.0 demands."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from esspass.errors import ProtocolError
from esspass.keys.jwk import encode_base64url

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def create_code_verifier(random: Callable[[int], bytes] = os.urandom) -> str:
    """Make a code verifier of 256 random bits."""
    return encode_base64url(random(32))


def create_code_challenge(code_verifier: str) -> str:
    """Return base64url(SHA-256(verifier)) (section 4.2)."""
    return encode_base64url(hashlib.sha256(code_verifier.encode("ascii")).digest())


def parse_code_challenge(parameters: Mapping[str, Any]) -> str:
    """Read ``code_challenge`` of an authorization request.

    Raises ProtocolError ``invalid_request`` when it is missing, malformed or not S256.
    """
    challenge = parameters.get("code_challenge")
    if parameters.get("code_challenge_method") != "S256":
        raise ProtocolError("code_challenge_method must be S256")
    if not isinstance(challenge, str) or not _CHALLENGE.fullmatch(challenge):
        raise ProtocolError("code_challenge is missing or malformed")
    return challenge


def verify_code_verifier(code_verifier: str | None, code_challenge: str) -> None:
    """Check the verifier of a token request against the challenge of its authorization.

    Raises ProtocolError ``invalid_grant`` (RFC 7636, section 4.6).
    """
    if code_verifier is None or not _VERIFIER.fullmatch(code_verifier):
        raise ProtocolError("code_verifier is missing or malformed", code="invalid_grant")
    if not hmac.compare_digest(create_code_challenge(code_verifier), code_challenge):
        raise ProtocolError("code_verifier does not fit the code_challenge", code="invalid_grant")
