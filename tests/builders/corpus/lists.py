"""Who may issue: the lists of issuers, the directory, and the rules themselves (A-03)."""

import copy

from esspass.attestations import Address, Institution
from esspass.keys.certificates import create_signer
from esspass.trust import DIRECTORY, RULES, ListType, ServiceKind, Status, StatusInterval
from esspass.trust.model import create_key_id
from tests.builders.corpus.table import CANNOT_DECIDE, COVERED, NOT_A_CREDENTIAL, Taken, case
from tests.builders.corpus.world import NOW, PUB, CorpusWorld
from tests.builders.lists import (
    DAY,
    EHIC,
    PDA1,
    authorize,
    create_body,
    create_entity,
    replace_service,
)

TABLE = "Table of statuses at issuance and now (trust.md, section 11)"
NOTIFIED, LEFT = Status.NOTIFIED, Status.WITHDRAWN
BEGAN = NOW - 300 * DAY


def list_fund(w, status, starts, *history, certificates=None):
    """A change of lists: the fund's issuance with this status, and these (status, start) before."""
    old = frozenset({create_key_id(w.fund.issuance.certificate)})
    changes = {
        "status": status,
        "starts": starts,
        "history": tuple(StatusInterval(was, since, old) for was, since in history),
    }
    if certificates:
        changes["certificates"] = certificates

    def change(lists):
        entity = replace_service(
            create_entity(w.fund, starts=BEGAN), ServiceKind.ISSUANCE, **changes
        )
        lists.entities[PUB] = [entity, *lists.entities[PUB][1:]]

    return change


@case(
    "issuer-unknown", "An issuer on no list", f"{TABLE}, row 7.", NOT_A_CREDENTIAL,
    "A-03 unknown_issuer",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"body": w.stranger})


