"""Ways to spoil a presentation (attack catalogue, row JOSE-00), one named case per function.

Each function changes one thing in a good presentation and names the error code it must meet.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from esspass.keys.certificates import create_authority, create_x5c
from esspass.keys.jwk import create_jwk, decode_base64url, encode_base64url
from esspass.sdjwt import create_digest
from tests.builders.credentials import (
    NOW,
    Presentation,
    create_presentation_parts,
    encode_disclosure,
    sign_with_public_key_as_secret,
)

Spoil = Callable[[Presentation], object]


@dataclass(frozen=True)
class Spoiled:
    code: str
    spoil: Spoil

    def create(self) -> str:
        parts = create_presentation_parts()
        self.spoil(parts)
        return parts.serialize()


CASES: dict[str, Spoiled] = {}


def spoiled(code: str) -> Callable[[Spoil], Spoil]:
    def register(function: Spoil) -> Spoil:
        name = function.__name__.replace("_", " ").strip()
        assert name not in CASES
        CASES[name] = Spoiled(code, function)
        return function

    return register


def add(name: str, code: str, spoil: Spoil) -> None:
    assert name not in CASES
    CASES[name] = Spoiled(code, spoil)


def _set_segment(index: int, change: Callable[[str], str]) -> Callable[[str], str]:
    def edit(token: str) -> str:
        segments = token.split(".")
        segments[index] = change(segments[index])
        return ".".join(segments)

    return edit


def _change_signature(change: Callable[[bytes], bytes]) -> Callable[[str], str]:
    return _set_segment(2, lambda s: encode_base64url(change(decode_base64url(s))))


def _to_der(signature: bytes) -> bytes:
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    return encode_dss_signature(r, s)


def _spare_bits(segment: str) -> str:
    """The same bytes in a spelling with unused bits set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert len(segment) % 4 in {2, 3}
    return segment[:-1] + alphabet[alphabet.index(segment[-1]) + 1]


# --- both signatures: what CVEs were about -----------------------------------------------------

SIGNATURES: dict[str, Callable[[bytes], bytes]] = {
    "of 66 bytes": lambda s: s + b"\0\0",
    "of 63 bytes": lambda s: s[:63],
    "of 514 bytes": lambda s: bytes(225) + s[:32] + bytes(225) + s[32:],
    "in DER": _to_der,
    "all zero": lambda _: bytes(64),  # CVE-2022-21449
    "empty": lambda _: b"",
    "with halves swapped": lambda s: s[32:] + s[:32],
    "with r of zero": lambda s: bytes(32) + s[32:],
    "with a flipped bit": lambda s: bytes([s[0] ^ 1]) + s[1:],
}
for _name, _change in SIGNATURES.items():
    add(
        f"signature {_name}",
        "bad_signature",
        lambda p, change=_change: setattr(p, "edit_credential", _change_signature(change)),
    )
    add(
        f"KB signature {_name}",
        "kb_signature",
        lambda p, change=_change: setattr(p, "edit_binding", _change_signature(change)),
    )

ALGORITHMS: dict[str, object] = {
    "none": "none",
    "nOnE": "nOnE",
    "lower case": "es256",
    "empty": "",
    "a list": ["ES256"],
    "null": None,
    "ES384": "ES384",
    "ES256K": "ES256K",
    "RS256": "RS256",
    "EdDSA": "EdDSA",
}
for _name, _alg in ALGORITHMS.items():
    add(f"alg {_name}", "bad_signature", lambda p, alg=_alg: p.credential.header.update(alg=alg))
    add(f"KB alg {_name}", "kb_signature", lambda p, alg=_alg: p.binding.header.update(alg=alg))


@spoiled("bad_signature")
def alg_missing(p):
    del p.credential.header["alg"]


@spoiled("bad_signature")
def alg_none_without_signature(p):
    p.credential.header["alg"] = "none"
    p.credential.sign = lambda _: b""


@spoiled("kb_signature")
def KB_alg_none_without_signature(p):  # noqa: N802
    p.binding.header["alg"] = "none"
    p.binding.sign = lambda _: b""


