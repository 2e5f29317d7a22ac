"""A register of any size: persons, decisions, their history, cases and applications, made up.

Rows are written as the repositories write them, only many in one statement. What is made up is the
same every time.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from demo.people import BALTIC_CONSTRUCTION, HARBOUR_SITE, create_pda1
from esspass.attestations import (
    Address,
    Pda1,
    Person,
    StateOfActivity,
    create_person_record,
    create_record,
)
from esspass.statistics.sectors import sectors
from esspass.storage import Database
from issuer.records import INDEX_VERSION
from issuer.search import read_words

NOW = 1_795_000_000
TODAY = date(2026, 11, 18)
YEAR = 365 * 86400
_CHUNK = 200
_SYLLABLES = [first + last for first in "bdgklmnrst" for last in "aei"]
_STATES = ("GR", "RO", "LV", "EE", "PL", "DE")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
Fields = Mapping[str, str | int | None]


def fill_register(database: Database, size: int) -> None:
    """Write ``size`` A1s with all that hangs on them."""
    for start in range(0, size, _CHUNK):
        places = range(start, min(start + _CHUNK, size))
        made = [(place, create_a1(place)) for place in places]
        with database.atomic():
            for table, rows in _create_rows(made).items():
                _insert(database, table, rows)


def create_a1(place: int) -> Pda1:
    """The A1 of that place."""
    rng = random.Random(place)  # noqa: S311 - made up, not secret
    person = Person(
        surnames=_word(rng, 4), forenames=_word(rng, 3),
        date_of_birth=date(1960, 1, 1) + timedelta(rng.randrange(15_000)), pin=f"3{place:010}",
        nationalities=("LT",), residence=(Address(_word(rng, 3), "LT", f"{_word(rng, 3)} g. 1"),),
    )  # fmt: skip
    employer = place % 1000
    name = f"UAB {_word(random.Random(employer + 10**9), 4)}"  # noqa: S311
    employment = replace(BALTIC_CONSTRUCTION, name=name, id=f"{900_000_000 + employer}")
    state = StateOfActivity(rng.choice(_STATES), (HARBOUR_SITE,))
    return create_pda1(
        person, TODAY, serial=place, status="01", employments=(employment,), states=(state,)
    )


def _word(rng: random.Random, syllables: int) -> str:
    return "".join(rng.choice(_SYLLABLES) for _ in range(syllables)).capitalize()


def _state(place: int) -> str:
    kinds = {0: "withdrawn", 1: "pending", 2: "suspended"}
    return kinds.get(place % 40, "granted")


def _at(place: int) -> int:
    return NOW - (place * 26_293) % YEAR


def _create_rows(made: list[tuple[int, Pda1]]) -> dict[str, list[Fields]]:
    tables: dict[str, list[Fields]] = {
        "persons": [], "records": [], "search_words": [], "history": [], "notified": [],
        "exchange_messages": [], "exchange_deliveries": [], "filings": [], "filing_persons": [],
        "tasks": [],
    }  # fmt: skip
    for place, document in made:
        _add_decision(tables, place, document)
        if _state(place) != "pending":
            _add_case(tables, place)
        if place % 4 == 0:
            _add_filing(tables, place)
    return tables


def _add_decision(tables: dict[str, list[Fields]], place: int, document: Pda1) -> None:
    person, at, state, record = document.person, _at(place), _state(place), f"r{place:011}"
    assert person is not None, "a made up A1 has a person"
    tables["persons"].append({
        "id": f"p{place:011}", "pin": person.pin, "created_at": at,
        "date_of_birth": person.date_of_birth.isoformat(),
        "person": json.dumps(create_person_record(person), ensure_ascii=False),
    })  # fmt: skip
    withdrawn = state == "withdrawn"
    tables["records"].append({
        "id": record, "person_id": f"p{place:011}", "kind": "pda1", "created_at": at,
        "document_number": document.document_number, "state": state, "changed_at": at,
        "document": json.dumps(create_record(document), ensure_ascii=False),
        "issuances": 0 if state == "pending" else 1, "indexed": INDEX_VERSION, "unsaid": 0,
        "sector": list(sectors())[place % 22],
        "withdrawal_reason": "ended_early" if withdrawn else None,
        "withdrawal_date": TODAY.isoformat() if withdrawn else None,
    })  # fmt: skip
    tables["search_words"] += [
        {"word": word, "record_id": record} for word in read_words(person, document)
    ]
    events = ["imported", *([] if state == "pending" else ["approved", "issued"])]
    for event in [*events, *(["withdrawn"] if withdrawn else [])]:
        tables["history"].append({
            "id": f"{event}{place}", "record_id": record, "at": at, "event": event, "actor": "Rasa",
            "detail": "ended_early" if event == "withdrawn" else "",
        })  # fmt: skip


def _add_case(tables: dict[str, list[Fields]], place: int) -> None:
    """The State of work was told in a message, and asked a question in every tenth case."""
    at, case = _at(place), f"c{place:015}"
    tables["notified"].append({
        "record_id": f"r{place:011}", "country": "GR", "institution_id": "EL:2000", "case_id": case,
        "sed": "A009", "told": _state(place), "notified_at": at, "told_at": at,
    })  # fmt: skip
    _add_message(tables, place, 0, "A009", "out")
    if place % 10 == 0:
        _add_message(tables, place, 1, "H001", "in")
        _add_message(tables, place, 2, "H002", "out")


def _add_message(
    tables: dict[str, list[Fields]], place: int, position: int, sed: str, direction: str
) -> None:
    at, case = _at(place) + position * 86400, f"c{place:015}"
    sender = "LT:1000" if direction == "out" else "EL:2000"
    content: dict[str, object] = {"words": "x" * 1200}
    if sed == "H001" and place % 20 == 0:  # it doubts a document
        content["PortableDocument"] = {}
    message = {"content": content, "version": 1}
    related = f"s{place:015}-1" if sed == "H002" else None
    tables["exchange_messages"].append({
        "message_id": f"m{place:015}-{position}", "case_id": case, "position": position,
        "direction": direction, "sed": sed, "sender": sender, "set_id": f"s{place:015}-{position}",
        "version": 1, "message": json.dumps({**message, "related_set_id": related}),
        "signed": "x" * 400, "digest": "x", "actor": "", "at": at,
        "read_at": at if direction == "out" or place % 200 else None,
    })  # fmt: skip
    if direction == "out":
        tables["exchange_deliveries"].append({
            "message_id": f"m{place:015}-{position}", "receiver": "EL:2000", "case_id": case,
            "position": position, "status": "DELIVERED", "queued_at": at, "next_try": at,
            "tries": 1, "refusals": 0, "at": at, "code": "", "receipt": "x" * 400,
        })  # fmt: skip


def _add_filing(tables: dict[str, list[Fields]], place: int) -> None:
    at, name = _at(place), f"f{place:011}"
    tables["filings"].append({
        "id": name, "applicant_id": "a", "form": "a1-self", "answers": "{}", "reference": name,
        "created_at": at, "changed_at": at, "sent_at": at,
    })  # fmt: skip
    tables["filing_persons"].append({
        "id": name, "filing_id": name, "number": f"3{place:010}", "posting": "", "answers": "{}",
        "search": f"name{place}", "record_id": f"r{place:011}", "obstacles": "[]", "told_at": at,
    })  # fmt: skip
    tables["tasks"].append({
        "id": f"t{place}", "kind": "unread", "reference": name, "case_id": f"c{place:015}",
        "due_at": at, "detail": "", "created_at": at, "done_at": None if place % 400 == 0 else at,
    })  # fmt: skip


def _insert(database: Database, table: str, rows: list[Fields]) -> None:
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        params = dict(
            zip(_names(), itertools.chain(*(each.values() for each in part)), strict=False)
        )
        marks = iter(params)
        values = ", ".join(f"({', '.join(f':{next(marks)}' for _ in row)})" for row in part)
        columns = ", ".join(part[0])
        database.execute(f"INSERT INTO {table} ({columns}) VALUES {values}", **params)  # noqa: S608


def _names() -> Iterator[str]:
    return ("".join(letters) for letters in itertools.product(_LETTERS, repeat=3))


def all_words(places: Iterable[int]) -> list[str]:
    """The surnames of these, to look for."""
    found = (create_a1(place).person for place in places)
    return [person.surnames for person in found if person is not None]
