"""What institutions say about documents: read with care, kept sealed, shown as text."""

from dataclasses import replace
from datetime import date

import pytest

from esspass.attestations import EHIC, PDA1_APPLICATION
from esspass.errors import MalformedError
from tests.builders.holders import NOW, SERVER_KEY, create_wallet_tables
from wallet.cards import Standing, apply_notices, create_card
from wallet.links import LinkKind, parse_link
from wallet.notices import MAX_NOTICES, Notices, parse_notices
from wallet.purposes import purposes_of

ENTRY = {
    "document_number": "A1-1", "kind": "pda1", "status": "withdrawn", "reason": "ended",
    "sentence": {"en": "It ended.", "lt": "Baigėsi."}, "effective_from": "2026-11-01",
    "at": NOW, "renewable": False,
}  # fmt: skip


class TestParse:
    def test_only_what_is_about_the_document(self):
        found = parse_notices({"notices": [ENTRY, {**ENTRY, "document_number": "A1-2"}]}, "A1-1")
        (notice,) = found
        assert (notice.say("lt"), notice.say("ro")) == ("Baigėsi.", "It ended.")

    @pytest.mark.parametrize(
        "document",
        [
            pytest.param({}, id="nothing"),
            pytest.param({"notices": {}}, id="no-list"),
            pytest.param({"notices": [ENTRY] * (MAX_NOTICES + 1)}, id="too-many"),
            pytest.param({"notices": [1]}, id="no-object"),
            pytest.param({"notices": [{**ENTRY, "effective_from": "soon"}]}, id="no-day"),
            pytest.param({"notices": [{**ENTRY, "at": "now"}]}, id="no-time"),
            pytest.param({"notices": [{**ENTRY, "reason": None}]}, id="no-reason"),
        ],
    )
    def test_what_is_no_answer_is_refused(self, document):
        with pytest.raises(MalformedError) as refused:
            parse_notices(document, "A1-1")
        assert refused.value.code == "notices_malformed"

    def test_foreign_text_is_cleaned(self):
        entry = {**ENTRY, "sentence": {"en": "a\u202eb\n" + "x" * 9000, "lt": 5}}
        (notice,) = parse_notices({"notices": [entry]}, "A1-1")
        assert "\u202e" not in notice.say("en")
        assert len(notice.say("en")) <= 400
        assert set(notice.sentence) == {"en"}


class TestRepository:
    @pytest.fixture
    def notices(self, database):
        return Notices(create_wallet_tables(database), SERVER_KEY)

    def test_the_latest_answer_replaces_the_one_before(self, notices):
        found = parse_notices({"notices": [ENTRY]}, "A1-1")
        notices.keep("jonas", "card", found, NOW)
        assert notices.of("jonas", "card") == found
        notices.keep("jonas", "card", (), NOW + 1)
        assert notices.of("jonas", "card") == ()

    def test_another_holder_sees_and_changes_nothing(self, notices):
        found = parse_notices({"notices": [ENTRY]}, "A1-1")
        notices.keep("jonas", "card", found, NOW)
        notices.keep("asta", "card", (), NOW)
        notices.delete("asta", "card")
        assert notices.of("asta", "card") == ()
        assert notices.of("jonas", "card") == found
        notices.delete_all("jonas")
        assert notices.of("jonas", "card") == ()


class TestCards:
    @pytest.fixture
    def card(self, wallet, holder, issuer, now):
        (held_id,) = wallet.accept_offer(
            holder, issuer.create_offer("a1"), None, now
        ).credential_ids
        return create_card(wallet.find(holder.id, held_id), "en", now)

    def test_the_institutions_word_counts_before_its_list(self, card, now):
        (notice,) = parse_notices(
            {"notices": [{**ENTRY, "effective_from": date.today().isoformat()}]}, "A1-1"
        )
        assert apply_notices(card, (notice,), now).standing is Standing.WITHDRAWN
        later = replace(notice, effective_from="2199-01-01")
        assert apply_notices(card, (later,), now).standing is Standing.VALID
        assert apply_notices(card, (), now) is card
        changed = replace(notice, reason="replaced")
        follows = replace(notice, reason="successor", successor="A1-1-V2")
        assert apply_notices(card, (follows, changed), now).standing is Standing.REPLACED
        withdrawn = replace(card, standing=Standing.WITHDRAWN)
        assert apply_notices(withdrawn, (follows, changed), now).standing is Standing.REPLACED
        refused = replace(card, standing=Standing.REFUSED)
        assert apply_notices(refused, (follows, changed), now) is refused

    def test_the_last_thirty_days_are_announced(self, card):
        ends = int((card.ends - date(1970, 1, 1)).days) * 86400
        shown = [
            create_card(card.held, "en", ends + days * 86400).days_left for days in (-31, -30, 0, 1)
        ]
        assert shown == [None, 30, 0, None]


def test_a_desks_code_is_known(wallet):
    link = parse_link(
        f"{wallet.base_url}/replacement?request_uri=https%3A%2F%2Fclinic.example%2Fr",
        wallet.base_url,
    )
    assert (link.kind, link.host) == (LinkKind.REPLACEMENT, "clinic.example")
    assert (
        parse_link("openid4vp:/replacement?request_uri=https://c.example/r", "x").kind
        is LinkKind.REPLACEMENT
    )
    assert (
        parse_link("openid4vp://?request_uri=https://c.example/r", "x").kind
        is LinkKind.PRESENTATION
    )


def test_a_proof_of_application_is_not_shown_as_a_code():
    assert purposes_of(PDA1_APPLICATION) == ()
    assert purposes_of(EHIC) == ("care", "reimbursement")