@spoiled("bad_signature")
def hmac_with_the_public_key(p):
    p.credential.header["alg"] = "HS256"
    p.credential.sign = sign_with_public_key_as_secret(p.parties.issuer.public_key)


@spoiled("kb_signature")
def KB_hmac_with_the_public_key(p):  # noqa: N802
    p.binding.header["alg"] = "HS256"
    p.binding.sign = sign_with_public_key_as_secret(p.parties.holder.public_key)


@spoiled("bad_signature")
def signed_by_another_key(p):
    p.credential.sign = p.parties.stranger.sign


@spoiled("bad_signature")
def jwk_in_the_header_trusted(p):  # CVE-2026-27962
    p.credential.header["jwk"] = create_jwk(p.parties.stranger.public_key)
    p.credential.sign = p.parties.stranger.sign


@spoiled("bad_signature")
def leaf_is_second_in_x5c(p):
    p.credential.header["x5c"].insert(0, *create_x5c(p.parties.stranger.certificates))


for _name, _crit in {"unknown": ["exp"], "empty": [], "b64": ["b64"], "a string": "exp"}.items():
    add(
        f"crit {_name}",
        "bad_signature",
        lambda p, crit=_crit: p.credential.header.update(crit=crit),
    )  # PyJWT CVE-2026-32597
    add(
        f"KB crit {_name}", "kb_signature", lambda p, crit=_crit: p.binding.header.update(crit=crit)
    )
add("b64 false", "bad_signature", lambda p: p.credential.header.update(b64=False))

# --- the header --------------------------------------------------------------------------------

TYPES = {"missing": None, "vc+sd-jwt": "vc+sd-jwt", "JWT": "JWT", "upper case": "DC+SD-JWT"}
for _name, _typ in TYPES.items():
    add(f"typ {_name}", "bad_typ", lambda p, typ=_typ: p.credential.header.update(typ=typ))
    add(f"KB typ {_name}", "kb_typ", lambda p, typ=_typ: p.binding.header.update(typ=typ))
add("typ a list", "bad_typ", lambda p: p.credential.header.update(typ=["dc+sd-jwt"]))
add("typ of a key binding", "bad_typ", lambda p: p.credential.header.update(typ="kb+jwt"))

CHAINS: dict[str, Callable[[list[str]], object]] = {
    "missing": lambda _: None,
    "empty": lambda _: [],
    "a string": lambda x: x[0],
    "of five": lambda x: x * 5,
    "of numbers": lambda _: [7],
    "in base64url": lambda x: [x[0].replace("+", "-").replace("/", "_") + "_"],
    "not a certificate": lambda _: ["AAAA"],
    "as PEM": lambda x: [f"-----BEGIN CERTIFICATE-----\n{x[0]}\n-----END CERTIFICATE-----"],
}
for _name, _chain in CHAINS.items():
    add(
        f"x5c {_name}",
        "malformed",
        lambda p, chain=_chain: p.credential.header.update(x5c=chain(p.credential.header["x5c"])),
    )


@spoiled("malformed")
def x5c_holds_the_anchor(p):
    p.credential.header["x5c"] += create_x5c([p.parties.authority.certificate])


@spoiled("malformed")
def x5c_self_signed_by_a_stranger(p):
    rogue = create_authority("Rogue", "LT", "Rogue", NOW)
    p.credential.header["x5c"] = create_x5c([rogue.certificate])


@spoiled("malformed")
def x5u_instead_of_x5c(p):
    del p.credential.header["x5c"]
    p.credential.header["x5u"] = "https://rogue.example.org/chain.pem"


@spoiled("malformed")
def jku_instead_of_x5c(p):
    del p.credential.header["x5c"]
    p.credential.header |= {"jku": "https://rogue.example.org/jwks", "kid": "1"}


def _raw_header(p: Presentation, change: Callable[[str], str]) -> None:
    p.credential.raw_header = change(json.dumps(p.credential.header)).encode()


def _raw_payload(p: Presentation, change: Callable[[str], str]) -> None:
    p.credential.raw_payload = change(json.dumps(p.credential.claims)).encode()


