"""The register as it grows: what pages, jobs and returns take with ten times as many decisions.

Milliseconds, the best of some runs. A page or a job must not take ten times as long; counting a
year and looking through everybody with a common word may. SQLite always; PostgreSQL where
TEST_POSTGRES_URL names one.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bench.register_rows import NOW, all_words, create_a1, fill_register
from demo.people import institutions
from esspass.attestations import PDA1_EUDI, Pda1, create_record
from esspass.statistics import parse_period
from esspass.storage import Database, connect, migrate
from issuer import MIGRATIONS
from issuer.config import FOUR_EYES_RISK
from issuer.credentials import Credentials
from issuer.entitlements import Entitlements
from issuer.exchange.cases import Cases
from issuer.exchange.doubts import Doubts
from issuer.exchange.notified import NotifiedStates
from issuer.exchange.tasks import Tasks
from issuer.filing.filings import Filings
from issuer.four_eyes import Command, FourEyes
from issuer.history import History
from issuer.loading.entering import Register
from issuer.loading.mapping import Office, column_mappings
from issuer.loading.office import LoadingOffice
from issuer.loading.store import Loads
from issuer.records import Records, RecordState
from issuer.statistics import Statistics

SIZES = (10_000, 100_000)
ROUNDS = 7
_LOADED = 500
_YEAR = parse_period("2025-12", "2026-11")
_MONTH = parse_period("2026-03", "2026-03")


@dataclass(frozen=True)
class Measure:
    """What runs, and how often; ``grows`` where it looks at every decision by its nature."""

    name: str
    run: Callable[[], object]
    rounds: int = ROUNDS
    grows: bool = False


def create_measures(database: Database, size: int) -> list[Measure]:
    """Return what is measured on a register of that size."""
    records, filings = Records(database), Filings(database)
    rare, other = all_words((size // 3, size // 7))
    number = create_a1(size // 2).document_number
    told, counts = NotifiedStates(database), Statistics(database, "LT:1000", "LT")
    return [
        Measure("search: a surname", lambda: records.search(rare)),
        Measure("search: a document number", lambda: records.search(number)),
        Measure("search: a name nobody has with it", lambda: records.search(f"{rare} {other}")),
        Measure("search: two letters", lambda: records.search("ba"), grows=True),
        Measure("search: a word of a sector", lambda: records.search("construction"), grows=True),
        Measure("list: first page", records.search),
        Measure("list: page 40", lambda: records.search(number=40)),
        Measure("list: what waits", lambda: records.search(state=RecordState.PENDING)),
        Measure("start page", lambda: _count_heaps(database)),
        Measure("applications: first page", filings.search),
        Measure("worker: A1s nobody was told of", told.waiting),
        Measure("worker: changes nobody was told of", told.outdated),
        Measure("worker: letters to write", filings.untold),
        Measure("statistics: a month", lambda: counts.count(_MONTH, NOW), 3),
        Measure("statistics: a year", lambda: counts.count(_YEAR, NOW), 3, grows=True),
        Measure(f"loading: {_LOADED} records", lambda: _load(database), 3),
    ]


def _count_heaps(database: Database) -> None:
    Tasks(database).count()
    Tasks(database).open(5)
    Filings(database).count_waiting()
    Cases(database).count_unread()
    Doubts(database).count_waiting()


def _load(database: Database) -> None:
    """Check and enter new records, as a file of another system brings them."""
    start = 10_000_000 + uuid.uuid4().int % 10**9
    made = (create_a1(start + place) for place in range(_LOADED))
    rows = [_entry(replace(each, document_number=f"N-{each.pin}")) for each in made]
    institution = next(each.office for each in institutions() if each.key == "issuer-lt")
    records, history = Records(database), History(database)
    four_eyes = FourEyes(records, Credentials(database), history, FOUR_EYES_RISK)
    entitlements = Entitlements(database)
    register = Register(records, history, entitlements, four_eyes, "https://x", (PDA1_EUDI,))
    office = LoadingOffice(Loads(database), register, column_mappings(), Office(institution))
    load_id = office.take_in(json.dumps(rows).encode(), "canonical", "bench", NOW, "")
    while office.step(load_id, NOW):
        pass
    office.loads.start(load_id, NOW, Command("bench"))
    while office.step(load_id, NOW):
        pass
    assert office.loads.get(load_id).added == _LOADED, "some were refused"


def _entry(document: Pda1) -> dict[str, object]:
    record = create_record(document)
    return {"person": record["person"], "documents": [record], "sector": "F"}


def measure(run: Callable[[], object], rounds: int) -> float:
    """Return the best of some runs in milliseconds: what else the machine does counts least."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        taken.append((time.perf_counter() - began) * 1000)
    return min(taken)


@contextmanager
def opened(kind: str) -> Iterator[Database]:
    """An empty register that goes away afterwards."""
    with _opened_schema() if kind == "PostgreSQL" else _opened_file() as database:
        migrate(database, MIGRATIONS)
        yield database
        database.close()


@contextmanager
def _opened_file() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        yield connect(f"{folder}/register.db")


@contextmanager
def _opened_schema() -> Iterator[Database]:
    server, schema = os.environ["TEST_POSTGRES_URL"], f"bench_{uuid.uuid4().hex}"
    owner = connect(server)
    owner.execute(f"CREATE SCHEMA {schema}")
    separator = "&" if "?" in server else "?"
    yield connect(f"{server}{separator}options=-csearch_path%3D{schema}")
    owner.execute(f"DROP SCHEMA {schema} CASCADE")
    owner.close()


def measure_kind(kind: str, sizes: tuple[int, ...] = SIZES) -> dict[str, list[float]]:
    """Return the milliseconds of every measure, for each size."""
    found: dict[str, list[float]] = {}
    for size in sizes:
        with opened(kind) as database:
            fill_register(database, size)
            if kind == "PostgreSQL":
                database.execute("ANALYZE")
            for each in create_measures(database, size):
                found.setdefault(each.name, []).append(measure(each.run, each.rounds))
    return found


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Measure and print."""
    kinds = ["SQLite", *(["PostgreSQL"] if os.environ.get("TEST_POSTGRES_URL") else [])]
    for kind in kinds:
        print(f"register on {kind}, Python {sys.version.split()[0]}, milliseconds")
        print(f"{'':38}" + "".join(f"{size:>12,}" for size in sizes) + f"{'ratio':>8}")
        for name, taken in measure_kind(kind, sizes).items():
            figures = "".join(f"{each:12.1f}" for each in taken)
            print(f"{name:38}{figures}{taken[-1] / taken[0]:8.1f}")


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
