"""The case file: an inspection as evidence, from which every decision can be made again.

One JSON file holds the case, the sources (tokens by digest, so that persons share them), and per
person what was shown, answered and decided. Each entry's digest covers the one before, the first
the head of the file; a JWS of the verifier over the last one is the proof. A decision in it leaves
out the person's name, which is in the presentation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from esspass.errors import MalformedError
from esspass.inspection.decision import Decision
from esspass.inspection.situation import Situation, parse_answers, parse_situation
from esspass.inspection.sources import create_token_reference
from esspass.inspection.submission import Submission, parse_submission
from esspass.jose.jws import create_jws, parse_json
from esspass.keys.certificates import create_x5c
from esspass.keys.signer import Signer

FORMAT = "esspass-case/1"
PROOF_TYP = "case-proof+jwt"
MAX_BYTES = 20 * 1024 * 1024
MAX_PERSONS, MAX_SOURCES, MAX_TOKENS, MAX_HISTORY = 5000, 500, 5000, 50
_HEAD = ("format", "id", "case", "verifier", "sources")
_MEMBERS = frozenset({*_HEAD, "tokens", "persons", "proof"})
_CORPUS = frozenset({"expected", "title", "why"})
_CASE = frozenset(
    {"kind", "purpose", "legal_basis", "country", "date", "until", "place", "employer", "provider"}
)
_ENTRY = frozenset(
    {"id", "taken_at", "source", "submission", "answers", "history", "seen", "decision", "digest"}
)
_POSTING = frozenset({"number", "starts", "ends", "states", "employers"})


@dataclass(frozen=True, slots=True)
class CasePerson:
    """One person of a case. ``source`` counts the bundles of the file from 0.

    ``decision`` is what was decided then, ``written`` the entry as it stands in the file.
    """

    id: str
    taken_at: int
    source: int
    submission: Submission | None = field(repr=False)
    answers: Mapping[str, bool | None]
    history: Sequence[Mapping[str, Any]]
    seen: frozenset[str]
    decision: Mapping[str, Any] = field(repr=False)
    digest: str
    written: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case file that parses; ``verify_case_file`` says what it is worth."""

    id: str
    situation: Situation
    head: Mapping[str, Any] = field(repr=False)
    tokens: Mapping[str, str] = field(repr=False)
    sources: Sequence[Any] = field(repr=False)
    persons: tuple[CasePerson, ...]
    proof: str | None
    expected: Mapping[str, Any] | None = None

    def digests(self) -> Iterator[str]:
        """Yield the digest each person's entry should have, over what stands in the file."""
        previous = digest_head(self.head)
        for person in self.persons:
            yield digest_entry(person.written, previous)
            previous = person.digest


def create_case_file(
    head: Mapping[str, Any],
    bundles: Sequence[Mapping[str, Any]],
    persons: Sequence[Mapping[str, Any]],
    *,
    signer: Signer | None = None,
    now: int = 0,
) -> dict[str, Any]:
    """Write a case file.

    ``head`` holds ``id``, ``case`` and ``verifier``; ``bundles`` are sources as ``create_sources``
    writes them; ``persons`` are entries of ``create_case_entry``. With a ``signer`` (whose
    certificates verifiers can look at) the file is proved at ``now``.
    """
    tokens: dict[str, str] = {}
    sources = [share_tokens(bundle, tokens) for bundle in bundles]
    written = {"format": FORMAT, **{name: head[name] for name in ("id", "case", "verifier")}}
    written["sources"] = sources
    entries, previous = [], digest_head(written)
    for person in persons:
        previous = digest_entry(person, previous)
        entries.append({**person, "digest": previous})
    proof = None if signer is None else create_proof(previous, str(head["id"]), signer, now)
    return {**written, "tokens": tokens, "persons": entries, "proof": proof}


def create_case_entry(
    person_id: str,
    decision: Decision,
    submission: Submission | None,
    answers: Mapping[str, bool | None],
    *,
    taken_at: int,
    source: int = 0,
    history: Sequence[Mapping[str, Any]] = (),
    seen: Sequence[str] = (),
) -> dict[str, Any]:
    """Write one person, to be chained by ``create_case_file``."""
    return {
        "id": person_id,
        "taken_at": taken_at,
        "source": source,
        "submission": None if submission is None else submission.as_json(),
        "answers": dict(answers),
        "history": [dict(each) for each in history],
        "seen": list(seen),
        "decision": write_decision(decision),
    }


def write_decision(decision: Decision) -> dict[str, Any]:
    """Return a decision as a case file keeps it: without the person's name."""
    written = decision.as_json()
    document = {**written["facts"]["document"], "person": None}
    return {**written, "facts": {**written["facts"], "document": document}}


def create_proof(digest: str, case_id: str, signer: Signer, now: int) -> str:
    """Sign the last digest of a file."""
    header = {"typ": PROOF_TYP, "x5c": create_x5c(signer.certificates)}
    return create_jws(header, {"case": case_id, "digest": digest, "iat": now}, signer)


