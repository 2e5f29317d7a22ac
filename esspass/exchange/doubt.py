"""A verifier tells its national institution of a doubt, or asks to be told of a change.

A document stays binding until its issuer withdraws it (Regulation (EC) No 987/2009, Article 5),
and institutions talk to institutions. So an inspector's doubt goes to the inspector's own national
institution: a JWS under the verifier's access certificate, the evidence (a case file) beside it,
named by its digest, and both in an envelope to the key of the institution's access point. ``jti``
names the doubt for ever; the same one again is the same doubt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from esspass.errors import ExpiredError, MalformedError, VerificationError
from esspass.exchange.envelope import create_digest, open_envelope, seal
from esspass.exchange.model import Attachment
from esspass.jose.jwe import EncryptionKey
from esspass.jose.jws import create_jws, parse_json_object, parse_jws, verify_jws
from esspass.keys.certificates import create_x5c, parse_leaf_key, parse_x5c
from esspass.keys.signer import Signer

DOUBT_TYP, WATCH_TYP = "doubt+jwt", "watch+jwt"
MAX_BYTES = 256 * 1024
MAX_EVIDENCE = 8 * 1024 * 1024
MAX_AGE = 30 * 86400
"""A message may have waited for the institution that long."""
LEEWAY = 60


@dataclass(frozen=True, slots=True)
class DoubtedDocument:
    """What the document says; dates ISO, countries ISO alpha-2, empty what was not shown.

    ``person`` holds surnames, forenames, date_of_birth; each of ``employers`` name, id, country.
    """

    number: str
    institution: str
    institution_name: str
    kind: str
    vct: str
    issued_on: str
    starts: str
    ends: str
    legislation: str
    code: str
    person: Mapping[str, str] = field(repr=False)
    employers: tuple[Mapping[str, str], ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True)
class Occasion:
    """The check at which the doubt arose: its number, when, in which country, at whose site."""

    check: str
    taken_at: int
    country: str
    place: str
    employer_name: str
    employer_id: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule of the inspection that doubts, in the words of every language it has."""

    rule: str
    reason: str
    source: str
    verified: bool
    texts: Mapping[str, str]

    def describe(self, locale: str) -> str:
        """Return the sentence in a language, or else in English."""
        return self.texts.get(locale) or self.texts["en"]


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask back: a name, and an e-mail address or telephone number."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reasoned doubt. ``iss`` and ``aud`` are web addresses; times in epoch seconds."""

    iss: str
    aud: str
    jti: str
    issued_at: int
    document: DoubtedDocument
    occasion: Occasion
    reasons: tuple[Reason, ...]
    words: str = field(repr=False)
    contact: Contact = field(repr=False)
    evidence: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """A wish to be told when the standing of a document changes."""

    iss: str
    aud: str
    jti: str
    issued_at: int
    institution: str
    number: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who signed, as the access certificate says; whether it is listed is decided elsewhere."""

    address: str
    chain: tuple[x509.Certificate, ...] = field(repr=False)

    @property
    def organization(self) -> str:
        """The organization in the certificate."""
        return self._subject(NameOID.ORGANIZATION_NAME)

    @property
    def country(self) -> str:
        """The country in the certificate, ISO alpha-2."""
        return self._subject(NameOID.COUNTRY_NAME)

    def _subject(self, oid: x509.ObjectIdentifier) -> str:
        names = self.chain[0].subject.get_attributes_for_oid(oid)
        return str(names[0].value) if names else ""


def describe_evidence(content: bytes, name: str, media_type: str) -> Attachment:
    """Name a piece of evidence by its digest. Raises MalformedError ``too_large``."""
    if len(content) > MAX_EVIDENCE:
        raise MalformedError("the evidence is larger than 8 MB", code="too_large")
    return Attachment(name, media_type, len(content), create_digest(content))


def create_doubt(doubt: Doubt, signer: Signer) -> str:
    """Sign a doubt with the verifier's access key. Raises MalformedError ``content_invalid``."""
    return create_signed(DOUBT_TYP, "doubt", write_doubt(doubt), signer)


def create_watch(watch: Watch, signer: Signer) -> str:
    """Sign a wish to be told."""
    return create_signed(WATCH_TYP, "watch", _write(watch), signer)


def seal_enquiry(token: str, evidence: bytes | None, recipient_jwk: Mapping[str, Any]) -> str:
    """Put a doubt and its evidence, or a wish to be told, into an envelope for the institution."""
    return seal(token, evidence or b"", recipient_jwk)


def open_enquiry(text: str, key: EncryptionKey) -> tuple[str, bytes | None]:
    """Decrypt; return the unverified JWS and the evidence beside it.

    Raises MalformedError (``too_large``) and VerificationError, as ``open_envelope``.
    """
    token, evidence = open_envelope(text, key)
    return token, evidence or None


