"""Institutions are chosen: few at once, many by country and name, without scripts."""

import re
from dataclasses import replace

import pytest

from esspass.exchange.form import fill_form
from tests.builders.exchange import EL, LT, RO, running_partners
from tests.builders.lists import DAY, NOW
from tests.builders.messages import create_content
from tests.unit.issuer.test_exchange_pages import A009, Clerk, links

PLACE = "InstitutionsToAdd.0"


@pytest.fixture(scope="module")
def partners(tmp_path_factory):
    with running_partners(tmp_path_factory.mktemp("few"), LT, EL, RO) as found:
        yield found


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A directory of many: forty funds in Romania, one in Greece beside the known ones."""
    with running_partners(tmp_path_factory.mktemp("many"), LT, EL) as found:
        known = found.world.institutions[-1]
        found.world.institutions += [
            replace(
                known,
                institution_id=f"RO:{4000 + n}",
                entity=f"Casa de Pensii Județ {n:02}",
                country="RO",
            )
            for n in range(40)
        ]
        found.publish()
        yield found


def offered(page, name):
    return re.findall(rf'name="{re.escape(name)}"[^>]* value="([^"]*)"', page)


def way(clerk, case_id, sed):
    return next(h for h in links(clerk.get(f"/cases/{case_id}").text, case_id) if f"/{sed}" in h)


def begin(partners, *receivers):
    case_id = partners[LT].start("LA_BUC_02", "A003", create_content("A003", full=True), *receivers)
    partners.settle()
    return case_id


def test_who_joins_is_ready_and_not_in_the_case(partners):
    lt, case_id = Clerk(partners[LT]), begin(partners, EL)
    form = lt.get(way(lt, case_id, "X005")).text
    assert offered(form, f"{PLACE}.institutionID") == [RO]
    assert f'name="{PLACE}.institutionName"' not in form
    content = {n: v for n, v in create_content("X005").items() if n != "CaseContext"}
    content["InstitutionsToAdd"] = [{"institutionID": RO}]
    assert lt.send(way(lt, case_id, "X005"), **fill_form(content)).status_code == 303
    joined = partners[LT].desk.view(case_id)
    assert RO in joined.case.participants
    said = joined.messages[-1].message.content["InstitutionsToAdd"]
    assert said == [{"institutionID": RO, "institutionName": f"Fund {RO}"}]


def test_who_leaves_is_in_the_case(partners):
    lt, case_id = Clerk(partners[LT], user_id="dXNlcjI"), begin(partners, EL, RO)
    form = lt.get(way(lt, case_id, "X006")).text
    assert offered(form, "InstitutionsToRemove.0.institutionID") == [EL, RO]


def test_an_institution_that_may_be_named_can_be_none(partners):
    el, case_id = Clerk(partners[EL]), begin(partners, EL)
    form = el.get(way(el, case_id, "A012")).text
    assert offered(form, "CompetentInstitutionIfDiffersFromSending.institutionID")[-1] == ""


def test_nothing_chosen_says_so_at_the_field(partners):
    lt, case_id = Clerk(partners[LT], user_id="dXNlcjM"), begin(partners, EL)
    answer = lt.post(way(lt, case_id, "X005"))
    assert answer.status_code == 400
    for name in re.findall(
        r'<a href="#([^"]+)"', answer.text.partition("error-summary")[2].partition("</ul>")[0]
    ):
        assert f'id="{name}"' in answer.text, name


def test_many_are_searched_by_country_and_name(crowded):
    lt = Clerk(crowded[LT])
    path = "/cases/new/LA_BUC_04"
    form = lt.get(path).text
    assert offered(form, "receivers") == []
    assert re.search(r'<option value="RO">Romania</option>', form)
    found = lt.post(path, do="find", **{"find.receivers.country": "GR"}).text
    assert offered(found, "receivers") == [EL]
    found = lt.post(path, do="find", **{"find.receivers.name": "JUDET 3"}).text
    assert offered(found, "receivers") == [f"RO:{4000 + n}" for n in range(40) if "3" in str(n)]
    found = lt.post(path, do="find", **{"find.receivers.country": "RO"})
    assert len(offered(found.text, "receivers")) == 20
    assert "More institutions fit" in found.text
    nothing = lt.post(path, do="find", **{"find.receivers.name": "nobody"}).text
    assert "No institution fits" in nothing


def test_the_return_key_searches_and_what_was_chosen_stays(crowded):
    lt, path = Clerk(crowded[LT], user_id="dXNlcjI"), "/cases/new/LA_BUC_05"
    answer = lt.post(path, **{"find.receivers.name": "judet 07"}, **fill_form(A009))
    assert answer.status_code == 200
    assert offered(answer.text, "receivers") == ["RO:4007"]
    searched = {"find.receivers.name": "judet 08", "do": "find"}
    again = lt.post(path, receivers="RO:4007", **searched)
    assert offered(again.text, "receivers") == ["RO:4007", "RO:4008"]
    assert re.search(r'value="RO:4007"[^>]* checked', again.text)


def test_without_a_directory_the_page_says_why(tmp_path):
    with running_partners(tmp_path, LT, EL) as partners:
        lt = Clerk(partners[LT])
        partners.clock[0] = NOW + 400 * DAY
        page = lt.get("/cases/new/LA_BUC_04").text
        assert "The directory of institutions is out of date" in page
        assert lt.post("/cases/new/LA_BUC_04", receivers=EL, **fill_form(A009)).status_code == 400
