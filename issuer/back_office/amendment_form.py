"""The form of a changed A1: the decision as flat fields, and back; what differs, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import get_locale, gettext

from esspass.attestations import (
    Address,
    Employment,
    Pda1,
    PlaceOfWork,
    StateOfActivity,
    pda1_states,
)
from esspass.attestations.specification import read_json
from esspass.attestations.wording import code_name, country_name, date_name, end_date_name
from issuer.reasons import AmendmentReason

Values = Mapping[str, str]
EMPLOYER = ("name", "number", "country", "street", "postcode", "town")
PLACE = ("country", "name", "street", "postcode", "town")
_MOST_ROWS, _MAX_TEXT = 20, 155


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of the decision that becomes another: its lines before and after."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def write_values(document: Pda1, reason: str = "") -> dict[str, str]:
    """Write the fields of a decision."""
    values = {
        "reason": reason,
        "starts": document.starts.isoformat(),
        "ends": document.ends.isoformat(),
        "ground": document.status_confirmation,
    }
    for number, employer in enumerate(document.employments):
        values |= _name("employer", number, _write_employer(employer))
    for number, row in enumerate(_write_places(document)):
        values |= _name("place", number, row)
    return values


def _name(kind: str, number: int, row: Values) -> dict[str, str]:
    return {f"{kind}-{number}-{part}": value for part, value in row.items()}


def _write_employer(employer: Employment) -> dict[str, str]:
    about = {"name": employer.name, "number": employer.id, "country": employer.country}
    return {**about, **_write_address(employer.address)}


def _write_address(address: Address | None) -> dict[str, str]:
    return {
        "street": (address.street_and_number if address else "") or "",
        "postcode": (address.postcode if address else "") or "",
        "town": address.town if address else "",
    }


def _write_places(document: Pda1) -> Iterator[dict[str, str]]:
    for state in document.states_of_activity:
        for place in state.places or (None,):
            name = (place.name if place else "") or ""
            address = _write_address(place.address if place else None)
            yield {"country": state.country, "name": name, **address}


def read_values(form: Values) -> dict[str, str]:
    """Take what was sent, as far as the form has such fields."""
    names = ["reason", "starts", "ends", "ground"]
    for kind, parts in (("employer", EMPLOYER), ("place", PLACE)):
        names += [f"{kind}-{n}-{part}" for n in range(_MOST_ROWS) for part in parts]
    return {name: form[name].strip() for name in names if name in form}


def count_rows(values: Values, kind: str) -> int:
    """Return how many employers or places are filled in, to the last one."""
    numbers = [int(name.split("-")[1]) for name, value in values.items()
               if name.startswith(f"{kind}-") and value]  # fmt: skip
    return max(numbers, default=-1) + 1


def find_errors(values: Values) -> dict[str, str]:
    """Say what is missing or cannot be, by field."""
    errors = {}
    if values.get("reason", "") not in list(AmendmentReason):
        errors["reason"] = gettext("Choose why the decision is changed")
    starts, ends = _day(values, "starts"), _day(values, "ends")
    for name, day in (("starts", starts), ("ends", ends)):
        if day is None:
            errors[name] = gettext("Enter the date as year-month-day")
    if starts and ends and ends < starts:
        errors["ends"] = gettext("The last day must not lie before the first")
    if values.get("ground", "") not in read_json("codes.json")["status_confirmation"]:
        errors["ground"] = gettext("Choose the ground")
    for name, text in values.items():
        if len(text) > _MAX_TEXT or not text.isprintable():
            errors[name] = gettext("Shorten what you typed: a field is too long")
    return {**errors, **_find_row_errors(values)}


def _find_row_errors(values: Values) -> dict[str, str]:
    employers = list(_rows(values, "employer", EMPLOYER))
    places = list(_rows(values, "place", PLACE))
    errors = {}
    if not employers:
        errors["employer-0-name"] = gettext("Name an employer")
    if not places:
        errors["place-0-country"] = gettext("Name a State in which the work is done")
    for number, row in employers:
        if not row["name"]:
            words = gettext("Name the employer, or leave its fields empty")
            errors[f"employer-{number}-name"] = words
    for number, row in places:
        if not row["town"] and (row["name"] or row["street"] or row["postcode"]):
            errors[f"place-{number}-town"] = gettext("Enter the town of this place")
    return {
        **errors,
        **_find_country_errors("employer", employers),
        **_find_country_errors("place", places),
    }


def _find_country_errors(kind: str, rows: Iterable[tuple[int, Values]]) -> dict[str, str]:
    return {
        f"{kind}-{number}-country": gettext("Choose the country")
        for number, row in rows
        if row["country"] not in pda1_states()
    }


def _rows(
    values: Values, kind: str, parts: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    for number in range(_MOST_ROWS):
        row = {part: values.get(f"{kind}-{number}-{part}", "") for part in parts}
        if any(value for part, value in row.items() if part != "country") or (
            kind == "place" and row["country"]
        ):
            yield number, row


def read_document(before: Pda1, values: Values) -> Pda1:
    """Return the decision with what the fields say; ``find_errors`` found nothing in them."""
    return replace(
        before,
        starts=date.fromisoformat(values["starts"]),
        ends=date.fromisoformat(values["ends"]),
        status_confirmation=values["ground"],
        employments=tuple(_read_employers(before, values)),
        states_of_activity=tuple(_read_states(before, values)),
    )


def _read_employers(before: Pda1, values: Values) -> Iterator[Employment]:
    """One that stays keeps what the form does not show."""
    known = before.employments
    for number, row in _rows(values, "employer", EMPLOYER):
        if number < len(known) and row == _write_employer(known[number]):
            yield known[number]
            continue
        base = known[min(number, len(known) - 1)]
        same = number < len(known) and row["number"] == base.id
        yield Employment(
            row["name"], row["number"], row["country"], address=_read_address(row),
            type_of_employment=base.type_of_employment,
            type_of_id=base.type_of_id if same else None,
        )  # fmt: skip


def _read_address(row: Values) -> Address | None:
    if not row["town"]:
        return None
    return Address(row["town"], row["country"], row["street"] or None, row["postcode"] or None)


def _read_states(before: Pda1, values: Values) -> Iterator[StateOfActivity]:
    """Places by State, in the order in which the States are named first."""
    known = list(zip(_write_places(before), _places(before), strict=True))
    states: dict[str, list[PlaceOfWork]] = {}
    for number, row in _rows(values, "place", PLACE):
        places = states.setdefault(row["country"], [])
        place = _read_place(row, *known[number]) if number < len(known) else _read_place(row)
        if place is not None:
            places.append(place)
    return (StateOfActivity(country, tuple(places)) for country, places in states.items())


def _places(document: Pda1) -> Iterator[PlaceOfWork | None]:
    for state in document.states_of_activity:
        yield from state.places or (None,)


def _read_place(
    row: Values, shown: Values | None = None, known: PlaceOfWork | None = None
) -> PlaceOfWork | None:
    """A place that keeps its name, or moves nowhere, keeps what the form does not show."""
    address = _read_address(row)
    if address is None or row == shown:
        return known if row == shown else None
    if known is not None and shown is not None and row["name"] == shown["name"] != "":
        return replace(known, address=address)
    return PlaceOfWork(address, row["name"] or None)


def find_differences(before: Pda1, after: Pda1) -> list[Difference]:
    """Return the parts that become others, in words."""
    locale = str(get_locale())
    pairs = zip(_describe(before, locale), _describe(after, locale), strict=True)
    return [Difference(label, lines, new) for (label, lines), (_, new) in pairs if lines != new]


def _describe(document: Pda1, locale: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    ground = code_name("status_confirmation", document.status_confirmation, locale)
    yield gettext("First day"), (date_name(document.starts.isoformat(), locale),)
    yield gettext("Last day"), (end_date_name(document.ends.isoformat(), locale),)
    yield gettext("Ground"), (ground,)
    yield (
        gettext("Employers"),
        tuple(
            _join(each.name, each.id, *_lines(each.address), country_name(each.country, locale))
            for each in document.employments
        ),
    )
    yield gettext("Places of work"), tuple(_describe_places(document, locale))


def _describe_places(document: Pda1, locale: str) -> Iterator[str]:
    for state in document.states_of_activity:
        country = country_name(state.country, locale)
        for place in state.places:
            yield _join(place.name, *_lines(place.address), country)
        if not state.places:
            yield _join(country, gettext("no fixed place"))


def _lines(address: Address | None) -> tuple[str | None, ...]:
    if address is None:
        return ()
    return address.street_and_number, _join(address.postcode, address.town, mark=" ")


def _join(*parts: str | None, mark: str = ", ") -> str:
    return mark.join(part for part in parts if part)


def _day(values: Values, name: str) -> date | None:
    try:
        return date.fromisoformat(values.get(name, ""))
    except ValueError:
        return None
