"""The verifier and its national institution: sends doubts and watches, asks how they stand.

Regulation (EC) No 987/2009, Article 5(2): whoever doubts asks the issuing institution, and
institutions do so for the inspectors of their State. Nothing here decides anything about a
document; a doubt leaves it valid.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD
from esspass.errors import EsspassError, ProtocolError, UnavailableError
from esspass.exchange.doubt import (
    MAX_AGE,
    Contact,
    Doubt,
    DoubtedDocument,
    Occasion,
    Reason,
    Watch,
    create_doubt,
    create_watch,
    describe_evidence,
    seal_enquiry,
)
from esspass.exchange.envelope import MEDIA_TYPE
from esspass.exchange.partners import find_entry_at, require_directory
from esspass.exchange.standing import Standing, create_standing_request, verify_standing
from esspass.fetch import Fetcher, Response
from esspass.inspection import RuleSet, explain, parse_ruling
from esspass.keys.signer import Signer
from esspass.trust import TrustSource, decide_relying_party
from verifier.cases import Case
from verifier.enquiries import Enquiries, Enquiry, EnquiryKind
from verifier.person_view import find_holder
from verifier.persons import CasePerson
from verifier.seen_documents import SeenDocuments, read_document

EVIDENCE_NAME, EVIDENCE_TYPE = "case-file.json", "application/json"
MAX_WORDS = 2000
_PATHS = {EnquiryKind.DOUBT: "doubts", EnquiryKind.WATCH: "watches"}
_FIRST_WAIT, _LONGEST_WAIT = 30, 6 * 3600
_LATER = frozenset({404, 408, 425, 429})
_HEALING = frozenset({"wrong_encryption_key", "not_decryptable"})
"""The directory shows the institution's new key before long."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an inspector says: the rules that give rise to doubt, words of their own, a contact."""

    rules: tuple[str, ...]
    words: str = field(repr=False)
    contact: Contact = field(repr=False)


