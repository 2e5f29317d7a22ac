"""For every case of the rules a document that leads to it: facts, and what to change in them."""

import copy
import json
from pathlib import Path

from esspass.inspection.facts import create_empty_document, create_facts
from esspass.inspection.situation import Situation

FOLDER = Path(__file__).parents[2] / "specs" / "inspection"
QUESTIONS = [
    question["id"]
    for question in json.loads((FOLDER / "rules.json").read_text(encoding="utf-8"))["questions"]
]
EMPLOYER = {"name": "UAB Statyba", "id": "300123456", "country": "LT", "type": "01"}
PLACE = {
    "country": "GR", "name": "Port of Piraeus", "town": "Piraeus", "street": None, "flag": None,
    "address_country": "GR",
}  # fmt: skip
A1 = {
    "kind": "pda1", "shape": "we-build-1.0", "number": "A1-17", "issuing_country": "LT",
    "institution": {"id": "LT:9002", "name": "Sodra", "country": "LT"}, "legislation": "LT",
    "starts": "2026-03-01", "ends": "2027-02-28", "open_ended": False, "issued_on": "2026-02-20",
    "code": "01", "exception_text": False, "provisional": False, "transitional": False,
    "for_duration": False, "employers": [EMPLOYER], "states": ["GR"], "places": [PLACE],
    "pin_length": 11,
}  # fmt: skip
CARD = {
    "kind": "ehic", "shape": "ehic", "number": "80440012340000000017", "issuing_country": "LT",
    "institution": {"id": "LT:9001", "name": "VLK", "country": "LT"}, "starts": "2026-01-01",
    "ends": "2026-12-31", "open_ended": False, "issued_on": "2026-01-01",
    "expires_on": "2026-12-31", "pin_length": 11,
}  # fmt: skip
ANSWERED = {question: question.startswith("same_") for question in QUESTIONS}


def create_changed_facts(kind, changes):
    """A document that covers, with dotted paths changed; ``checks.x`` is ``"OUTCOME reason"``."""
    work = kind == "A"
    document = create_empty_document("online") | (A1 if work else CARD)
    situation = Situation(
        "work" if work else "care", "GR", "2026-11-21", employer_name="UAB Statyba",
        place="Piraeus", provider="statutory",
    )  # fmt: skip
    facts = copy.deepcopy(create_facts(document, (), situation, ANSWERED))
    for check in facts["checks"]:
        facts["checks"][check] = {"outcome": "PASSED", "reason": ""}
    for path, value in changes.items():
        *parents, last = path.split(".")
        target = facts
        for name in parents:
            target = target[name]
        assert last in target, path
        target[last] = _finding(value) if parents == ["checks"] else value
    return facts


def _finding(text):
    outcome, _, reason = text.partition(" ")
    return {"outcome": outcome, "reason": reason}


def _failed(check, *reasons):
    return {reason: {f"checks.{check}": f"FAILED {reason}"} for reason in reasons}


def _open(check, *reasons):
    return {reason: {f"checks.{check}": f"INDETERMINATE {reason}"} for reason in reasons}


