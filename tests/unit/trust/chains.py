"""Certification paths, good and spoiled one way each (after C2SP/x509-limbo)."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from esspass.keys.signer import create_key
from tests.builders.lists import DAY, NOW


def name(common_name, organization="Example Social Insurance Fund", country="LT"):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def usage(*, certificates=False, signs=True):
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


class Node:
    """A certificate and its key; ``issue`` makes the next one down."""

    def __init__(self, subject, key=None, *, issuer=None, ca=True, path_length=None, **options):
        self.key = key or create_key()
        self.subject = name(subject) if isinstance(subject, str) else subject
        start = options.get("start", NOW - 400 * DAY)
        end = options.get("end", NOW + 400 * DAY)
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.subject)
            .issuer_name(issuer.subject if issuer else self.subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.fromtimestamp(start, UTC))
            .not_valid_after(datetime.fromtimestamp(end, UTC))
        )
        constraints = options.get("constraints", x509.BasicConstraints(ca, path_length))
        usages = options.get("usages", usage(certificates=ca, signs=not ca))
        extensions = [(constraints, True), (usages, True), *options.get("extensions", ())]
        if issuer:
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
            extensions.append((identifier, False))
        for extension, critical in extensions:
            if extension is not None:
                builder = builder.add_extension(extension, critical)
        signer = issuer.key if issuer else self.key
        self.certificate = builder.sign(signer, options.get("digest", hashes.SHA256()))

    def issue(self, subject, key=None, **options):
        return Node(subject, key, issuer=self, **options)

    def leaf(self, subject="leaf", key=None, **options):
        return self.issue(subject, key, ca=False, **options)


def curve(kind):
    return ec.generate_private_key(kind())
