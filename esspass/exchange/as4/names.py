"""Namespaces and element names of the header (SBDH) and of messages in XML."""

from __future__ import annotations

from esspass.exchange.sed import CASE_VERSION

SBDH = "http://eessi.dgempl.ec.europa.eu/namespaces/sbdh"
AUTHORITY = "urn:eu:europa:ec:dgempl:eessi:ir"
"""Who gives out the institution ids of a header."""
XSD = "http://www.w3.org/2001/XMLSchema"
OURS = "urn:esspass:exchange:copy"
"""What our engine needs of a message and no EESSI header has a place for."""
_EESSI = "http://ec.europa.eu/eessi/ns"


def sed_namespace(sed: str, version: str = CASE_VERSION) -> str:
    """The namespace of a message: EESSI's, or ours for the messages that are ours alone."""
    if sed.startswith("DA"):
        return f"urn:esspass:exchange:{sed}:{version}"
    return f"{_EESSI}/{version.replace('.', '_')}/{sed}"


def sbdh(name: str) -> str:
    """Name an element of the header."""
    return f"{{{SBDH}}}{name}"