SIGNATURE = {
    **_failed("signature", "seal_unknown"),
    "wrong_form": {"checks.signature": "FAILED bad_core"},
    **_open("signature", "directory_stale"),
    "bad_signature": {"checks.signature": "FAILED bad_signature"},
    "not_checked": {"checks.signature": "NOT_RUN"},
}
TYPE = {
    **_failed("type", "unknown_type"),
    "wrong_form": {"checks.type": "FAILED schema_violation"},
    "type_not_checked": {"checks.type": "NOT_RUN"},
}
TRUST = {
    **_failed(
        "trust", "unknown_issuer", "not_listed_at_issuance", "withdrawn_at_issuance",
        "key_not_listed_at_issuance", "issuer_removed", "institution_mismatch",
        "type_not_authorised",
    ),
    "issuer_mismatch": {"checks.trust": "FAILED name_mismatch"},
    "issuer_refused": {"checks.trust": "FAILED no_path"},
    **_open(
        "trust", "issuer_left_list", "issuer_left_list_unproven", "type_authorisation_ended",
        "anchor_only_in_history", "list_inconsistent", "list_in_grace", "list_expired", "list_unavailable",
        "directory_stale",
    ),
    "trust_undecided": {"checks.trust": "NOT_RUN"},
}  # fmt: skip
VALIDITY = {
    **_failed("validity", "expired", "not_yet_valid"),
    **_open("validity", "clock_wrong"),
    "validity_unclear": {"checks.validity": "FAILED bad_date"},
}
WITHDRAWN = _failed("status", "revoked", "suspended")
STATUS = {
    "status_not_asked": {"checks.integrity": "FAILED bad", "checks.status": "NOT_RUN"},
    **_open("status", "status_expired", "status_unreachable", "status_missing"),
    "status_not_believed": {"checks.status": "INDETERMINATE status_untrusted"},
    "status_not_checked": {"checks.status": "FAILED status_index_unknown"},
}
PAPER = {"document.medium": "paper", "checks.holder_binding": "NOT_RUN"}
BINDING = {
    **_failed(
        "holder_binding", "replayed", "shown_too_old", "shown_in_future", "kb_iat", "kb_missing"
    ),
    "for_another_check": {"checks.holder_binding": "FAILED kb_nonce"},
    "binding_broken": {"checks.holder_binding": "FAILED kb_signature"},
    **_open("holder_binding", "clock_wrong"),
    "paper": PAPER,
    "binding_not_checked": {"checks.holder_binding": "NOT_RUN"},
}


def _person(question):
    answers = f"answers.{question}"
    found = {
        "identity_differs": {answers: False},
        "person_mismatch": {"checks.person": "FAILED person_mismatch"},
        "person_missing": {"checks.person": "NOT_RUN", answers: None},
    }
    undecided = _open(
        "person", "person_represented", "person_name_partial", "person_number_foreign",
        "person_partial",
    )  # fmt: skip
    return found | {reason: {**case, answers: None} for reason, case in undecided.items()}


