"""How the directory says where an institution is reached, and what it is competent for."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from esspass.errors import MalformedError
from esspass.jose.jwe import create_encryption_key
from esspass.trust import Competence, ExchangeEntry
from esspass.trust.commands import trust
from esspass.trust.directory import parse_institution, write_institution
from esspass.trust.exchange_entry import write_exchange_entry
from esspass.trust.operator import describe_institution, publish
from esspass.trust.review import read_view
from tests.builders.lists import DAY, NOW, PDA1, authorize, create_body

FUND = create_body("Example Fund", "LT", "LT:1000")


def entry(*competences):
    return ExchangeEntry(
        "https://fund.example/exchange/messages",
        create_encryption_key().public_jwk(),
        FUND.attestation_signer.certificates[:1],
        "exchange@fund.example",
        competences or (Competence("LA_BUC_04", "CP", True, NOW),),
    )


def listed(*competences):
    return replace(authorize(FUND, PDA1), exchange=entry(*competences))


def test_it_is_read_back_from_the_signed_directory(world):
    world.institutions = [listed(Competence("LA_BUC_02", "PO", False, NOW, NOW + DAY))]
    directory = world.view(NOW).directory
    assert directory.institutions == tuple(world.institutions)


def test_routing_is_a_lookup_by_case_type_role_country_and_readiness(world):
    competences = (
        Competence("LA_BUC_04", "CP", True, NOW, NOW + DAY),
        Competence("LA_BUC_02", "PO", False, NOW),
    )
    world.institutions = [listed(*competences), authorize(create_body("B", "LT", "LT:2"), PDA1)]
    directory = world.view(NOW).directory

    def found(*question):
        return [i.institution_id for i in directory.find_partners(*question)]

    assert found("LA_BUC_04", "CP", "LT", NOW) == ["LT:1000"]
    assert found("LA_BUC_04", "PO", "LT", NOW) == []
    assert found("LA_BUC_04", "CP", "RO", NOW) == []
    assert found("LA_BUC_02", "PO", "LT", NOW) == [], "not ready"
    assert found("LA_BUC_04", "CP", "LT", NOW - 1) == []
    assert found("LA_BUC_04", "CP", "LT", NOW + DAY) == []
    assert world.institutions[0].exchange.is_competent("LA_BUC_04", None, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "ftp://x"},
        {"endpoint": "x" * 3000},
        {"encryption": {"kty": "EC"}},
        {"encryption": {**create_encryption_key().public_jwk(), "use": "sig"}},
        {"encryption": {**create_encryption_key().public_jwk(), "d": "x"}},
        {"certificates": []},
        {"certificates": ["x"]},
        {"competences": None},
        {"competences": [{}]},
        {"competences": [{"case_type": "X", "role": "X", "ready": True, "from": "2026-09-01T00:00:00Z"}]},
        {"competences": [{"case_type": "X", "role": "PO", "ready": 1, "from": "2026-09-01T00:00:00Z"}]},
        {"competences": [{"case_type": "X", "role": "PO", "ready": True, "from": "now"}]},
        {"contact": 5},
        {"other": ""},
    ],
)  # fmt: skip
def test_another_form_is_refused(change):
    written = write_institution(listed())
    written["exchange"] = {**written["exchange"], **change}
    with pytest.raises(MalformedError):
        parse_institution(written)


def test_the_operator_describes_it(world, tmp_path):
    from esspass.trust.model import ListType
    from esspass.trust.operator import Admission, add_entity, create_operator

    folder = tmp_path / "operator"
    create_operator(folder, name="Op", territory="EU", base_url="https://x.example", now=NOW - DAY)
    add_entity(
        folder,
        Admission(
            ListType.PUB_EAA_PROVIDERS, "Example Fund", "LT", FUND.issuance.certificate,
            institution_id="LT:1000", vcts=(PDA1,),
        ),
    )  # fmt: skip
    file = tmp_path / "entry.json"
    file.write_text(json.dumps(write_exchange_entry(entry())))
    arguments = ["--folder", str(folder), "institution", "LT:1000", "--exchange", str(file)]
    assert CliRunner().invoke(trust, arguments).exit_code == 0
    publish(folder, NOW)
    (institution,) = read_view(folder, NOW).directory.institutions
    assert institution.exchange.endpoint == "https://fund.example/exchange/messages"
    shown = CliRunner().invoke(trust, ["--folder", str(folder), "show"]).output
    assert "LA_BUC_04 CP from" in shown
    describe_institution(folder, "LT:1000", status_lists="https://fund.example/lists")
    publish(folder, NOW + 10)
    (institution,) = read_view(folder, NOW + 10).directory.institutions
    assert institution.exchange is not None, "saying something else keeps it"
