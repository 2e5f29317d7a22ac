"""Which authorities a wallet's document must come from, where that is asked (OpenID4VP 1.0, 6.1.1).

A wallet that holds several documents of a type then offers the one this verifier can rely on. But
it also stays silent about a document whose issuer is on no list: the person gets "nothing fits"
and the inspector no verdict. So the query says it only where a deployment wants it
(``VERIFIER_TRUSTED_AUTHORITIES``), and only when it is the whole truth of a list in force.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from cryptography import x509

from esspass.errors import MalformedError
from esspass.keys.jwk import encode_base64url
from esspass.openid4vp.dcql.query import MAX_ENTRIES
from esspass.trust import Freshness, ServiceKind, TrustedService, TrustView, freshness
from esspass.trust.decide import list_of_type
from esspass.trust.model import UNREADABLE, create_key_id


def find_authority_keys(view: TrustView, vct: str, now: int) -> tuple[str, ...]:
    """Return the key identifiers, base64url, that documents of this type may be signed under.

    Withdrawn services are among them, for what they issued before may still count. None at all
    when the list is missing or no longer in force (the verdict then says so) or names more than a
    query can hold (part of a list would hide good documents).
    """
    newest = view.newest(list_of_type(vct))
    if newest is None or freshness(newest.next_update, now) is not Freshness.FRESH:
        return ()
    services = (service for entity in newest.entities for service in entity.services)
    found = {
        encode_base64url(key)
        for service in services
        if service.kind is ServiceKind.ISSUANCE
        for key in _authority_keys(service)
    }
    return tuple(sorted(found)) if len(found) <= MAX_ENTRIES else ()


def _authority_keys(service: TrustedService) -> Iterator[bytes]:
    """A list names the CA, or the signer itself: a chain then points to the signer's authority."""
    for interval in service.history:
        yield from interval.key_ids
    for certificate in service.certificates:
        with suppress(MalformedError):  # a key that cannot be read vouches for nothing
            yield create_key_id(certificate)
        yield from _issuer_key(certificate)


def _issuer_key(certificate: x509.Certificate) -> Iterator[bytes]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return
    if extension.value.key_identifier:
        yield extension.value.key_identifier
