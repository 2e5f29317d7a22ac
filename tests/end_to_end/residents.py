"""People for one test each, so that tests that share a world do not meet in each other's records.

And time, for tests that cannot wait.
"""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

from stdnum.lt import asmens

from demo.actors import clock
from demo.people import Citizen
from esspass.attestations import Pda1, Pid
from esspass.storage import connect
from issuer import import_decisions

_SERIALS = itertools.count(100)


def settle(cast, surnames, forenames):
    """Enter a posted worker with PID, A1 and EHIC into the registers; returns the Citizen."""
    template, serial = cast.citizens["builder"], next(_SERIALS)
    number = f"3840517{serial:03}"
    pin = number + asmens.calc_check_digit(number)
    names = {"surnames": surnames, "forenames": forenames, "pin": pin}
    person = replace(template.person, **names)
    pid = replace(
        template.pid,
        person=replace(template.pid.person, **names),
        document_number=f"2000{serial}",
    )
    documents = tuple(_reissue(each, person, serial) for each in template.documents)
    settled = Citizen(f"resident-{serial}", "A posted worker", person, pid, documents)
    _import(cast, "identity-lt", person, (pid,))
    _import(cast, "issuer-lt", person, documents)
    return settled


def _reissue(document, person, serial):
    changes = {"pin": person.pin}
    if isinstance(document, Pda1):
        number = f"A1-LT-{datetime.now(UTC).year}-{serial:06}"
        return replace(document, person=person, document_number=number, **changes)
    assert not isinstance(document, Pid)
    return replace(document, document_number=f"8044090001{serial:010}", **changes)


def _import(cast, office, person, documents):
    import_decisions(cast.world.service(office).environ, [(person, documents)], clock())


def eid_form(citizen):
    """What the person types into the simulated eID."""
    person = citizen.person
    return {
        "family_name": person.surnames,
        "given_name": person.forenames,
        "birthdate": person.date_of_birth.isoformat(),
        "personal_administrative_number": person.pin,
    }


def let_time_pass(cast, app, statement):
    """Change an app's database as waiting would have changed it."""
    environ = cast.world.service(app).environ
    address = next(value for name, value in environ.items() if name.endswith("DATABASE_URL"))
    database = connect(address)
    database.execute(statement)
    database.close()