def _raw_binding(p: Presentation, change: Callable[[str], str]) -> None:
    p.binding.raw_payload = change(json.dumps(p.binding.claims)).encode()


JSON_FAULTS: dict[str, Callable[[str], str]] = {
    "with a name twice": lambda j: j[:-1] + ', "x": 1, "x": 2}',
    "with alg or iat overridden": lambda j: '{"alg": "none", "iat": 0,' + j[1:],
    "an array": lambda j: f"[{j}]",
    "null": lambda _: "null",
    "with NaN": lambda j: j[:-1] + ', "x": NaN}',
    "with Infinity": lambda j: j[:-1] + ', "x": -Infinity}',
    "with 1e999": lambda j: j[:-1] + ', "x": 1e999}',
    "with half a surrogate pair": lambda j: j[:-1] + ', "x": "\\ud800"}',
    "with text after it": lambda j: j + "{}",
    "with a comment": lambda j: j + "// end",
    "with a byte order mark": lambda j: "\ufeff" + j,
    "nested 5000 deep": lambda j: j[:-1] + ', "x": ' + "[" * 5000 + "]" * 5000 + "}",
    "with a number of 5000 digits": lambda j: j[:-1] + ', "x": ' + "9" * 5000 + "}",
}
for _name, _change in JSON_FAULTS.items():
    add(f"header {_name}", "malformed", lambda p, c=_change: _raw_header(p, c))
    add(f"payload {_name}", "malformed", lambda p, c=_change: _raw_payload(p, c))
    add(f"KB payload {_name}", "kb_signature", lambda p, c=_change: _raw_binding(p, c))


@spoiled("malformed")
def payload_not_UTF_8(p):  # noqa: N802
    p.credential.raw_payload = (
        json.dumps(p.credential.claims).encode().replace(b"Ona", b"\xff\xfe")[:-1] + b',"\xff":1}'
    )


@spoiled("malformed")
def payload_in_UTF_16(p):  # noqa: N802
    p.credential.raw_payload = json.dumps(p.credential.claims).encode("utf-16")


SPELLINGS: dict[str, Callable[[str], str]] = {
    "padded": lambda s: s + "=" * (-len(s) % 4 or 4),
    "with a space": lambda s: s[:4] + " " + s[4:],
    "with a line end": lambda s: s + "\n",
    "in the other alphabet": lambda s: s[:4] + "+/" + s[6:],
    "with one character more": lambda s: s + "A" * ((5 - len(s)) % 4 or 4),
}
for _name, _change in SPELLINGS.items():
    for _index, _part in enumerate(("header", "payload", "signature")):
        _edit = _set_segment(_index, _change)
        add(f"{_part} {_name}", "malformed", lambda p, e=_edit: setattr(p, "edit_credential", e))
        add(f"KB {_part} {_name}", "kb_signature", lambda p, e=_edit: setattr(p, "edit_binding", e))

add(
    "signature with unused bits",
    "malformed",
    lambda p: setattr(p, "edit_credential", _set_segment(2, _spare_bits)),
)
add(
    "KB signature with unused bits",
    "kb_signature",
    lambda p: setattr(p, "edit_binding", _set_segment(2, _spare_bits)),
)
add(
    "two segments only",
    "malformed",
    lambda p: setattr(p, "edit_credential", lambda t: t.rpartition(".")[0]),
)
add("four segments", "malformed", lambda p: setattr(p, "edit_credential", lambda t: t + "."))
add(
    "JSON serialization without signatures",  # joserfc CVE-2026-102946
    "malformed",
    lambda p: setattr(p, "edit", lambda _: '{"payload":"e30","signatures":[]}'),
)

# --- the payload -------------------------------------------------------------------------------

