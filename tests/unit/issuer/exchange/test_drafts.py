"""Drafts of messages as they are kept: per clerk and place, taken away once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from esspass.errors import MalformedError
from esspass.exchange.envelope import MAX_MESSAGE_BYTES, create_digest
from esspass.storage import migrate
from issuer.exchange.desk import NewAttachment
from issuer.exchange.drafts import (
    KEPT_SECONDS,
    MIGRATIONS,
    ChangedDraftError,
    Drafts,
    Place,
    UnknownDraftError,
    name_draft,
)
from tests.builders.lists import NOW

CLERK, OTHER = ("user-1", "Rasa"), ("user-2", "Vida")
PLACE = Place("LA_BUC_06", "A006", "case-1", "set-1")
FORM = {"AdditionalInformation.text": ["Ąžuolas"]}
PDF = NewAttachment("A1.pdf", "application/pdf", b"%PDF-1.7")


@pytest.fixture
def drafts(database):
    migrate(database, MIGRATIONS)
    return Drafts(database)


def save(drafts, clerk=CLERK, place=PLACE, now=NOW, **settings):
    return drafts.save(name_draft(clerk[0], place), place, FORM, clerk, now, **settings)


def test_a_place_has_one_draft_of_each_clerk(drafts):
    first = save(drafts)
    again = save(drafts, now=NOW + 60)
    assert (again.id, again.revision, again.saved_at) == (first.id, 2, NOW + 60)
    assert again.form == FORM
    assert again.place == PLACE
    save(drafts, OTHER)
    save(drafts, place=Place("LA_BUC_06", "A006", "case-1", "set-1", update=True))
    assert len(drafts.of_case("case-1")) == 3
    assert [each.clerk_name for each in drafts.of_clerk("user-2")] == ["Vida"]


def test_nobody_writes_into_anothers_draft(drafts):
    kept = save(drafts)
    with pytest.raises(UnknownDraftError):
        drafts.save(kept.id, PLACE, {}, OTHER, NOW)
    assert drafts.find(kept.id, "user-2") is None
    drafts.discard(kept.id, "user-2")
    assert drafts.get(kept.id).form == FORM


@pytest.mark.parametrize("draft_id", ["", "x" * 65])
def test_the_form_names_no_other_kind_of_draft(drafts, draft_id):
    with pytest.raises(MalformedError):
        drafts.save(draft_id, PLACE, FORM, CLERK, NOW)


def test_files_stay_until_they_are_left_out(drafts):
    kept = save(drafts, files=[PDF])
    save(drafts, files=[NewAttachment("again.pdf", "application/pdf", b"%PDF-1.7")])
    save(drafts, files=[NewAttachment("b.txt", "text/plain", b"b")])
    assert [each.name for each in drafts.files(kept.id)] == ["A1.pdf", "b.txt"]
    assert drafts.files(kept.id)[0].data == PDF.data
    save(drafts, dropped=[create_digest(PDF.data)])
    assert [each.name for each in drafts.files(kept.id)] == ["b.txt"]


@pytest.mark.parametrize(
    "files",
    [
        [NewAttachment(f"{n}.txt", "text/plain", b"%d" % n) for n in range(21)],
        [NewAttachment("large.bin", "text/plain", b"x" * (MAX_MESSAGE_BYTES + 4))],
        [NewAttachment("../etc/passwd", "text/plain", b"x")],
    ],
    ids=["too many", "too large", "bad name"],
)
def test_too_many_files_keep_nothing(drafts, files):
    with pytest.raises(MalformedError):
        save(drafts, files=files)
    assert drafts.of_clerk("user-1") == []


def test_a_draft_is_taken_once_whoever_asks(drafts):
    kept = save(drafts, files=[PDF])

    def take(_):
        try:
            drafts.take_own(kept.id, kept.revision, "user-1")
        except ChangedDraftError:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(16))) == 1
    assert drafts.files(kept.id) == []
    with pytest.raises(UnknownDraftError):
        drafts.get(kept.id)


def test_what_changed_since_it_was_looked_at_is_not_sent(drafts):
    looked_at = save(drafts)
    save(drafts)
    with pytest.raises(ChangedDraftError):
        drafts.take_own(looked_at.id, looked_at.revision, "user-1")


def test_only_another_takes_what_was_proposed_and_a_change_calls_it_back(drafts):
    kept = save(drafts)
    with pytest.raises(ChangedDraftError):
        drafts.take_proposed(kept.id, kept.revision, "user-2")
    drafts.propose(kept.id, kept.revision, "user-1", NOW)
    assert [each.id for each in drafts.waiting_for("user-2")] == [kept.id]
    assert drafts.waiting_for("user-1") == []
    with pytest.raises(ChangedDraftError):
        drafts.take_proposed(kept.id, kept.revision, "user-1")
    assert save(drafts).proposed_at is None
    with pytest.raises(ChangedDraftError):
        drafts.take_proposed(kept.id, kept.revision, "user-2")


def test_it_is_sent_back_with_the_reason(drafts):
    kept = save(drafts)
    drafts.propose(kept.id, kept.revision, "user-1", NOW)
    drafts.send_back(kept.id, kept.revision, "user-2", "The period is wrong. " * 100)
    found = drafts.get(kept.id)
    assert found.proposed_at is None
    assert found.remark.startswith("The period is wrong.")
    assert len(found.remark) == 500
    with pytest.raises(ChangedDraftError):
        drafts.send_back(kept.id, kept.revision, "user-2", "twice")


def test_what_nobody_touches_is_dropped(drafts):
    kept = save(drafts, files=[PDF])
    fresh = save(drafts, OTHER, now=NOW + 10)
    assert drafts.purge(NOW + KEPT_SECONDS) == 0
    assert drafts.purge(NOW + KEPT_SECONDS + 1) == 1
    assert drafts.files(kept.id) == []
    assert drafts.get(fresh.id)