INTEGRITY = {
    "end_before_start": {"document.ends": "2025-02-28"},
    "expiry_before_issuance": {"document.expires_on": "2025-12-31"},
    **_failed("integrity", "birth_after_start", "country_mismatch"),
    "contradictory": {"checks.integrity": "FAILED another"},
    "integrity_not_checked": {"checks.integrity": "NOT_RUN"},
}
ELSEWHERE = {"document.states": ["FR", "DE"]}
NOTHING = {"document.kind": None, "checks.signature": "NOT_RUN"}
OTHER_PLACE = {"derived.place_match": "different"}
TRIGGERS = {
    "A-01": SIGNATURE,
    "A-02": TYPE,
    "A-03": TRUST,
    "A-04": VALIDITY,
    "A-05": WITHDRAWN,
    "A-06": STATUS,
    "A-07": BINDING,
    "A-08": _person("same_person"),
    "A-09": {
        "period_not_shown": {"document.ends": None},
        "not_yet": {"situation.date": "2026-02-28"},
        "ended": {"situation.date": "2027-03-01"},
        "ends_during": {"situation.until": "2027-03-01"},
    },
    "A-10": INTEGRITY,
    "A-11": {"issued_retroactively": {"document.issued_on": "2026-05-01"}},
    "A-12": {
        "open_ended": {"document.open_ended": True},
        "for_duration": {"document.for_duration": True},
    },
    "A-13": {
        "legislation_not_shown": {"document.legislation": None},
        "other_legislation": {"document.legislation": "PL"},
    },
    "A-14": {
        "code_not_shown": {"document.code": None},
        "places_not_shown": {"document.states": None},
        "state_not_listed": ELSEWHERE,
        "state_not_listed_several": {**ELSEWHERE, "document.code": "02"},
        "state_not_listed_home": {**ELSEWHERE, "document.code": "12"},
        "state_not_listed_other": {**ELSEWHERE, "document.code": "05"},
    },
    "A-15": {"posted_to_own_state": {"situation.country": "LT"}},
    "A-16": {"place_in_two_states": {"document.places": [{**PLACE, "address_country": "BG"}]}},
    "A-17": {
        "posted_without_end": {"document.ends": "2499-01-01", "document.open_ended": True},
        "over_24_months": {"document.ends": "2028-03-01"},
    },
    "A-18": {
        "no_employment": {"document.employers": [{**EMPLOYER, "type": "02"}]},
        "no_self_employment": {"document.code": "04"},
        "not_both_activities": {"document.code": "08"},
    },
    "A-19": {
        "works_for_other": {"answers.works_for_other": True},
        "different_employer": {"derived.employer_match": "different"},
        "similar_employer": {
            "derived.employer_match": "similar", "answers.works_for_other": None,
        },
        "employer_not_compared": {
            "derived.employer_match": None, "answers.works_for_other": None,
        },
    },
    "A-20": {
        "other_place": OTHER_PLACE,
        "other_place_several": {**OTHER_PLACE, "document.code": "02"},
        "place_not_compared": {"derived.place_match": None},
    },
    "A-21": {
        "exception_without_text": {"document.code": "11"},
        "exception_text_not_shown": {"document.code": "11", "document.exception_text": None},
        "text_without_exception": {"document.exception_text": True},
    },
    "A-22": {"no_flag": {"document.code": "07"}, "no_home_base": {"document.code": "10"}},
    "A-23": {"provisional": {"document.provisional": True}},
    "A-24": {
        "transitional_too_late": {
            "document.transitional": True, "document.starts": "2022-06-29",
        }
    },
    "A-25": {
        "postings_over_24_months": {
            "derived.postings": {"gap_under_two_months": True, "over_24_months": True}
        },
        "gap_under_two_months": {
            "derived.postings": {"gap_under_two_months": True, "over_24_months": False}
        },
    },
    "A-26": {
        "replaces_colleague": {"answers.replaces_colleague": True},
        "replacement_not_asked": {"answers.replaces_colleague": None},
    },
    "A-27": {
        "posting_conditions": {"answers.conditions_in_doubt": True},
        "several_states_conditions": {
            "answers.conditions_in_doubt": True, "document.code": "02",
        },
        "conditions_not_in_document": {"answers.conditions_in_doubt": None},
    },
    "A-28": {"says_nothing_else": {}},
    "A-29": {"not_presented": NOTHING},
    "A-30": {
        "basis_eea": {"derived.basis": "EEA"},
        "basis_switzerland": {"derived.basis": "CH"},
        "basis_uk": {"derived.basis": "UK"},
    },
    "E-01": {
        "date_missing": {"situation.date": None},
        "date_impossible": {"situation.date": "1899-12-31"},
        "period_reversed": {"situation.until": "2026-11-20"},
    },
    "E-02": SIGNATURE | TYPE | TRUST,
    "E-03": VALIDITY | WITHDRAWN | STATUS | BINDING,
    "E-04": _person("same_patient"),
    "E-05": {
        "not_yet": {"situation.date": "2025-12-31"},
        "ended": {"situation.date": "2027-01-01"},
        "ends_during": {"situation.until": "2027-01-01"},
    },
    "E-06": {
        "card_expired": {"situation.date": "2027-01-01"},
        "card_expires_during": {"situation.until": "2027-01-01"},
    },
    "E-07": {
        "before_issue": {"document.starts": None, "situation.date": "2025-12-31"},
        "no_dates": {"document.ends": None, "document.expires_on": None},
        "dates_of_card": {"document.starts": None, "document.ends": None},
    },
    "E-08": INTEGRITY,
    "E-09": {"national_card": {"situation.country": "LT"}},
    "E-10": {
        "resides_here": {"answers.resides_here": True},
        "residence_not_asked": {"answers.resides_here": None},
    },
    "E-11": {
        "planned_care": {"answers.planned_care": True},
        "purpose_not_asked": {"answers.planned_care": None},
    },
    "E-12": {
        "chronic_or_pregnant": {"answers.chronic_or_pregnant": True},
        "condition_not_asked": {"answers.chronic_or_pregnant": None},
    },
    "E-13": {
        "vital_treatment": {"answers.vital_treatment": True},
        "treatment_not_asked": {"answers.vital_treatment": None},
    },
    "E-14": {
        "provider_not_stated": {"situation.provider": None},
        "private_provider": {"situation.provider": "private"},
    },
    "E-15": {"only_the_person_named": {"document.represented": True}},
    "E-16": {"number_unusual": {"derived.number_country_matches": False}},
    "E-17": {"pin_too_long": {"document.pin_length": 21}},
    "E-18": {"not_presented": NOTHING},
    "E-19": {"patient_pays": {}},
    "E-20": {"keep_the_proof": {}},
}  # fmt: skip