CLAIMS: dict[str, tuple[str, dict[str, object]]] = {
    "vct empty": ("bad_vct", {"vct": ""}),
    "vct a list": ("bad_vct", {"vct": ["urn:example:a1:1"]}),
    "iat a string": ("bad_date", {"iat": str(NOW)}),
    "iat true": ("bad_date", {"iat": True}),
    "iat null": ("bad_date", {"iat": None}),
    "exp a string": ("bad_date", {"exp": "never"}),
    "exp negative": ("bad_date", {"exp": -1}),
    "exp in milliseconds": ("bad_date", {"exp": NOW * 1_000_000}),
    "exp null": ("bad_date", {"exp": None}),
    "exp a list": ("bad_date", {"exp": [NOW + 1000]}),
    "nbf false": ("bad_date", {"nbf": False}),
    "expired": ("expired", {"exp": NOW - 61}),
    "not valid yet": ("not_yet_valid", {"nbf": NOW + 61}),
    "issued in the future": ("not_yet_valid", {"iat": NOW + 61}),
    "cnf without jwk": ("bad_cnf", {"cnf": {"kid": "1"}}),
    "cnf a list": ("bad_cnf", {"cnf": []}),
    "cnf null": ("bad_cnf", {"cnf": None}),
    "cnf jwk empty": ("malformed", {"cnf": {"jwk": {}}}),
    "cnf jwk symmetric": ("malformed", {"cnf": {"jwk": {"kty": "oct", "k": "AAAA"}}}),
    "status unknown mechanism": ("bad_status_reference", {"status": {"other_list": {}}}),
    "status null": ("bad_status_reference", {"status": None}),
    "SD algorithm unknown": ("unsupported_hash", {"_sd_alg": "md5"}),
    "SD algorithm null": ("unsupported_hash", {"_sd_alg": None}),
    "SD algorithm a list": ("unsupported_hash", {"_sd_alg": ["sha-256"]}),
    "digests not an array": ("bad_digest", {"_sd": "abc"}),
    "digests null": ("bad_digest", {"_sd": None}),
    "digests hold a number": ("bad_digest", {"_sd": [1]}),
    "digests hold a list": ("bad_digest", {"_sd": [[]]}),
    "nested digest algorithm": ("reserved_claim_name", {"x": {"_sd_alg": "sha-256"}}),
    "dots as a member": ("reserved_claim_name", {"x": {"...": "abc"}}),
    "dots at the top": ("reserved_claim_name", {"...": "abc"}),
    "element digest with siblings": ("bad_digest", {"x": [{"...": "abc", "y": 1}]}),
    "element digest a number": ("bad_digest", {"x": [{"...": 1}]}),
    "element digest a list": ("bad_digest", {"x": [{"...": ["abc"]}]}),
    "the same decoy twice": ("digest_repeated", {"x": {"_sd": ["abc", "abc"]}}),
    "a decoy on two levels": ("digest_repeated", {"x": {"_sd": ["abc"]}, "y": [{"...": "abc"}]}),
}
for _name, (_code, _claims) in CLAIMS.items():
    add(_name, _code, lambda p, claims=_claims: p.credential.claims.update(claims))

SL_04: dict[str, object] = {
    "negative": -1,
    "a float": 4.0,
    "a bool": True,
    "a string": "412",
    "null": None,
    "a list": [412],
}
for _name, _index in SL_04.items():
    _status = {"status": {"status_list": {"uri": "https://s.example.org/1", "idx": _index}}}
    add(
        f"SL-04 idx {_name}",
        "bad_status_reference",
        lambda p, s=_status: p.credential.claims.update(s),
    )
for _name, _uri in {
    "missing": None,
    "a file": "file:///etc/passwd",
    "long": "https://a/" * 300,
}.items():
    _status = {"status": {"status_list": {"uri": _uri, "idx": 1}}}
    add(
        f"status uri {_name}",
        "bad_status_reference",
        lambda p, s=_status: p.credential.claims.update(s),
    )

for _name in ("iss", "nbf", "exp", "cnf", "vct#integrity", "status"):
    add(
        f"{_name} disclosed selectively",
        "registered_claim_disclosed",
        lambda p, name=_name: p.move_to_disclosure(name),
    )
add(
    "aka_vcts disclosed selectively",
    "registered_claim_disclosed",
    lambda p: p.conceal("aka_vcts", []),
)
add("vct disclosed selectively", "bad_vct", lambda p: p.move_to_disclosure("vct"))


