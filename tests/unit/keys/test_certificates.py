import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from esspass.errors import MalformedError
from esspass.keys.certificates import (
    create_authority,
    create_signer,
    create_x5c,
    create_x5t_s256,
    issue_certificate,
    parse_leaf_key,
    parse_x5c,
)
from esspass.keys.files import read_certificates, read_signer, write_certificates, write_signer
from esspass.keys.jwk import encode_base64url
from esspass.keys.signer import create_key

NOW = 1_795_000_000
AUTHORITY = create_authority("Fund", "LT", "CA", NOW)
SIGNER = create_signer(AUTHORITY, "Fund", "LT", "Seal", NOW)


def test_x5c_is_a_round_trip():
    assert parse_x5c({"x5c": create_x5c(SIGNER.certificates)}) == SIGNER.certificates


def test_the_leaf_key_is_the_signers():
    assert parse_leaf_key(SIGNER.certificates) == SIGNER.public_key


def test_an_rsa_leaf_is_refused():
    key = rsa.generate_private_key(65537, 2048)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(AUTHORITY.certificate.subject)
    )
    builder = builder.public_key(key.public_key()).serial_number(1)
    leaf = SIGNER.certificates[0]
    builder = builder.not_valid_before(leaf.not_valid_before_utc).not_valid_after(
        leaf.not_valid_after_utc
    )
    certificate = builder.sign(AUTHORITY.private_key, hashes.SHA256())
    with pytest.raises(MalformedError):
        parse_leaf_key(parse_x5c({"x5c": create_x5c([certificate])}))
    with pytest.raises(MalformedError):
        parse_leaf_key([])


@pytest.mark.parametrize("x5c", [None, [], "x", [1], ["!"], ["AAAA"], [""], {}], ids=repr)
def test_what_is_no_chain(x5c):
    with pytest.raises(MalformedError):
        parse_x5c({"x5c": x5c})


def test_at_most_four_certificates():
    value = create_x5c(SIGNER.certificates)[0]
    assert len(parse_x5c({"x5c": [value] * 4})) == 4
    with pytest.raises(MalformedError):
        parse_x5c({"x5c": [value] * 5})


def test_the_anchor_does_not_travel():
    with pytest.raises(MalformedError):
        parse_x5c({"x5c": create_x5c([*SIGNER.certificates, AUTHORITY.certificate])})


def test_a_refusal_is_not_remembered_as_an_answer():
    for _ in range(2):
        with pytest.raises(MalformedError):
            parse_x5c({"x5c": ["AAAA"]})


def test_the_hash_of_a_certificate():
    digest = SIGNER.certificates[0].fingerprint(hashes.SHA256())
    assert create_x5t_s256(SIGNER.certificates[0]) == encode_base64url(digest)


def test_a_certificate_for_tls_names_its_hosts():
    key = create_key()
    leaf = issue_certificate(
        AUTHORITY, key.public_key(), "Fund", "LT", "host", NOW, dns_names=("localhost",)
    )
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    leaf.verify_directly_issued_by(AUTHORITY.certificate)


def test_keys_kept_in_files(tmp_path):
    write_signer(tmp_path, "seal", SIGNER)
    assert read_signer(tmp_path, "seal").certificates == SIGNER.certificates
    assert read_signer(tmp_path, "seal").public_key == SIGNER.public_key
    write_certificates(tmp_path / "ca.pem", [AUTHORITY.certificate])
    assert read_certificates(tmp_path / "ca.pem") == (AUTHORITY.certificate,)
    assert (tmp_path / "seal.key.pem").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write_signer(tmp_path, "seal", SIGNER)
    with pytest.raises(MalformedError):
        read_signer(tmp_path, "nobody")
