"""No function of this package follows an address out of a credential."""

import inspect
import socket
from dataclasses import fields

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

import esspass.trust as package
from esspass.fetch import Fetcher
from esspass.trust import PinnedSource, decide_attestation_issuer, decide_status_issuer, verify_path
from esspass.trust.source import TrustSource
from tests.builders.lists import DAY, NOW, PDA1
from tests.unit.trust.chains import Node

URL_NAMES = ("url", "uri", "x5u", "jku", "trust_anchor")
PUBLIC = [getattr(package, name) for name in package.__all__]
FUNCTIONS = [f for f in PUBLIC if inspect.isfunction(f)]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_no_function_takes_an_address(function):
    for name in inspect.signature(function).parameters:
        assert not any(part in name for part in URL_NAMES)


def test_only_the_source_can_fetch_and_only_what_is_pinned():
    """The fetcher is held by one class, whose one method takes the time and nothing else."""
    holders = {
        holder.__name__
        for holder in PUBLIC
        if inspect.isclass(holder) and "fetcher" in inspect.signature(holder.__init__).parameters
    }
    assert holders == {TrustSource.__name__}
    public = {name for name in vars(TrustSource) if not name.startswith("_")}
    assert public == {"view"}
    assert list(inspect.signature(TrustSource.view).parameters) == ["self", "now"]
    assert [f.name for f in fields(PinnedSource)] == ["url", "certificates"]


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("something asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(Fetcher, "get", refuse)


def tempting(root):
    """A leaf with every address a certificate can hold: CRL, issuer certificate, OCSP."""
    address = x509.UniformResourceIdentifier("http://tempting.example/ca.der")
    access = [
        x509.AccessDescription(oid, address)
        for oid in (AuthorityInformationAccessOID.CA_ISSUERS, AuthorityInformationAccessOID.OCSP)
    ]
    crl = x509.DistributionPoint([address], None, None, None)
    extensions = [
        (x509.AuthorityInformationAccess(access), False),
        (x509.CRLDistributionPoints([crl]), False),
    ]
    return root.leaf(extensions=extensions).certificate


@pytest.mark.usefixtures("no_network")
def test_addresses_in_a_trusted_certificate_are_not_followed(world, fund):
    root = Node("root")
    verify_path([tempting(root)], [root.certificate], NOW)


@pytest.mark.usefixtures("no_network")
def test_addresses_in_a_stranger_are_not_followed(world, fund):
    """A missing issuer certificate is not fetched from where the leaf says it is."""
    chain = [tempting(Node("unlisted"))]
    with pytest.raises(package.IssuerRefusedError) as raised:
        decide_attestation_issuer(
            world.view(),
            chain,
            vct=PDA1,
            institution_id=None,
            country=None,
            issued_at=NOW - 9 * DAY,
            now=NOW,
        )
    assert raised.value.code == "unknown_issuer"
    statuses = fund.status_signer.certificates
    with pytest.raises(package.IssuerRefusedError):
        decide_status_issuer(world.view(), statuses, issuer_chain=chain, now=NOW)