@spoiled("registered_claim_disclosed")
def a_part_of_status_disclosed_selectively(p):
    extra = encode_disclosure("salt", "note", "x")
    p.disclosures.append(extra)
    p.credential.claims["status"]["_sd"] = [create_digest(extra)]


@spoiled("no_issuance_date")
def neither_iat_nor_nbf(p):
    del p.credential.claims["iat"], p.credential.claims["nbf"]


@spoiled("bad_vct")
def vct_missing(p):
    del p.credential.claims["vct"]


@spoiled("malformed")
def cnf_missing(p):
    del p.credential.claims["cnf"]


@spoiled("malformed")
def cnf_jwk_for_encryption(p):
    p.credential.claims["cnf"]["jwk"]["use"] = "enc"


@spoiled("malformed")
def cnf_jwk_private(p):
    p.credential.claims["cnf"]["jwk"]["d"] = "AAAA"


@spoiled("malformed")
def cnf_jwk_off_the_curve(p):
    p.credential.claims["cnf"]["jwk"]["y"] = encode_base64url(bytes(31) + b"\1")


@spoiled("too_deep")
def nested_seventeen_deep(p):
    value: object = 1
    for _ in range(16):
        value = {"x": value}
    p.credential.claims["x"] = value


@spoiled("too_deep")
def nested_too_deep_by_disclosures(p):
    inner = encode_disclosure("salt", "x", 1)
    p.disclosures.append(inner)
    for level in range(16):
        outer = encode_disclosure(f"salt{level}", "x", {"_sd": [create_digest(inner)]})
        p.disclosures.append(outer)
        inner = outer
    p.credential.claims["_sd"].append(create_digest(inner))


# --- disclosures -------------------------------------------------------------------------------


@spoiled("disclosure_unreferenced")
def disclosure_unreferenced(p):  # sd-jwt-rust #50
    p.disclosures.append(encode_disclosure("salt", "admin", True))


@spoiled("disclosure_unreferenced")
def disclosure_of_another_credential(p):
    p.disclosures[0] = create_presentation_parts().disclosures[0]


@spoiled("disclosure_repeated")
def disclosure_repeated(p):
    p.disclosures.append(p.disclosures[0])


@spoiled("disclosure_unreferenced")
def disclosure_with_another_value(p):
    salt, name, _ = json.loads(decode_base64url(p.disclosures[0]))
    p.disclosures[0] = encode_disclosure(salt, name, "altered")


@spoiled("disclosure_unreferenced")
def disclosure_with_another_salt(p):
    _, *rest = json.loads(decode_base64url(p.disclosures[0]))
    p.disclosures[0] = encode_disclosure("another", *rest)


@spoiled("disclosure_unreferenced")
def disclosure_spelt_with_other_spaces(p):
    content = json.loads(decode_base64url(p.disclosures[0]))
    p.disclosures[0] = encode_base64url(json.dumps(content, indent=2).encode())


@spoiled("disclosure_unreferenced")
def parent_of_a_recursive_disclosure_missing(p):
    parents = [d for d in p.disclosures if '"_sd"' in decode_base64url(d).decode()]
    p.disclosures.remove(parents[0])


@spoiled("disclosure_unreferenced")
def digest_only_inside_a_string(p):
    extra = encode_disclosure("salt", "admin", True)
    p.disclosures.append(extra)
    p.credential.claims["note"] = json.dumps({"_sd": [create_digest(extra)]})


CONTENTS: dict[str, tuple[str, tuple[object, ...]]] = {
    "named _sd": ("disclosure_reserved_name", ("salt", "_sd", [])),
    "named dots": ("disclosure_reserved_name", ("salt", "...", "abc")),
    "named _sd_alg": ("disclosure_reserved_name", ("salt", "_sd_alg", "md5")),
    "of a name in use": ("disclosure_collision", ("salt", "subject", {})),
    "of a name another one has": ("disclosure_collision", ("salt", "document_number", "X")),
    "of two elements for a member": ("disclosure_misplaced", ("salt", "value")),
    "of four elements": ("bad_disclosure", ("salt", "name", "value", 1)),
    "of one element": ("bad_disclosure", ("salt",)),
    "empty array": ("bad_disclosure", ()),
    "salt a number": ("bad_disclosure", (1, "name", "value")),
    "salt null": ("bad_disclosure", (None, "name", "value")),
    "name a number": ("bad_disclosure", ("salt", 1, "value")),
    "name null": ("bad_disclosure", ("salt", None, "value")),
    "with a bad digest inside": ("bad_digest", ("salt", "name", {"_sd": [1]})),
    "with its own digest algorithm": ("reserved_claim_name", ("salt", "name", {"_sd_alg": "md5"})),
}
for _name, (_code, _content) in CONTENTS.items():
    add(f"disclosure {_name}", _code, lambda p, c=_content: p.add(encode_disclosure(*c)))

