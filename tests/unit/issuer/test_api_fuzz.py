"""Schemathesis holds the API to its own description: generated input, right and wrong.

``positive_data_acceptance`` is left out: what no schema can say (dates in their order, a document
that has the form of its type, an id that exists) is refused with 4xx.
"""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from esspass.jose.jwe import create_encryption_key
from issuer.api.document import create_document
from tests.builders.exchange import create_keys
from tests.builders.issuance import ISSUER
from tests.unit.issuer.api_client import Program

load_all_checks()
schema = schemathesis.openapi.from_dict(create_document())
schema.config.base_url = ISSUER


@pytest.fixture(scope="module")
def program(tmp_path_factory, world, keys, people):
    from esspass.storage import connect, migrate
    from issuer import MIGRATIONS
    from tests.unit.issuer.conftest import Office

    database = connect(str(tmp_path_factory.mktemp("api") / "issuer.db"))
    migrate(database, MIGRATIONS)
    exchange = {
        "exchange": create_keys(world.bodies["fund"]).exchange,
        "exchange_encryption": create_encryption_key(),
    }
    office = Office(database, world, replace(keys, **exchange), people)
    yield Program(office, "clerk", "approver", "supervisor", "auditor")
    database.close()


@schema.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_description(case, program):
    headers = {"Authorization": f"Bearer {program.token}", "Host": urlsplit(ISSUER).netloc}
    excluded = [positive_data_acceptance]
    case.call_and_validate(app=program.office.app, headers=headers, excluded_checks=excluded)