def parse_doubt(claims: Mapping[str, Any]) -> Doubt:
    """Read the claims of a doubt. Raises MalformedError ``content_invalid``."""
    verify_form("doubt", claims)
    members = dict(claims)
    document = members["document"]
    employers = tuple(document["employers"])
    evidence = members["evidence"]
    return Doubt(
        iss=members["iss"],
        aud=members["aud"],
        jti=members["jti"],
        issued_at=members["iat"],
        document=DoubtedDocument(**{**document, "employers": employers}),
        occasion=Occasion(**members["occasion"]),
        reasons=tuple(Reason(**each) for each in members["reasons"]),
        words=members["words"],
        contact=Contact(**members["contact"]),
        evidence=Attachment(**evidence) if evidence else None,
    )


def verify_doubt(
    token: str, evidence: bytes | None, audience: str, now: int
) -> tuple[Doubt, Sender]:
    """Check form, signature, addresses, times and the evidence; trust is decided from the chain.

    Raises MalformedError (``malformed``, ``content_invalid``), SignatureError, ExpiredError, and
    VerificationError ``wrong_receiver``, ``iss_elsewhere``, ``altered_evidence``.
    """
    claims, sender = verify_signed(token, DOUBT_TYP, "doubt", audience, now)
    doubt = parse_doubt(claims)
    _verify_age(doubt.issued_at, now)
    named, found = doubt.evidence, None if evidence is None else create_digest(evidence)
    if (named.sha256 if named else None) != found:
        raise VerificationError("this is not the evidence that was signed", code="altered_evidence")
    return doubt, sender


def verify_watch(token: str, audience: str, now: int) -> tuple[Watch, Sender]:
    """Check a wish to be told, as ``verify_doubt`` does."""
    claims, sender = verify_signed(token, WATCH_TYP, "watch", audience, now)
    _verify_age(claims["iat"], now)
    members = {name: value for name, value in claims.items() if name != "iat"}
    return Watch(issued_at=claims["iat"], **members), sender


def create_signed(typ: str, form: str, claims: Mapping[str, Any], signer: Signer) -> str:
    """Sign claims of one of the forms in ``doubt.schema.json`` under the signer's certificate."""
    verify_form(form, claims)
    return create_jws({"typ": typ, "x5c": create_x5c(signer.certificates)}, claims, signer)


def verify_signed(
    token: str, typ: str, form: str, audience: str, now: int
) -> tuple[dict[str, Any], Sender]:
    """Check type, signature, form, sender's and receiver's address, and that it is not early."""
    jws = parse_jws(token, MAX_BYTES)
    if jws.header.get("typ") != typ:
        raise MalformedError(f"typ must be {typ}")
    chain = parse_x5c(jws.header)
    verify_jws(jws, parse_leaf_key(chain))
    claims = jws.claims()
    verify_form(form, claims)
    if claims["aud"] != audience:
        raise VerificationError("this is for another receiver", code="wrong_receiver")
    _verify_address(claims["iss"], chain[0])
    if claims["iat"] > now + LEEWAY:
        raise ExpiredError("this is from the future", code="not_yet_valid")
    return claims, Sender(claims["iss"], chain)


def verify_form(form: str, claims: Mapping[str, Any]) -> None:
    """Check claims against their schema; the error names the place, never a value.

    Raises MalformedError ``content_invalid``.
    """
    error = best_match(_validator(form).iter_errors(dict(claims)))
    if error is not None:
        place = error.json_path[:120]
        raise MalformedError(
            f"not of the form: {error.validator} at {place}", code="content_invalid"
        )


@cache
def _validator(form: str) -> Draft202012Validator:
    path = files("specs").joinpath("exchange", "doubt.schema.json")
    schema = parse_json_object(path.read_bytes())
    return Draft202012Validator({**schema, "$ref": f"#/$defs/{form}"})


def _verify_address(address: str, leaf: x509.Certificate) -> None:
    """The certificate must name the sender's address: its origin, or else its host."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound as error:
        raise VerificationError(_ELSEWHERE, code="iss_elsewhere") from error
    parts = urlsplit(address)
    origins = [
        urlsplit(each)[:2] for each in names.get_values_for_type(x509.UniformResourceIdentifier)
    ]
    if parts[:2] not in origins and parts.hostname not in _hosts(names):
        raise VerificationError(_ELSEWHERE, code="iss_elsewhere")


def _hosts(names: x509.SubjectAlternativeName) -> Sequence[str]:
    return [each.lower() for each in names.get_values_for_type(x509.DNSName)]


def _verify_age(issued_at: int, now: int) -> None:
    if issued_at < now - MAX_AGE:
        raise ExpiredError("this waited for longer than thirty days")


def write_doubt(doubt: Doubt) -> dict[str, Any]:
    """Return the claims of a doubt."""
    claims = _write(doubt)
    claims["reasons"] = list(claims["reasons"])
    claims["document"]["employers"] = list(claims["document"]["employers"])
    return claims


def _write(message: Doubt | Watch) -> dict[str, Any]:
    claims = asdict(message)
    return {"iat": claims.pop("issued_at"), **claims}


_ELSEWHERE = "the sender's certificate names another address"