DISCLOSURE_JSON: dict[str, str] = {
    "an object": '{"salt": "s", "name": "n"}',
    "a string": '"salt"',
    "null": "null",
    "with a name twice": '["salt", "name", {"a": 1, "a": 2}]',
    "with NaN": '["salt", "name", NaN]',
    "with half a surrogate pair": '["salt", "name", "\\udfff"]',
    "with text after it": '["salt", "name", 1] 2',
    "not JSON": "salt",
}
for _name, _text in DISCLOSURE_JSON.items():
    _code = "bad_disclosure" if _name in {"an object", "a string", "null"} else "malformed"
    add(f"disclosure {_name}", _code, lambda p, t=_text: p.add(encode_base64url(t.encode())))
add("disclosure not UTF-8", "malformed", lambda p: p.add(encode_base64url(b'["s","n","\xff"]')))
for _name in ("padded", "with a space", "in the other alphabet"):
    add(
        f"disclosure {_name}",
        "malformed",
        lambda p, c=SPELLINGS[_name]: p.add(c(encode_disclosure("salt", "name", "v"))),
    )
add(
    "disclosure with unused bits",
    "malformed",
    lambda p: p.add(_spare_bits(encode_disclosure("salt", "name", "vv"))),
)


@spoiled("disclosure_misplaced")
def disclosure_of_three_elements_in_an_array(p):
    extra = encode_disclosure("salt", "name", "value")
    p.disclosures.append(extra)
    p.credential.claims["countries"].append({"...": create_digest(extra)})


@spoiled("digest_repeated")
def one_disclosure_for_two_claims(p):
    digest = p.credential.claims["_sd"][0]
    p.credential.claims["elsewhere"] = {"_sd": [digest]}


@spoiled("digest_repeated")
def digest_repeated_inside_a_disclosure(p):
    p.add(encode_disclosure("salt", "name", {"_sd": [p.credential.claims["_sd"][0]]}))


add("disclosure empty", "malformed", lambda p: p.disclosures.insert(0, ""))
add(
    "513 disclosures",
    "malformed",
    lambda p: p.disclosures.extend(encode_disclosure(str(n), 1) for n in range(513)),
)
add("larger than 256 KiB", "malformed", lambda p: p.conceal("x", "x" * 200_000))
add("not ASCII", "malformed", lambda p: setattr(p, "edit", lambda t: t.replace("~", "~é", 1)))
add("no tilde", "malformed", lambda p: setattr(p, "edit", lambda t: t.split("~")[0]))
add("empty text", "malformed", lambda p: setattr(p, "edit", lambda _: ""))
add("only tildes", "malformed", lambda p: setattr(p, "edit", lambda _: "~~"))
add("space at the end", "kb_signature", lambda p: setattr(p, "edit", lambda t: t + " "))
add(
    "line end after the tilde",
    "malformed",
    lambda p: setattr(p, "edit", lambda t: t.rpartition("~")[0] + "~\n"),
)

# --- key binding -------------------------------------------------------------------------------

add("KB missing", "kb_missing", lambda p: setattr(p, "binding", None))
add(
    "KB by a stranger",
    "kb_signature",
    lambda p: setattr(p.binding, "sign", p.parties.stranger.sign),
)
add("KB by the issuer", "kb_signature", lambda p: setattr(p.binding, "sign", p.parties.issuer.sign))


