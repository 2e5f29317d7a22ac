"""The A1 at an inspection of work: rules A-08 to A-30."""

from dataclasses import replace
from datetime import date

from esspass.attestations import (
    PDA1_EUDI,
    PID,
    Address,
    Authority,
    Employment,
    Institution,
    PlaceOfWork,
    StateOfActivity,
)
from tests.builders.corpus.table import (
    CANNOT_DECIDE,
    COVERED,
    DOUBT,
    NOT_A_CREDENTIAL,
    NOT_COVERED,
    Taken,
    case,
)
from tests.builders.corpus.world import ALL, NAMED, CorpusWorld
from tests.builders.inspections import bind
from tests.builders.presentations import PERSON, create_pid

ART12 = "Regulation (EC) 883/2004, Article 12(1)"
ART13 = "Regulation (EC) 883/2004, Article 13"


def state(country, name="Workshop", town="Town", flag=None):
    return StateOfActivity(
        country, (PlaceOfWork(Address(town, country), name, flag_base_home_state=flag),)
    )


def employment(name="Statyba UAB", number="302000001", kind="01"):
    return Employment(name, number, "LT", kind, "01", Address("Kaunas", "LT"))


def period(starts, ends):
    return {"starts": date.fromisoformat(starts), "ends": date.fromisoformat(ends)}


SEVERAL = {"status_confirmation": "02"}


@case("a1-good-we-build", "A posting as it should be", f"{ART12}: everything agrees.", COVERED)
def _(w: CorpusWorld) -> Taken:
    return w.work()


