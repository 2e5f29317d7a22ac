"""Published vectors: SD-JWT, Token Status List and Wycheproof's ECDSA, in both places."""

import json

import pytest

from tests.conformance.test_sd_jwt_vectors import CASES, HOLDER_KEY, ISSUER_KEY, VECTORS, literals
from tests.conformance.test_wycheproof_ecdsa import key_of
from tests.conformance.wycheproof import read_vectors
from tests.interop.decision.engine import NEEDS_NODE

pytestmark = NEEDS_NODE
ECDSA = {
    "ecdsa_secp256r1_sha256_p1363_test": (-7, 262),
    "ecdsa_secp384r1_sha384_p1363_test": (-35, 280),
}


def read(case, name):
    return (VECTORS / case / name).read_text(encoding="utf-8")


def binding_of(case):
    path = VECTORS / case / "kb_jwt_payload.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


@pytest.mark.usefixtures("shared_data")
def test_sd_jwt_gives_the_published_claims(run):
    cases = [c for c in CASES if (VECTORS / c / "sd_jwt_presentation.txt").is_file()]
    assert len(cases) > 20
    calls = [
        {
            "call": "sdjwt",
            "text": read(case, "sd_jwt_presentation.txt").strip(),
            "issuer": ISSUER_KEY,
            "holder": HOLDER_KEY,
            "binding": binding_of(case),
        }
        for case in cases
    ]
    for case, result in zip(cases, run(calls), strict=True):
        expected = json.loads(read(case, "verified_contents.json"))
        assert result.get("value", result) == expected, case


@pytest.mark.usefixtures("shared_data")
def test_signed_tokens_in_the_texts(run):
    texts = [each["sd_jwt"] for each in literals()]
    assert texts
    calls = [
        {"call": "sdjwt", "text": text, "issuer": ISSUER_KEY, "holder": None, "binding": None}
        for text in texts
    ]
    assert [result for result in run(calls) if "value" not in result] == []


@pytest.mark.parametrize("bits", [1, 2, 4, 8], ids=lambda b: f"SL-05-{b}-bits")
def test_published_status_list(run, shared_data, bits):
    vectors = json.loads((shared_data / "vectors" / "status_list_vectors.json").read_text())
    (vector,) = [v for v in vectors if v["bits"] == bits]
    entries = {int(index): value for index, value in vector["entries"].items()}
    call = {"call": "statuses", "bits": bits, "lst": vector["lst"], "indices": list(entries)}
    (result,) = run([call])
    assert result["value"] == {"size": vector["size"], "values": list(entries.values())}


@pytest.mark.usefixtures("shared_data")
@pytest.mark.parametrize("file", ECDSA)
def test_agrees_with_wycheproof(run, file):
    algorithm, count = ECDSA[file]
    vectors = read_vectors(file)
    assert len(vectors) == count
    calls = [
        {
            "call": "signature",
            "algorithm": algorithm,
            "key": key_of(vector.group),
            "signature": vector.test["sig"],
            "signed": vector.test["msg"],
        }
        for vector in vectors
    ]
    found = zip(vectors, run(calls), strict=True)
    assert [v.number for v, result in found if ("value" in result) is not v.valid] == []
