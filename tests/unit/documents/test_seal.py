"""The seal: good, changed, added to, of another, out of time, on no PDF at all."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest
from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, sign_pdf
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from esspass.documents import Seal, verify_seal
from esspass.documents.seal import _SealSigner
from esspass.errors import EsspassError
from esspass.keys.certificates import create_authority, create_signer
from tests.unit.documents.conftest import AUTHORITY, NOW, SEAL, make, paper_of

ANCHORS = (AUTHORITY.certificate,)
DAY = 86400


def code_of(pdf, anchors=ANCHORS, now=NOW):
    """Why a file is refused."""
    with pytest.raises(EsspassError) as refused:
        verify_seal(pdf, anchors, now)
    return refused.value.code


@pytest.fixture(scope="module")
def sealed(pdf_of):
    return pdf_of("parent")


def test_a_good_seal_names_the_institution(sealed):
    seal = verify_seal(sealed, ANCHORS, NOW)
    assert seal.organization == "Pavyzdinė tarnyba"
    assert seal.certificate == SEAL.signer.certificates[0]
    assert seal.sealed_at == NOW
    assert not seal.time_stamped


def test_it_is_a_pades_certification_without_permission_to_change(sealed):
    signature = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0]
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.docmdp_level.value == 1
    attributes = {attribute["type"].native for attribute in signature.signer_info["signed_attrs"]}
    assert "signing_certificate_v2" in attributes
    assert "signing_time" not in attributes  # EN 319 142-1: the time is in the dictionary


@given(at=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused(sealed, at, bit):
    changed = bytearray(sealed)
    changed[at % len(changed)] ^= 1 << bit
    assert code_of(bytes(changed)) in {"seal_broken", "not_a_pdf", "not_sealed", "seal_untrusted"}


def test_every_byte_of_the_signature_counts(sealed):
    start = sealed.rindex(b"/Contents <")
    for at in range(start, start + 3000, 37):
        changed = bytearray(sealed)
        changed[at] ^= 0x20
        assert code_of(bytes(changed)) in {"seal_broken", "not_a_pdf", "seal_untrusted"}


def test_an_incremental_change_is_refused(sealed):
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root["/Lang"] = pdf_string("xx")
    writer.update_root()
    changed = io.BytesIO()
    writer.write(changed)
    assert changed.getvalue().startswith(sealed)
    assert code_of(changed.getvalue()) == "seal_broken"


def sign_again(pdf, field, **settings):
    """Sign with the institution's own key, as pyHanko would for anybody."""
    out = io.BytesIO()
    metadata = PdfSignatureMetadata(field_name=field, **settings)
    sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, _SealSigner(SEAL), output=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def plain():
    """A PDF without any seal."""
    out = io.BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(out)
    return out.getvalue()


def test_a_file_without_a_seal(plain):
    assert code_of(plain) == "not_sealed"


def test_a_signature_that_permits_changes_is_no_seal(plain):
    """After an approval signature others may add to the file; after ours nobody may."""
    approved = sign_again(plain, "Approval", subfilter=SigSeedSubFilter.PADES)
    assert code_of(approved) == "seal_broken"
    forms = sign_again(plain, "Forms", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS)
    assert code_of(forms) == "seal_broken"


def test_two_signatures_are_refused(plain):
    assert code_of(sign_again(sign_again(plain, "One"), "Two")) == "not_sealed"


@pytest.mark.parametrize("name", [b"/XRef", b"/X#52ef"])
def test_a_file_that_would_be_inflated_to_be_opened(plain, name):
    """A few kilobytes of packed objects may stand for gigabytes."""
    out = io.BytesIO()
    pikepdf.open(io.BytesIO(plain)).save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    packed = out.getvalue()
    assert b"/XRef" in packed
    assert code_of(packed.replace(b"/XRef", name)) == "not_sealed"


def test_an_encrypted_file(plain):
    out = io.BytesIO()
    pdf = pikepdf.open(io.BytesIO(plain))
    pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert code_of(out.getvalue()) in {"not_a_pdf", "not_sealed"}


@pytest.mark.parametrize("anchors", [(), "other"])
def test_an_unlisted_institution(sealed, anchors):
    if anchors:
        anchors = (
            create_authority("Pavyzdinė tarnyba", "LT", "Pavyzdinė tarnyba CA", NOW).certificate,
        )
    assert code_of(sealed, anchors) == "seal_untrusted"


@pytest.mark.parametrize("now", [NOW - 30 * DAY, NOW + 800 * DAY])
def test_outside_the_certificate_s_validity(sealed, now):
    assert code_of(sealed, now=now) == "seal_untrusted"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_pdf"),
        (b"%PDF-1.7\n", "not_a_pdf"),
        (b"%PDF-1.7\n" + b"\0" * 5000, "not_a_pdf"),
        (b"HC1:6BF", "not_a_pdf"),
        (b"%PDF-1.7" + b" " * 9_000_000, "too_large"),
    ],
    ids=["empty", "head", "zeros", "text", "large"],
)
def test_what_is_no_sealed_pdf(data, code):
    assert code_of(data) == code


def test_with_a_time_stamping_service_the_time_is_proved():
    authority = create_authority("Time", "LT", "Time CA", NOW)
    key = rsa.generate_private_key(65537, 2048)
    stamper = DummyTimeStamper(
        tsa_cert=asn1_x509.Certificate.load(
            stamping_certificate(authority, key).public_bytes(Encoding.DER)
        ),
        tsa_key=keys.PrivateKeyInfo.load(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        fixed_dt=datetime.fromtimestamp(NOW + 5, UTC),
    )
    pdf = make(paper_of("parent"), "en", None, seal=replace(SEAL, timestamper=stamper))
    assert not verify_seal(pdf, (*ANCHORS, authority.certificate), NOW + DAY).time_stamped
    proved = verify_seal(pdf, ANCHORS, NOW + DAY, time_anchors=(authority.certificate,))
    assert proved.time_stamped
    assert proved.sealed_at == NOW + 5


def stamping_certificate(authority, key):
    leaf = create_signer(authority, "Time", "LT", "Time", NOW).certificates[0]
    return (
        x509.CertificateBuilder()
        .subject_name(leaf.subject)
        .issuer_name(leaf.issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(leaf.not_valid_before_utc)
        .not_valid_after(leaf.not_valid_after_utc)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.private_key.public_key()),
            critical=False,
        )
        .sign(authority.private_key, hashes.SHA256())
    )


def test_a_key_of_another_is_not_the_certificate_s():
    thief = create_signer(AUTHORITY, "Pavyzdinė tarnyba", "LT", "Seal", NOW)
    forged = Seal(replace(thief, certificates=SEAL.signer.certificates))
    assert code_of(make(paper_of("parent"), "en", None, seal=forged)) == "seal_broken"
