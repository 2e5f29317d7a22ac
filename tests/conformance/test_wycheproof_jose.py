"""JOSE-W: Wycheproof's JWS, JWK, JW-crypto and JWE vectors.

Deviations, each a refusal of something valid that we do not speak, none an acceptance:

* RSA (RS*, PS*, RSA-OAEP, RSA1_5) and symmetric keys (HS*, A*KW, dir): HAIP 1.0, section 7 asks
  for ES256 and ECDH-ES only, and every algorithm admitted is one more to be confused with.
* Figure27 (tests 347 and 351): the key names "ES521", which is no algorithm, as its own; the JWK
  file asks to refuse exactly that (test 19).
* ECDH-ES with key wrapping (+A128KW and so on), and on P-384: HAIP asks for direct agreement on
  P-256.
* Content encryption other than A128GCM and A256GCM: HAIP, section 5 names these two.

The vectors marked valid with odd padding or inserted characters (invalidBase64Padding*,
InvalidCharacterInserted*) are all on RSA or HMAC keys, so the first line covers them.
"""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from esspass.errors import EsspassError
from esspass.jose.jwe import EncryptionKey, decrypt_jwe
from esspass.jose.jws import ALGORITHMS, parse_jws, verify_jws
from esspass.keys.jwk import CURVES, decode_base64url, parse_jwk
from tests.conformance.wycheproof import FOLDER, read_vectors

SIGNATURE_FILES = ("json_web_signature_test", "json_web_key_test", "json_web_crypto_test")
ENCRYPTION_FILES = ("json_web_encryption_test", "json_web_crypto_test")
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published vectors are not here")


def select(files, member):
    return [
        pytest.param(vector, id=f"JOSE-W-{file}-{vector.number}-{vector.comment}")
        for file in files
        for vector in read_vectors(file)
        if member in vector.test
    ]


def keys_of(vector):
    holder = vector.group.get("public") or vector.group["private"]
    return holder.get("keys", [holder])


def public_part(jwk):
    return {name: value for name, value in jwk.items() if name != "d" or jwk["kty"] != "EC"}


def verifies(token, jwk):
    try:
        verify_jws(parse_jws(token), parse_jwk(public_part(jwk), use="sig"), ALGORITHMS)
    except EsspassError:
        return False
    return True


def signature_deviation(vector):
    kinds = {key.get("kty") for key in keys_of(vector)}
    if not kinds & {"EC", "OKP"}:
        return "RSA and symmetric keys are not ours"
    return "the key names no algorithm there is" if vector.comment == "Figure27" else None


@pytest.mark.parametrize("vector", select(SIGNATURE_FILES, "jws"))
def test_signature(vector):
    if isinstance(vector.test["jws"], str) and len(keys_of(vector)) == 1:
        accepted = verifies(vector.test["jws"], keys_of(vector)[0])
    else:
        # A set of keys is for the caller to choose from; we take no JWS and hope for a match.
        accepted = all(verifies(vector.test["jws"], key) for key in keys_of(vector))
    assert accepted is (vector.valid and signature_deviation(vector) is None)


def decrypts(vector):
    jwk = vector.group["private"]
    if jwk.get("kty") != "EC" or jwk["crv"] not in CURVES:
        return False
    number = int.from_bytes(decode_base64url(jwk["d"]), "big")
    key = EncryptionKey(jwk["kid"], ec.derive_private_key(number, CURVES[jwk["crv"]]))
    try:
        plaintext = decrypt_jwe(vector.test["jwe"], key)
    except EsspassError:
        return False
    return plaintext.hex() == vector.test["pt"]


def encryption_deviation(vector):
    jwk = vector.group["private"]
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        return "RSA, symmetric keys and other curves are not ours"
    if jwk.get("alg") != "ECDH-ES":
        return "key wrapping is not ours"
    if vector.test["enc"] not in {"A128GCM", "A256GCM"}:
        return "other content encryption is not ours"
    return None


@pytest.mark.parametrize("vector", select(ENCRYPTION_FILES, "jwe"))
def test_encryption(vector):
    assert decrypts(vector) is (vector.valid and encryption_deviation(vector) is None)


def test_the_vectors_are_all_there(shared_data):
    assert [len(read_vectors(file)) for file in SIGNATURE_FILES] == [401, 26, 83]
    assert len(read_vectors("json_web_encryption_test")) == 139


def test_the_deviations_are_counted(shared_data):
    """A new deviation shall be seen, and written above."""
    signatures = [p.values[0] for p in select(SIGNATURE_FILES, "jws")]
    encryptions = [p.values[0] for p in select(ENCRYPTION_FILES, "jwe")]
    assert sum(1 for v in signatures if v.valid and signature_deviation(v)) == 52
    assert sum(1 for v in signatures if v.valid and not signature_deviation(v)) == 3
    assert sum(1 for v in encryptions if v.valid and encryption_deviation(v)) == 65
    assert sum(1 for v in encryptions if v.valid and not encryption_deviation(v)) == 2