@case(
    "a1-good-flat", "The same in the flat shape",
    "The flat shape holds no names, so the personal number joins document and identity.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(vct=PDA1_EUDI)


@case("a1-first-day", "On the first day", "The period includes its first day.", COVERED)
def _(w: CorpusWorld) -> Taken:
    return w.work(date="2026-03-01")


@case("a1-last-day", "On the last day", "The period includes its last day.", COVERED)
def _(w: CorpusWorld) -> Taken:
    return w.work(date="2027-02-28")


@case(
    "a1-ended", "The day after", "The period is over; the document itself is good.", NOT_COVERED,
    "A-09 ended",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(date="2027-03-01")


@case("a1-future", "Before the period", "The period has not begun.", NOT_COVERED, "A-09 not_yet")
def _(w: CorpusWorld) -> Taken:
    return w.work(period("2026-12-01", "2027-02-28"))


@case(
    "a1-ends-during", "It ends while the work goes on",
    "The last day inspected is after the last day covered.", NOT_COVERED, "A-09 ends_during",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(date="2027-02-27", until="2027-03-02")


@case(
    "a1-wrong-country", "Posted to Greece, found in Romania",
    f"{ART12}: a posting covers the State it names.", NOT_COVERED, "A-14 state_not_listed",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(country="RO", place=None)


@case(
    "a1-two-states-listed", "Works in two States, found in one of them", ART13, COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    listed = (state("GR"), state("RO"))
    return w.work({**SEVERAL, "states_of_activity": listed}, country="RO", place=None)


@case(
    "a1-two-states-another", "Works in two States, found in a third",
    f"{ART13}: whoever works in several States is covered in all; the list informs.", COVERED,
    notes=["A-14 state_not_listed_several"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    listed = (state("GR"), state("RO"))
    return w.work({**SEVERAL, "states_of_activity": listed}, country="CH", place=None)


@case(
    "a1-home-listed", "Insured at home under code 12, found abroad",
    "Code 12 certifies the legislation of the place of work; the list informs.", COVERED,
    notes=["A-14 state_not_listed_home"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"status_confirmation": "12"}, country="RO", place=None)


@case(
    "a1-civil-servant-elsewhere", "A civil servant in a State not listed",
    "Article 11(3)(b) does not depend on the place.", COVERED,
    notes=["A-14 state_not_listed_other"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"status_confirmation": "05"}, country="RO", place=None)


@case(
    "a1-own-state", "Posted to where the legislation is from",
    f"{ART12}: a posting goes to another State.", DOUBT, "A-15 posted_to_own_state",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    listed = (state("LT"), state("GR"))
    return w.work({"states_of_activity": listed}, country="LT", place=None)


@case(
    "a1-other-employer", "Another employer on site",
    f"{ART12}: the direct relationship is with the posting employer.", DOUBT,
    "A-19 different_employer",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(employer="Apdaila UAB")


@case(
    "a1-similar-employer", "A similar employer on site",
    "A longer name is neither the same nor another: a person must look.", COVERED,
    notes=["A-19 similar_employer"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(employer="Statyba Vilnius UAB", answers={"works_for_other": None})


@case(
    "a1-employer-without-form", "The employer without its legal form",
    "A legal form tells no two undertakings apart.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(employer="STATYBA", answers={"works_for_other": None})


@case(
    "a1-employer-in-greek", "The employer's name in Greek letters",
    "Names are compared across scripts.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(employer="Στάτιμπα", answers={"works_for_other": None})


@case(
    "a1-employer-by-number", "The employer by its number", "Equal numbers decide.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(employer=None, employer_id="302 000 001", answers={"works_for_other": None})


@case(
    "a1-employer-other-number", "The same name, another number",
    "Numbers may be of two registers, so the name stays similar.", COVERED,
    notes=["A-19 similar_employer"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(employer_id="999999999", answers={"works_for_other": None})


@case(
    "a1-employer-not-stated", "Nobody said who the employer on site is",
    "What is not compared is asked, not doubted.", COVERED,
    notes=["A-19 employer_not_compared"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(employer=None, answers={"works_for_other": None})


@case(
    "a1-works-for-other", "Works for somebody else, says the inspector",
    f"{ART12}: only a person can see for whom somebody works.", DOUBT, "A-19 works_for_other",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(answers={"works_for_other": True})


@case(
    "a1-several-employers", "Two employers, the second on site",
    "The closest of the employers shown counts.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    both = (employment("Kita AB", "11"), employment())
    return w.work({"employments": both})


@case(
    "a1-25-months", "A posting of 25 months", f"{ART12}: at most 24 months are anticipated.",
    DOUBT, "A-17 over_24_months",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(period("2026-03-01", "2028-03-31"))


@case(
    "a1-24-months", "A posting of exactly 24 months", f"{ART12}: 24 months are allowed.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(period("2026-03-01", "2028-02-29"))


@case(
    "a1-24-months-and-a-day", "A posting of 24 months and a day", f"{ART12}: a day too many.",
    DOUBT, "A-17 over_24_months",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(period("2026-03-01", "2028-03-01"))


@case(
    "a1-25-months-several-states", "25 months in several States",
    f"{ART13} knows no such limit.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({**SEVERAL, **period("2026-03-01", "2028-03-31")})


@case(
    "a1-exception-with-text", "An exception of 36 months, described",
    "Article 16 agreements may exceed 24 months.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    agreed = {"status_confirmation": "11", "exception_description": "Agreed by LT and GR."}
    return w.work({**agreed, **period("2026-03-01", "2029-02-28")})


@case(
    "a1-exception-without-text", "An exception nobody describes",
    "Code 11 goes with a description (We Build): the signed content contradicts itself.",
    CANNOT_DECIDE, "A-21 exception_without_text",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"claims": {"statusConfirmation": {"statusConfirmationCode": "11"}}})


@case(
    "a1-text-without-exception", "A description of an exception that is none",
    "The We Build schema allows a description only with code 11: it is of no known form.",
    NOT_A_CREDENTIAL, "A-02 wrong_form",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    both = {"statusConfirmationCode": "01", "exceptionDescription": "Agreed by LT and GR."}
    return w.work(issued={"claims": {"statusConfirmation": both}})


@case(
    "a1-exception-flat", "An exception in the flat shape",
    "The flat shape has no place for the text: it can only be asked for.", COVERED,
    notes=["A-21 exception_text_not_shown"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"status_confirmation": "11"}, PDA1_EUDI)


@case(
    "a1-ship", "A mariner under the Lithuanian flag", "Article 11(4): the flag decides.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    ship = (state("GR", "MV Baltija", "Piraeus", "LT"),)
    return w.work({"status_confirmation": "07", "states_of_activity": ship}, place="Piraeus")


@case(
    "a1-ship-without-flag", "A mariner, no flag shown", "Article 11(4): the flag should be there.",
    COVERED, notes=["A-22 no_flag"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    ship = (state("GR", "MV Baltija", "Piraeus"),)
    return w.work({"status_confirmation": "07", "states_of_activity": ship}, place="Piraeus")


@case("a1-crew", "Cabin crew with a home base", "Article 11(5): the home base decides.", COVERED)
def _(w: CorpusWorld) -> Taken:
    base = (state("GR", "Air Baltija", "Athens", "LT"),)
    return w.work({"status_confirmation": "10", "states_of_activity": base}, place="Athens")


@case(
    "a1-crew-without-base", "Cabin crew, no home base shown", "Article 11(5).", COVERED,
    notes=["A-22 no_home_base"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    base = (state("GR", "Air Baltija", "Athens"),)
    return w.work({"status_confirmation": "10", "states_of_activity": base}, place="Athens")


@case(
    "a1-no-fixed-place", "No fixed place in Greece", "Form A1, 5.3: any place there will do.",
    COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"states_of_activity": (StateOfActivity("GR"),)}, place="Anywhere")


@case(
    "a1-no-fixed-place-flat", "No fixed place, flat shape", "Form A1, 5.3.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"states_of_activity": (StateOfActivity("GR"),)}, PDA1_EUDI, place="Anywhere")


@case(
    "a1-other-place", "Another place in Greece",
    "Form A1, section 5: a posting names its places; the issuer is asked.", DOUBT,
    "A-20 other_place",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(place="Heraklion")


@case(
    "a1-other-place-several-states", "Another place, several States",
    f"{ART13}: places inform only.", COVERED, notes=["A-20 other_place_several"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(SEVERAL, place="Heraklion")


@case(
    "a1-places-hidden", "The States are not shown",
    "Without the States a posting cannot be compared.", CANNOT_DECIDE, "A-14 places_not_shown",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(shown=tuple(path for path in ALL if path[0] != "placesOfWork"))


@case(
    "a1-code-hidden", "The situation is not shown", "Without the code no rule of A-14 is known.",
    CANNOT_DECIDE, "A-14 code_not_shown",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(shown=tuple(path for path in ALL if path[0] != "statusConfirmation"))


GREEK = {
    "legislation_country": "EL",
    "institution": Institution("EL:3000", "Example Fund of Greece", "GR", Address("Athina", "GR")),
    "issuing_authority": Authority("EL:3000", "Example Fund of Greece", "EL"),
    "states_of_activity": (state("RO"),),
}
BRITISH = {
    "legislation_country": "UK",
    "institution": Institution("UK:4000", "Example Office of the UK", "GB", Address("Leeds", "GB")),
    "issuing_authority": Authority("UK:4000", "Example Office of the UK", "UK"),
}


@case(
    "a1-dialect-el", "Greece written EL", "EESSI writes EL where ISO writes GR.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    issued = {"body": w.greek, "envelope": status("https://fund.example.gr/status/1")}
    return w.work(GREEK, PDA1_EUDI, country="RO", place=None, issued=issued)


@case(
    "a1-dialect-gr", "Greece written GR", "The We Build shape writes ISO.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    iso = {**GREEK, "legislation_country": "GR"}
    issued = {"body": w.greek, "envelope": status("https://fund.example.gr/status/1")}
    return w.work(iso, country="RO", place=None, issued=issued)


@case(
    "a1-dialect-uk", "The United Kingdom written UK",
    "EESSI writes UK; the law is the protocol to the TCA.", COVERED, notes=["A-30 basis_uk"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    issued = {"body": w.british, "envelope": status("https://office.example.uk/status/1")}
    return w.work(BRITISH, PDA1_EUDI, issued=issued)


def status(uri, index=7):
    return {"status": {"status_list": {"idx": index, "uri": uri}}}


@case("a1-norway", "Posted to Norway", "The EEA agreement.", COVERED, notes=["A-30 basis_eea"])
def _(w: CorpusWorld) -> Taken:
    return w.work({"states_of_activity": (state("NO"),)}, country="NO", place=None)


@case(
    "a1-switzerland", "Posted to Switzerland", "The agreement with Switzerland.", COVERED,
    notes=["A-30 basis_switzerland"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"states_of_activity": (state("CH"),)}, country="CH", place=None)


@case(
    "a1-open-end", "Several States until further notice", "2499-01-01 stands for no end.", COVERED,
    notes=["A-12 open_ended"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({**SEVERAL, **period("2026-03-01", "2499-01-01")})


@case(
    "a1-open-end-posting", "A posting until further notice", f"{ART12}: a posting has an end.",
    DOUBT, "A-17 posted_without_end",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(period("2026-03-01", "2499-01-01"))


@case(
    "a1-for-duration", "For as long as the activity lasts", "Form A1, 2.4.", COVERED,
    notes=["A-12 for_duration"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"applies_for_duration": True})


@case(
    "a1-retroactive", "Issued after it began", "C-527/16 Alpenrind: an A1 may be retroactive.",
    COVERED, notes=["A-11 issued_retroactively"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"issued_on": date(2026, 6, 1)}, PDA1_EUDI)


@case(
    "a1-provisional", "A provisional determination",
    "987/2009, Article 16: valid, definitive after two months.", COVERED,
    notes=["A-23 provisional"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({**SEVERAL, "is_provisional": True})


@case(
    "a1-transitional-late", "Transitional rules for a period of today",
    "883/2004, Article 87a: they ended on 28 June 2022.", DOUBT, "A-24 transitional_too_late",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({**SEVERAL, "transitional_rules": True})


@case(
    "a1-transitional", "Transitional rules from before", "Article 87(8), 87a.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    early = period("2021-01-01", "2027-02-28")
    return w.work({**SEVERAL, **early, "transitional_rules": True})


def posting(starts, ends, number="LT-A1-2025-000003", employer="Statyba UAB"):
    employers = [{"name": employer, "id": None, "country": "LT", "type": "01"}]
    dates = {"starts": starts, "ends": ends}
    return {"number": number, **dates, "states": ["GR"], "employers": employers}


@case(
    "a1-gap-of-a-month", "Posted again after a month",
    "Decision A2: two months must lie between postings.", DOUBT, "A-25 gap_under_two_months",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(history=[posting("2025-06-01", "2026-01-31")])


@case(
    "a1-gap-of-two-months", "Posted again after two months", "Decision A2.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(history=[posting("2025-06-01", "2025-12-31")])


@case(
    "a1-prolonged", "Prolonged without a day between, 24 months in all",
    "Two certificates of one posting within its limit.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(history=[posting("2025-03-01", "2026-02-28")])


@case(
    "a1-prolonged-too-long", "Prolonged to more than 24 months",
    "Decision A2: certificates add up.", DOUBT, "A-25 postings_over_24_months",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(history=[posting("2025-01-01", "2026-02-28")])


@case(
    "a1-history-of-another-employer", "Posted before by another employer",
    "Only postings by the same undertaking add up.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(history=[posting("2025-06-01", "2026-01-31", employer="Apdaila UAB")])


@case(
    "a1-replaces-colleague", "Sent to replace a posted colleague",
    f"{ART12}; C-527/16 Alpenrind.", DOUBT, "A-26 replaces_colleague",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(answers={"replaces_colleague": True})


@case(
    "a1-replacement-not-asked", "Nobody asked about a replacement",
    "What only a person can answer is asked and costs nothing.", COVERED,
    notes=["A-26 replacement_not_asked"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(answers={"replaces_colleague": None})


@case(
    "a1-conditions-in-doubt", "The conditions of a posting seem not met",
    "987/2009, Article 14: the issuer is asked, the document stays valid.", DOUBT,
    "A-27 posting_conditions",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(answers={"conditions_in_doubt": True})


@case(
    "a1-conditions-several-states", "The conditions for several States seem not met",
    "987/2009, Article 14(8); C-203/24 Hakamp.", DOUBT, "A-27 several_states_conditions",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(SEVERAL, answers={"conditions_in_doubt": True})


@case(
    "a1-other-legislation", "A Lithuanian fund certifies Latvian law",
    "987/2009, Article 19(2): the institution certifies its own State's law.", DOUBT,
    "A-13 other_legislation",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"legislation_country": "LV"})


@case(
    "a1-posted-but-self-employed", "Posted as employee, works on own account",
    "Code 01 goes with employment.", DOUBT, "A-18 no_employment",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"employments": (employment(kind="02"),)})


@case(
    "a1-self-employed-but-employed", "Posted self-employed, but employed",
    "Code 03 goes with self-employment.", DOUBT, "A-18 no_self_employment",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"status_confirmation": "03"})


@case(
    "a1-self-employed", "Posted self-employed", "883/2004, Article 12(2).", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    own = (employment(kind="02"),)
    return w.work({"status_confirmation": "03", "employments": own})


@case(
    "a1-one-activity-of-two", "Employed and self-employed, but only employed",
    "Code 08 goes with both.", DOUBT, "A-18 not_both_activities",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"status_confirmation": "08"})


@case(
    "a1-other-person", "Somebody else's identity", "The document is of another person.",
    NOT_COVERED, "A-08 person_mismatch",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(pid=w.issue(create_pid(replace(PERSON, forenames="Jonas")), PID, index=9))


@case(
    "a1-one-of-two-surnames", "One of two surnames",
    "Fewer parts of a name are neither the same nor another.", COVERED,
    notes=["A-08 person_name_partial"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(pid=w.issue(create_pid(replace(PERSON, surnames="Šimkutė")), PID, index=9))


@case(
    "a1-name-without-diacritics", "The identity without diacritics",
    "ICAO 9303 writes Simkute for Šimkutė.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    plain = replace(PERSON, surnames="SIMKUTE PETRAITIENE", forenames="ONA")
    return w.work(pid=w.issue(create_pid(plain), PID, index=9))


@case(
    "a1-name-in-greek", "The identity in Greek letters", "ISO 843 and ICAO 9303.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    greek = replace(PERSON, surnames="Παπαδόπουλος", forenames="Νίκος")
    latin = replace(PERSON, surnames="Papadopoulos", forenames="Nikos")
    return w.work({"person": latin}, pid=w.issue(create_pid(greek), PID, index=9))


@case(
    "a1-other-birthday", "Another date of birth", "The same name, another person.", NOT_COVERED,
    "A-08 person_mismatch",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    other = replace(PERSON, date_of_birth=date(1991, 1, 1))
    return w.work(pid=w.issue(create_pid(other), PID, index=9))


@case(
    "a1-no-identity", "No identity was shown", "Then a person compares with a paper document.",
    COVERED, notes=["A-08 person_missing"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(pid=None)


@case(
    "a1-identity-denied", "The inspector says it is somebody else",
    "Only a person can look at a face.", NOT_COVERED, "A-08 identity_differs",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(pid=None, answers={"same_person": False})


@case(
    "a1-identity-confirmed", "The inspector compared with the identity card", "An answer is one.",
    COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(pid=None, answers={"same_person": True})


@case(
    "a1-identity-of-another-request", "An identity bound to another request",
    "An identity that is not believed is compared with nobody.", COVERED,
    notes=["A-08 person_missing"],
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    taken = w.work()
    stale = bind(w, w.pid, NAMED, nonce="x" * 32)
    return replace(taken, submission=replace(taken.submission, pid=stale))


@case(
    "a1-not-presented", "Nothing is shown", "An A1 may come later (987/2009, Article 15).",
    CANNOT_DECIDE, "A-29 not_presented",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return replace(w.work(), submission=None)


@case(
    "a1-ends-before-it-starts", "A period that ends before it starts",
    "Signed content that contradicts itself decides nothing.", CANNOT_DECIDE,
    "A-09 not_yet", "A-10 end_before_start",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(period("2026-12-01", "2026-03-01"))


@case(
    "a1-place-in-two-states", "A place listed under Greece lies in Romania",
    "We Build: the key is the State of the address.", CANNOT_DECIDE, "A-16 place_in_two_states",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    place = PlaceOfWork(Address("Patra", "RO"), "Workshop")
    return w.work({"states_of_activity": (StateOfActivity("GR", (place,)),)})


@case(
    "a1-born-later", "Born after the period began", "Signed content that contradicts itself.",
    CANNOT_DECIDE, "A-10 birth_after_start",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    born = replace(PERSON, date_of_birth=date(2026, 5, 1))
    return w.work({"person": born}, pid=w.issue(create_pid(born), PID, index=9))


@case(
    "a1-expires-before-issuance", "A document that expired before it was issued",
    "Signed content that contradicts itself.", CANNOT_DECIDE, "A-10 expiry_before_issuance",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work({"expires_on": date(2026, 1, 1)}, PDA1_EUDI)


@case(
    "a1-two-issuing-countries", "Two countries for one authority",
    "Two dialects of one fact must agree.", CANNOT_DECIDE, "A-10 country_mismatch",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    older = {
        "work_information": ...,
        "employer": {"name": "Statyba UAB", "id": "302000001", "country": "LT"},
        "work_address": {"locality": "Patra", "country": "GR"},
        "issuing_country": "LV",
    }
    return w.work(vct=PDA1_EUDI, issued={"claims": older})


@case(
    "a1-older-flat-shape", "The older flat shape", "The same vct, an older shape.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    authority = {"id": "LT:1000", "name": "Example Social Insurance Fund"}
    older = {
        "work_information": ...,
        "employer": {"name": "Statyba UAB", "id": "302000001", "country": "LT"},
        "work_address": {"locality": "Patra", "country": "GR"},
        "issuing_country": "LT",
        "issuing_authority": authority,
    }
    return w.work(vct=PDA1_EUDI, issued={"claims": older})