@case(
    "issuer-impostor", "Keys of somebody else under a listed name",
    "A name is nothing: no path leads to the listed certificate.", NOT_A_CREDENTIAL,
    "A-03 issuer_refused",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(issued={"body": w.impostor})


@case(
    "issuer-left-list", "The issuer has left the list since", f"{TABLE}, row 3: only iat says so.",
    CANNOT_DECIDE, "A-03 issuer_left_list_unproven",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    change = list_fund(w, LEFT, NOW - 5 * DAY, (NOTIFIED, BEGAN))
    issued = {"claims": {"iat": NOW - 30 * DAY}}
    return w.work(issued=issued, bundle=w.changed_lists(change))


@case(
    "issuer-withdrawn-at-issuance", "Issued after the issuer had left the list",
    f"{TABLE}, row 5.", NOT_A_CREDENTIAL, "A-03 withdrawn_at_issuance",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    change = list_fund(w, LEFT, NOW - 40 * DAY, (NOTIFIED, BEGAN))
    issued = {"claims": {"iat": NOW - 30 * DAY}}
    return w.work(issued=issued, bundle=w.changed_lists(change))


@case(
    "issuer-back-on-list", "Issued while the issuer was off the list",
    f"{TABLE}, row 6: a return does not heal it.", NOT_A_CREDENTIAL, "A-03 withdrawn_at_issuance",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    change = list_fund(w, NOTIFIED, NOW - 10 * DAY, (LEFT, NOW - 40 * DAY), (NOTIFIED, BEGAN))
    issued = {"claims": {"iat": NOW - 30 * DAY}}
    return w.work(issued=issued, bundle=w.changed_lists(change))


@case(
    "issuer-not-listed-yet", "Issued before the issuer was listed", f"{TABLE}, row 4.",
    NOT_A_CREDENTIAL, "A-03 not_listed_at_issuance",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    issued = {"claims": {"iat": NOW - 390 * DAY}}
    return w.work(issued=issued)


@case(
    "issuer-key-rolled", "Signed with the key before the present one",
    f"{TABLE}, row 8: an older issue of the list holds it.", COVERED,
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    issued = {"claims": {"iat": NOW - 30 * DAY}}
    return w.work(issued=issued, bundle=w.changed_lists(roll(w)))


@case(
    "issuer-key-rolled-no-archive", "The former key, and no older list",
    f"{TABLE}, row 8: the history names it without its certificate.", CANNOT_DECIDE,
    "A-03 anchor_only_in_history",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    issued = {"claims": {"iat": NOW - 30 * DAY}}
    return w.work(issued=issued, bundle=w.changed_lists(roll(w), forget=True))


@case(
    "issuer-key-listed-later", "Signed with a key before that key was listed",
    f"{TABLE}, row 8: the key counts, not only the body.", NOT_A_CREDENTIAL,
    "A-03 key_not_listed_at_issuance",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    later = copy.copy(w.fund)
    later.attestation_signer = create_signer(
        w.next_fund.issuance, w.fund.name, "LT", "attestations", NOW - 350 * DAY
    )
    issued = {"claims": {"iat": NOW - 30 * DAY}, "body": later}
    return w.work(issued=issued, bundle=w.changed_lists(roll(w)))


def roll(w):
    certificate = w.next_fund.issuance.certificate
    return list_fund(w, NOTIFIED, NOW - 2 * DAY, (NOTIFIED, BEGAN), certificates=(certificate,))


@case(
    "issuer-removed", "The issuer has been taken off the list",
    "What an older issue listed, the newest no longer names.", NOT_A_CREDENTIAL,
    "A-03 issuer_removed",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    def change(lists):
        lists.entities[PUB] = lists.entities[PUB][1:]

    return w.work(bundle=w.changed_lists(change))


@case(
    "issuer-another-name", "The certificate names another body", "O is the listed name (Annex H).",
    NOT_A_CREDENTIAL, "A-03 issuer_mismatch",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    other = copy.copy(w.fund)
    other.attestation_signer = create_signer(
        w.fund.issuance, "Another Fund", "LT", "attestations", NOW - 350 * DAY
    )
    return w.work(issued={"body": other})


@case(
    "issuer-another-country", "The document names another country than the list",
    "Certificate, list and attestation agree on the country.", NOT_A_CREDENTIAL,
    "A-03 issuer_mismatch", "A-13 other_legislation",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    latvian = Institution("LV:1000", "Example Social Insurance Fund", "LV", Address("Riga", "LV"))
    return w.work({"institution": latvian})


@case(
    "institution-unknown", "An institution the directory does not know",
    "The directory names every institution.", NOT_A_CREDENTIAL, "A-03 institution_mismatch",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    other = Institution("LT:7777", "Example Social Insurance Fund", "LT", Address("Vilnius", "LT"))
    return w.work({"institution": other})


@case(
    "institution-of-another-body", "An institution of another body",
    "The directory says whose institution it is.", NOT_A_CREDENTIAL,
    "A-03 institution_mismatch",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    def change(lists):
        other = create_body("Another Fund", "LT", "LT:7777", NOW - 400 * DAY)
        lists.entities[PUB].append(create_entity(other, starts=BEGAN))
        lists.institutions.append(authorize(other, PDA1, starts=BEGAN))

    other = Institution("LT:7777", "Another Fund", "LT", Address("Vilnius", "LT"))
    return w.work({"institution": other}, bundle=w.changed_lists(change))


@case(
    "type-not-authorised", "An institution that may issue cards only",
    "The directory says which types an institution may issue.", NOT_A_CREDENTIAL,
    "A-03 type_not_authorised",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(bundle=w.changed_lists(entitle(w, EHIC, starts=BEGAN)))


@case(
    "type-authorised-too-late", "Entitled only after it was issued",
    "The entitlement must hold at issuance.", NOT_A_CREDENTIAL, "A-03 type_not_authorised",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    bundle = w.changed_lists(entitle(w, PDA1, starts=NOW - 5 * DAY))
    return w.work(issued={"claims": {"iat": NOW - 30 * DAY}}, bundle=bundle)


@case(
    "type-authorisation-ended", "No longer entitled", "The issuer is asked; nothing is retroactive.",
    CANNOT_DECIDE, "A-03 type_authorisation_ended",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    bundle = w.changed_lists(entitle(w, PDA1, starts=BEGAN, ends=NOW - 5 * DAY))
    return w.work(issued={"claims": {"iat": NOW - 30 * DAY}}, bundle=bundle)


def entitle(w, *vcts, **period):
    def change(lists):
        lists.institutions = [authorize(w.fund, *vcts, **period), *lists.institutions[1:]]

    return change


@case(
    "list-in-grace", "The list should have been renewed three days ago",
    "A list in grace never gives a yes (trust.md, 13.2).", CANNOT_DECIDE, "A-03 list_in_grace",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(bundle=w.with_list(issued_at=NOW - 33 * DAY, next_update=NOW - 3 * DAY))


@case(
    "list-expired", "The list is a month too old", "Stale means: cannot decide.", CANNOT_DECIDE,
    "A-03 list_expired",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(bundle=w.with_list(issued_at=NOW - 60 * DAY, next_update=NOW - 30 * DAY))


@case(
    "list-missing", "There is no list of issuers", "Nobody can be looked up.", CANNOT_DECIDE,
    "A-03 list_unavailable",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    lists = {name: found for name, found in w.bundle["lists"].items() if name != PUB}
    return w.work(bundle={**w.bundle, "lists": lists})


@case(
    "list-forged", "A list signed by somebody else", "Only pinned signers are believed.",
    CANNOT_DECIDE, "A-03 list_unavailable",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    other = copy.copy(w.lists)
    other.signers = {**w.lists.signers, PUB: w.lists.signers[DIRECTORY]}
    return w.work(
        bundle={**w.bundle, "lists": {**w.bundle["lists"], PUB: [other.create_token(PUB)]}}
    )


@case(
    "list-of-another-type", "Another list in its place", "Each list has its own place.",
    CANNOT_DECIDE, "A-03 list_unavailable",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    wallets = w.bundle["lists"][ListType.WALLET_PROVIDERS]
    return w.work(bundle={**w.bundle, "lists": {**w.bundle["lists"], PUB: wallets}})


@case(
    "directory-missing", "There is no directory", "Who may issue what is not known.",
    CANNOT_DECIDE, "A-03 directory_stale",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(bundle={**w.bundle, "directory": None})


@case(
    "directory-stale", "The directory is out of date", "Stale means: cannot decide.",
    CANNOT_DECIDE, "A-03 directory_stale",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    dates = {"issued_at": NOW - 40 * DAY, "next_update": NOW - DAY}
    return w.work(bundle={**w.bundle, "directory": w.lists.create_directory_token(**dates)})


def spoken_in_english(w, **changes):
    """A rules token that does not hold all languages again."""
    texts = {"en": w.lists.rules["texts"]["en"]}
    return w.lists.create_rules_token(**{"texts": texts, **changes})


@case(
    "rules-missing", "There are no rules", "Without rules nothing is decided.", CANNOT_DECIDE,
    "rules_missing",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    return w.work(bundle={**w.bundle, "rules": None})


@case(
    "rules-forged", "Rules signed by somebody else", "Only pinned signers are believed.",
    CANNOT_DECIDE, "rules_missing",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    other = copy.copy(w)
    other.lists = copy.copy(w.lists)
    other.lists.signers = {**w.lists.signers, RULES: w.lists.signers[PUB]}
    return w.work(bundle={**w.bundle, "rules": spoken_in_english(other)})


@case(
    "rules-not-understood", "Rules with an operator nobody knows",
    "Half a rule set would decide wrongly in silence.", CANNOT_DECIDE, "rules_missing",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    rules = copy.deepcopy(w.lists.rules["rules"])
    rules["rules"][0]["cases"][0]["when"] = {"log": "x"}
    return w.work(bundle={**w.bundle, "rules": spoken_in_english(w, rules=rules)})


@case(
    "rules-ended", "Rules of yesterday", "A rule set has a validity.", CANNOT_DECIDE,
    "rules_expired",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    rules = {**w.lists.rules["rules"], "valid_until": "2026-11-22"}
    return w.work(bundle={**w.bundle, "rules": spoken_in_english(w, rules=rules)})


@case(
    "rules-of-tomorrow", "Rules of tomorrow", "A rule set has a validity.", CANNOT_DECIDE,
    "rules_expired",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    rules = {**w.lists.rules["rules"], "valid_from": "2026-11-24"}
    return w.work(bundle={**w.bundle, "rules": spoken_in_english(w, rules=rules)})


@case(
    "rules-stale", "Rules whose next issue is overdue", "Stale means: cannot decide.",
    CANNOT_DECIDE, "rules_expired",
)  # fmt: skip
def _(w: CorpusWorld) -> Taken:
    dates = {"issued_at": NOW - 40 * DAY, "next_update": NOW - DAY}
    return w.work(bundle={**w.bundle, "rules": spoken_in_english(w, **dates)})
