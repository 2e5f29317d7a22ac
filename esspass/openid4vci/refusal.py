"""Refusing a message with the error code its standard names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from esspass.errors import MalformedError, ProtocolError, VerificationError

_NOT_ALLOWED = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")


@contextmanager
def refuse_with(code: str, status: int = 400) -> Iterator[None]:
    """Turn MalformedError and VerificationError into a ProtocolError with this code.

    UndecidedError passes: that a source did not answer is not the sender's fault.
    """
    try:
        yield
    except (MalformedError, VerificationError) as error:
        raise ProtocolError(str(error), code=code, status=status) from error


def clean_description(text: str) -> str:
    """Keep what ``error_description`` may hold (RFC 6749, section 5.2)."""
    return _NOT_ALLOWED.sub("", text)