@dataclass(frozen=True, slots=True)
class DoubtDesk:
    """The service. ``institution`` is the national institution's address, None without one.

    A standing is asked for again after ``max_age`` seconds.
    """

    base_url: str
    institution: str | None
    signer: Signer
    trust: TrustSource
    fetcher: Fetcher
    enquiries: Enquiries
    seen: SeenDocuments
    max_age: int

    def can_ask(self, person: CasePerson) -> bool:
        """Say whether this document can be asked about: it shows a number and its institution."""
        return bool(self.institution and self.seen.name(person))

    def ask(
        self, case: Case, person: CasePerson, wish: Wish, rules: RuleSet, evidence: bytes, now: int
    ) -> Enquiry:
        """Raise a doubt about what was shown, once for each check; it is sent by ``deliver``.

        Raises ProtocolError ``cannot_ask`` (409), MalformedError ``content_invalid`` and
        ``too_large``.
        """
        self._require(person)
        identifier = secrets.token_urlsafe(18)
        doubt = Doubt(
            iss=self.base_url,
            aud=str(self.institution),
            jti=identifier,
            issued_at=now,
            document=_describe_document(person),
            occasion=_describe_occasion(case, person),
            reasons=tuple(each for each in find_reasons(person, rules) if each.rule in wish.rules),
            words=wish.words,
            contact=wish.contact,
            evidence=describe_evidence(evidence, EVIDENCE_NAME, EVIDENCE_TYPE),
        )
        token = create_doubt(doubt, self.signer)
        return self._add(EnquiryKind.DOUBT, identifier, person, token, evidence.decode(), now)

    def watch(self, person: CasePerson, now: int) -> Enquiry:
        """Ask to be told when this document changes, once for each check."""
        self._require(person)
        identifier, document = secrets.token_urlsafe(18), read_document(person)
        watch = Watch(
            self.base_url, str(self.institution), identifier, now, document["institution"]["id"],
            document["number"],
        )  # fmt: skip
        token = create_watch(watch, self.signer)
        return self._add(EnquiryKind.WATCH, identifier, person, token, None, now)

    def _require(self, person: CasePerson) -> None:
        if not self.can_ask(person):
            message = "this document cannot be asked about"
            raise ProtocolError(message, code="cannot_ask", status=409)

    def _add(
        self,
        kind: EnquiryKind,
        identifier: str,
        person: CasePerson,
        token: str,
        evidence: str | None,
        now: int,
    ) -> Enquiry:
        """Store an enquiry; the one that was made before, if there is one."""
        enquiry = Enquiry(
            identifier, kind, person.id, person.case_id, self.seen.name(person),
            str(self.institution), token, evidence, now,
        )  # fmt: skip
        self.seen.add(person)
        if self.enquiries.add(enquiry):
            return enquiry
        return next(each for each in self.enquiries.of_person(person.id) if each.kind is kind)

    def deliver(self, enquiry_id: str, now: int) -> bool:
        """Send an enquiry that waits; return whether the institution has it.

        It may get it twice if we are killed between its answer and our note of it; ``jti`` tells
        it so.
        """
        enquiry = self.enquiries.claim(enquiry_id, now)
        if enquiry is None:
            found = self.enquiries.find(enquiry_id)
            return found is not None and found.delivered_at is not None
        code = self._send(enquiry, now)
        if code is None:
            self._postpone(enquiry, now)
            return False
        self.enquiries.complete(enquiry.id, now, code)
        return not code

    def _send(self, enquiry: Enquiry, now: int) -> str | None:
        """Return an empty text when it was taken, the code of a refusal, None for later."""
        try:
            answer = self.fetcher.post(
                f"{enquiry.asked_of}/{_PATHS[enquiry.kind]}", self._seal(enquiry, now), MEDIA_TYPE
            )
        except EsspassError:
            return None
        if answer.status in (200, 201):
            return ""
        if answer.status >= 500 or answer.status in _LATER:
            return None
        code = _read_code(answer)
        return None if code in _HEALING else code

    def _seal(self, enquiry: Enquiry, now: int) -> bytes:
        """Seal it for the institution, with the key that the directory names today."""
        directory = require_directory(self.trust.view(now).directory, now)
        partner = find_entry_at(directory, enquiry.asked_of)
        evidence = None if enquiry.evidence is None else enquiry.evidence.encode()
        return seal_enquiry(enquiry.token, evidence, partner.encryption).encode("ascii")

    def _postpone(self, enquiry: Enquiry, now: int) -> None:
        if enquiry.created_at < now - MAX_AGE:
            self.enquiries.complete(enquiry.id, now, "expired")
            return
        wait = min(_FIRST_WAIT * 2 ** min(enquiry.attempts, 20), _LONGEST_WAIT)
        self.enquiries.postpone(enquiry.id, now + wait // 2 + secrets.randbelow(wait))

    def look(self, enquiry_id: str, now: int, *, at_once: bool = False) -> Enquiry | None:
        """Ask how an enquiry stands, if that is not known freshly; return it.

        What is not answered, or not under a believed signature, changes nothing.
        """
        enquiry = self.enquiries.find(enquiry_id)
        if enquiry is None or enquiry.delivered_at is None:
            return enquiry
        due = now + self.max_age if at_once else now
        if self.enquiries.claim_look(enquiry.id, due, now + self.max_age):
            standing = self._fetch_standing(enquiry, now)
            if standing is not None:
                self.enquiries.note_standing(enquiry.id, standing, now)
        return self.enquiries.find(enquiry_id)

    def _fetch_standing(self, enquiry: Enquiry, now: int) -> Standing | None:
        request = create_standing_request(
            self.base_url, enquiry.asked_of, enquiry.id, self.signer, now
        )
        address = f"{enquiry.asked_of}/{_PATHS[enquiry.kind]}/{enquiry.id}/standing"
        try:
            answer = self.fetcher.get(address, {"Authorization": f"Bearer {request}"}).require(200)
            standing, sender = verify_standing(answer.text, self.base_url, enquiry.id, now)
            decide_relying_party(self.trust.view(now), sender.chain, now)
        except EsspassError:
            return None
        return standing if sender.address == enquiry.asked_of else None

    def deliver_due(self, now: int, most: int = 5) -> int:
        """Send what is due; return how many the institution has now."""
        return sum(self.deliver(each, now) for each in self.enquiries.due(now, most))

    def look_due(self, now: int, most: int = 5) -> int:
        """Ask how those stand that were asked about too long ago; return how many."""
        due = self.enquiries.to_look_at(now, most)
        for each in due:
            self.look(each, now)
        return len(due)

    def work(self, now: int, most: int = 5) -> int:
        """Send what is due and ask what is old; return how many were sent."""
        sent = self.deliver_due(now, most)
        self.look_due(now, most)
        return sent

    def about(self, person: CasePerson) -> list[Enquiry]:
        """Return every enquiry of this verifier about the document of a check."""
        document = self.seen.name(person) or self.seen.find(person.id)
        return self.enquiries.of_document(document) if document else []


def find_reasons(person: CasePerson, rules: RuleSet) -> list[Reason]:
    """Return the rules that doubt, in every language the rules speak; none without evidence."""
    if person.evidence is None or person.ruling["version"] != rules.version:
        return []
    facts, ruling = person.evidence["facts"], parse_ruling(person.ruling)
    spoken = {locale: explain(ruling, facts, rules, locale) for locale in rules.texts}
    found = []
    for said in spoken["en"].rules:
        if said.outcome == "DOUBT":
            words = {locale: _find(each.rules, said.id).sentence for locale, each in spoken.items()}
            kept = {locale: text for locale, text in words.items() if text}
            found.append(Reason(said.id, said.reason, said.source, said.source_verified, kept))
    return found


def _find(rules: Sequence[Any], rule_id: str) -> Any:
    return next(each for each in rules if each.id == rule_id)


def _describe_document(person: CasePerson) -> DoubtedDocument:
    document = read_document(person)
    institution, shown = document["institution"], find_holder(person) or {}
    names = ("surnames", "forenames", "date_of_birth")
    return DoubtedDocument(
        number=document["number"],
        institution=institution["id"],
        institution_name=institution["name"] or "",
        kind=document["kind"],
        vct=_find_vct(document),
        person={name: shown.get(name) or "" for name in names},
        employers=tuple(
            {name: each[name] or "" for name in ("name", "id", "country")}
            for each in document["employers"] or ()
        ),
        **{
            name: document[name] or ""
            for name in ("issued_on", "starts", "ends", "legislation", "code")
        },
    )


def _find_vct(document: Mapping[str, Any]) -> str:
    """The type that was shown; paper has none."""
    if document["medium"] == "paper":
        return ""
    if document["kind"] == "ehic":
        return EHIC
    return PDA1_WEBUILD if document["shape"] == "we-build-1.0" else PDA1_EUDI


def _describe_occasion(case: Case, person: CasePerson) -> Occasion:
    return Occasion(
        person.id, person.taken_at, case.country, case.place, case.employer_name, case.employer_id
    )


def _read_code(answer: Response) -> str:
    try:
        code = answer.json().get("error")
    except UnavailableError:
        code = None
    return code if isinstance(code, str) and 0 < len(code) <= 64 else f"http_{answer.status}"
