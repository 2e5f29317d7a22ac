"""Institutions of three States that exchange over HTTP; the Lithuanian one has decisions."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from demo.people import citizens
from esspass.attestations import EHIC, PDA1_WEBUILD, Ehic, Pda1
from esspass.trust import Authorization, ListType, read_rules
from issuer.commands import import_records
from tests.builders.exchange import EL, LT, RO, running_partners
from tests.builders.lists import DAY, NOW, create_entity

TODAY = datetime.fromtimestamp(NOW, UTC).date()
KINDS = {"pda1": Pda1, "ehic": Ehic}


def at_home(document):
    """The document as the Lithuanian partner would issue it."""
    if isinstance(document, Pda1 | Ehic):
        return replace(document, institution=replace(document.institution, id=LT))
    return document


class Union:
    """The partners, the people, and what the Lithuanian institution decided about them."""

    def __init__(self, partners):
        self.partners = partners
        self.people = {c.key: c for c in citizens(TODAY)}
        self._list()
        database = partners[LT].services.database
        entered = [
            (c.person, [at_home(d) for d in c.documents if isinstance(d, Pda1 | Ehic)])
            for c in self.people.values()
        ]
        import_records(database, entered, NOW)

    def _list(self):
        """Put the Lithuanian one on the lists, with its seal, under the installed rules."""
        world, body = self.partners.world, self.partners.bodies[LT]
        world.entities[ListType.PUB_EAA_PROVIDERS].append(create_entity(body))
        seal = self.partners.keys[LT].seal.certificates[:1]
        types = tuple(Authorization(vct, NOW - 300 * DAY) for vct in (PDA1_WEBUILD, EHIC))
        world.institutions = [
            replace(i, authorizations=types, certificates=seal) if i.institution_id == LT else i
            for i in world.institutions
        ]
        installed = read_rules()
        lasting = {**installed["rules"], "valid_from": "2026-01-01", "valid_until": "2030-01-01"}
        world.rules = {"rules": lasting, "texts": installed["texts"]}
        self.partners.publish()

    def __getitem__(self, institution_id):
        return self.partners[institution_id]

    @property
    def now(self):
        return self.partners.clock[0]

    def record(self, key, kind="pda1"):
        records = self[LT].services.issuer.records
        found = records.search(self.people[key].person.pin).records
        return next(each for each in found if each.kind == kind)

    def give_out(self, key):
        """Put the A1 of a citizen on paper: from then on it is in the world."""
        self[LT].services.issuer.hold(self.record(key).id, self.now)
        self[LT].services.issuer.approve(self.record(key).id, self.now)
        return self.record(key)

    def incoming(self, institution_id, record):
        return self[institution_id].services.joined.incoming.find(LT, record.number)

    def tasks(self, institution_id, kind):
        return [t for t in self[institution_id].desk.tasks.open() if t.kind == kind]


@contextmanager
def running_union(folder):
    with running_partners(folder, LT, EL, RO) as partners:
        yield Union(partners)


@pytest.fixture
def union(tmp_path):
    with running_union(tmp_path) as union:
        yield union
