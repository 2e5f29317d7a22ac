"""Trust's errors, with the evidence a verdict page shows: which list, which issue, which dates."""

from __future__ import annotations

from collections.abc import Mapping

from esspass.errors import UndecidedError, UntrustedIssuerError, VerificationError

Parameters = Mapping[str, str]


class ListRefusedError(VerificationError):
    """A list is signed as it should be and must not replace the one we have."""

    code = "list_refused"

    def __init__(self, message: str, *, code: str, parameters: Parameters) -> None:
        super().__init__(message, code=code)
        self.parameters = {**parameters, "reason": code}


class IssuerRefusedError(UntrustedIssuerError):
    """The lists say no."""

    def __init__(self, message: str, *, code: str, parameters: Parameters) -> None:
        super().__init__(message, code=code)
        self.parameters = {**parameters, "reason": code}


class IssuerUndecidedError(UndecidedError):
    """The lists allow neither yes nor no."""

    def __init__(self, message: str, *, code: str, parameters: Parameters) -> None:
        super().__init__(message, code=code)
        self.parameters = {**parameters, "reason": code}