def share_tokens(bundle: Mapping[str, Any], tokens: dict[str, str]) -> dict[str, Any]:
    """Put each token of a bundle into ``tokens`` and a reference in its place."""

    def share(token: str | None) -> str | None:
        if token is None or token.startswith("sha256:"):
            return token
        reference = create_token_reference(token)
        tokens[reference] = token
        return reference

    return {
        **bundle,
        "lists": {name: [share(t) for t in found] for name, found in bundle["lists"].items()},
        "directory": share(bundle["directory"]),
        "rules": share(bundle["rules"]),
        "statuses": {
            uri: {**entry, "token": share(entry["token"])}
            for uri, entry in bundle["statuses"].items()
        },
    }


def digest_head(head: Mapping[str, Any]) -> str:
    """Return the digest the chain begins with: over all but tokens (which name themselves)."""
    return _digest(create_canonical_json({name: head[name] for name in _HEAD}))


def digest_entry(entry: Mapping[str, Any], previous: str) -> str:
    """Return the digest of an entry after ``previous``."""
    plain = {name: value for name, value in entry.items() if name != "digest"}
    return _digest(previous.encode() + create_canonical_json(plain))


def create_canonical_json(value: Any) -> bytes:
    """Write JSON one way: sorted members, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def parse_case_file(data: bytes, tokens: Mapping[str, str] | None = None) -> CaseFile:
    """Read a case file; ``tokens`` are those kept beside it. Raises MalformedError.

    Codes: ``case_too_large``, ``bad_case_file``, ``bad_situation``, ``bad_submission``,
    ``bad_answers``.
    """
    if len(data) > MAX_BYTES:
        raise MalformedError("a case file holds at most 20 MB", code="case_too_large")
    value = _parse_json(data)
    _require(isinstance(value, dict) and value.get("format") == FORMAT, "is none")
    _require(_MEMBERS <= value.keys() <= _MEMBERS | _CORPUS, "lacks a member, or has another")
    own, sources, persons = value["tokens"], value["sources"], value["persons"]
    _require(isinstance(own, dict) and len(own) <= MAX_TOKENS, "holds no tokens")
    _require(all(isinstance(token, str) for token in own.values()), "holds no tokens")
    _require(isinstance(sources, list) and len(sources) <= MAX_SOURCES, "holds no sources")
    _require(isinstance(persons, list) and len(persons) <= MAX_PERSONS, "holds no persons")
    _require(isinstance(value["id"], str), "has no id")
    _require(isinstance(value["verifier"], dict), "names no verifier")
    _require(value["proof"] is None or isinstance(value["proof"], str), "holds no proof")
    expected = value.get("expected")
    _require(expected is None or isinstance(expected, dict), "expects nothing")
    return CaseFile(
        id=value["id"],
        situation=_parse_case(value["case"]),
        head={name: value[name] for name in _HEAD},
        tokens={**(tokens or {}), **own},
        sources=sources,
        persons=tuple(_parse_person(each, len(sources)) for each in persons),
        proof=value["proof"],
        expected=expected,
    )


def _parse_json(data: bytes) -> Any:
    try:
        return parse_json(data)
    except MalformedError as error:
        raise MalformedError("the case file is no JSON", code="bad_case_file") from error


def _parse_case(value: Any) -> Situation:
    _require(isinstance(value, dict) and value.keys() <= _CASE, "describes no case")
    named = ("purpose", "legal_basis")
    _require(all(isinstance(value.get(n), str | None) for n in named), "describes no case")
    return parse_situation({name: each for name, each in value.items() if name not in named})


def _parse_person(value: Any, sources: int) -> CasePerson:
    _require(isinstance(value, dict) and value.keys() == _ENTRY, "holds a person badly")
    _require(all(isinstance(value[name], str) for name in ("id", "digest")), "names nobody")
    _require(type(value["taken_at"]) is int and 0 <= value["taken_at"] < 2**53, "has no time")
    _require(type(value["source"]) is int and 0 <= value["source"] < sources, "has no such source")
    _require(isinstance(value["decision"], dict), "holds no decision")
    seen = value["seen"]
    _require(isinstance(seen, list) and all(isinstance(s, str) for s in seen), "saw nothing")
    submission = value["submission"]
    return CasePerson(
        id=value["id"],
        taken_at=value["taken_at"],
        source=value["source"],
        submission=None if submission is None else parse_submission(submission),
        answers=parse_answers(value["answers"]),
        history=parse_history(value["history"]),
        seen=frozenset(seen),
        decision=value["decision"],
        digest=value["digest"],
        written=value,
    )


def parse_history(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Read earlier certificates of a worker. Raises MalformedError ``bad_case_file``."""
    _require(isinstance(value, list) and len(value) <= MAX_HISTORY, "holds no history")
    for posting in value:
        _require(isinstance(posting, dict) and posting.keys() == _POSTING, "holds no history")
        texts = [posting[name] for name in ("number", "starts", "ends")]
        _require(all(isinstance(text, str | None) for text in texts), "holds no history")
        _require(_is_list(posting["states"], str), "holds no history")
        _require(_is_list(posting["employers"], dict), "holds no history")
        for employer in posting["employers"] or ():
            _require(employer.keys() >= {"name", "id"}, "holds no history")
            _require(all(isinstance(e, str | None) for e in employer.values()), "holds no history")
    return tuple(value)


def _is_list(value: Any, kind: type) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(i, kind) for i in value))


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _require(condition: object, what: str) -> None:
    if not condition:
        raise MalformedError(f"the case file {what}", code="bad_case_file")