@spoiled("kb_signature")
def KB_jwk_in_the_header_trusted(p):  # noqa: N802
    p.binding.header["jwk"] = create_jwk(p.parties.stranger.public_key)
    p.binding.sign = p.parties.stranger.sign


KB_CLAIMS: dict[str, tuple[str, dict[str, object]]] = {
    "nonce of another request": ("kb_nonce", {"nonce": "other"}),
    "nonce empty": ("kb_nonce", {"nonce": ""}),
    "nonce null": ("kb_nonce", {"nonce": None}),
    "nonce a list": ("kb_nonce", {"nonce": ["n-0S6_WzA2Mj-fresh-and-long"]}),
    "aud of another verifier": ("kb_audience", {"aud": "x509_hash:other"}),
    "aud without its prefix": (
        "kb_audience",
        {"aud": "Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk"},
    ),
    "aud a list": (
        "kb_audience",
        {"aud": ["x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk"]},
    ),
    "aud null": ("kb_audience", {"aud": None}),
    "sd_hash of something else": ("kb_sd_hash", {"sd_hash": create_digest("something else")}),
    "sd_hash empty": ("kb_sd_hash", {"sd_hash": ""}),
    "sd_hash null": ("kb_sd_hash", {"sd_hash": None}),
    "iat long past": ("kb_iat", {"iat": NOW - 365 * 86_400}),
    "iat just too old": ("kb_iat", {"iat": NOW - 361}),
    "iat in a year": ("kb_iat", {"iat": NOW + 365 * 86_400}),
    "iat just too new": ("kb_iat", {"iat": NOW + 61}),
    "iat a string": ("kb_iat", {"iat": str(NOW)}),
    "iat true": ("kb_iat", {"iat": True}),
    "iat null": ("kb_iat", {"iat": None}),
    "iat in milliseconds": ("kb_iat", {"iat": NOW * 1000}),
    "exp past": ("kb_iat", {"exp": NOW - 61}),
    "nbf in the future": ("kb_iat", {"nbf": NOW + 61}),
    "exp a string": ("kb_iat", {"exp": "soon"}),
}
for _name, (_code, _claims) in KB_CLAIMS.items():
    add(f"KB {_name}", _code, lambda p, c=_claims: p.binding.claims.update(c))
for _name, _code in {"nonce": "kb_nonce", "aud": "kb_audience", "iat": "kb_iat"}.items():
    add(f"KB {_name} missing", _code, lambda p, name=_name: p.binding.claims.pop(name))


@spoiled("kb_sd_hash")
def KB_sd_hash_missing(p):  # noqa: N802
    p.binding.raw_payload = json.dumps(p.binding.claims).encode()


def _after_binding(p: Presentation, change: Callable[[list[str]], list[str]]) -> None:
    p.edit_disclosures_after_binding = change


@spoiled("kb_sd_hash")
def KB_then_a_disclosure_removed(p):  # noqa: N802
    leaf = next(d for d in p.disclosures if "pin" in decode_base64url(d).decode())
    _after_binding(p, lambda shown: [d for d in shown if d != leaf])


@spoiled("kb_sd_hash")
def KB_then_disclosures_reordered(p):  # noqa: N802
    _after_binding(p, lambda shown: shown[::-1])


@spoiled("kb_sd_hash")
def KB_then_a_disclosure_added(p):  # noqa: N802
    extra = p.disclosures.pop(0)
    _after_binding(p, lambda shown: [extra, *shown])


@spoiled("kb_sd_hash")
def KB_of_another_presentation(p):  # noqa: N802
    other = create_presentation_parts().serialize().rpartition("~")[2]
    p.edit_binding = lambda _: other


@spoiled("kb_typ")
def KB_is_the_credential(p):  # noqa: N802
    p.edit_binding = lambda _: p.credential.serialize()


@spoiled("disclosure_unreferenced")
def KB_twice(p):  # noqa: N802
    p.edit = lambda text: f"{text}~{text.rpartition('~')[2]}"


@spoiled("malformed")
def KB_encrypted(p):  # noqa: N802
    p.edit_binding = lambda token: token + ".AAAA.AAAA"
