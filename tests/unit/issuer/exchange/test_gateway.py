"""Messages by way of AS4 gateways, which here only carry folders (a simulated gateway)."""

import re
import shutil

import pytest

from esspass.errors import MalformedError
from esspass.exchange.wire import verify_file_name
from esspass.storage import connect
from issuer.exchange.desk import NewAttachment
from issuer.exchange.outbox import DeliveryStatus
from tests.builders.exchange import EL, LT, Partners
from tests.builders.messages import create_content

FILE = NewAttachment("evidence.txt", "text/plain", b"what the inspector saw")
EVIDENCE = "<Signature>of the gateway</Signature>"


@pytest.fixture
def folders(tmp_path):
    return {LT: tmp_path / "gateway-lt", EL: tmp_path / "gateway-el"}


@pytest.fixture
def pair(tmp_path, folders):
    databases = {each: connect(str(tmp_path / f"{each[:2]}.db")) for each in (LT, EL)}
    partners = Partners(
        databases, settings={each: {"as4_folder": folder} for each, folder in folders.items()}
    )
    for each in (LT, EL):
        partners.list(each, endpoint=f"as4:{each}")
    partners.publish()
    with partners.serving():
        yield partners
    for database in databases.values():
        database.close()


def carry(folders, sender, receiver):
    """What two gateways do between them: bring the folder, leave the receipt."""
    for handed_over in sorted((folders[sender] / "out").iterdir()):
        target = folders[receiver] / "in" / handed_over.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(handed_over, target)
        (target / "evidence.xml").write_text(EVIDENCE)
        receipts = folders[sender] / "receipts" / handed_over.name
        receipts.mkdir(parents=True)
        (receipts / f"{receiver.replace(':', '-')}.xml").write_text("<Receipt/>")
        shutil.rmtree(handed_over)


def work(pair, *who):
    for each in who:
        pair[each].pump()
    pair.clock[0] += 5000  # beyond the longest pause


def delivery(partner, case_id, receiver):
    (sent,) = [m for m in partner.desk.view(case_id).messages if m.direction == "out"]
    return sent.deliveries[receiver]


def crossings(partner):
    rows = partner.services.database.query("SELECT * FROM exchange_crossings ORDER BY at")
    return [(row["direction"], row["step"], row["evidence"]) for row in rows]


def test_a_question_and_its_answer_go_by_gateway(pair, folders):
    case_id = pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL, attachments=[FILE])
    work(pair, LT)
    assert delivery(pair[LT], case_id, EL).status is DeliveryStatus.SENT
    carry(folders, LT, EL)
    work(pair, EL, LT)
    assert delivery(pair[LT], case_id, EL).status is DeliveryStatus.DELIVERED
    assert delivery(pair[LT], case_id, EL).receipt == "<Receipt/>"
    arrived = pair[EL].desk.view(case_id).messages[0].message
    assert arrived == pair[LT].desk.view(case_id).messages[0].message
    assert pair[EL].desk.attachment(case_id, arrived.attachments[0].sha256) == FILE.data
    pair[EL].send(case_id, "A006", create_content("A006"), related_set_id=arrived.set_id)
    work(pair, EL)
    carry(folders, EL, LT)
    work(pair, LT)
    assert pair[LT].messages(case_id) == ["A005", "A006"]


def test_a_partner_that_says_nothing_of_what_it_had_seen_may_answer(pair, folders):
    case_id = pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL)
    work(pair, LT)
    carry(folders, LT, EL)
    work(pair, EL, LT)
    asked = pair[EL].desk.view(case_id).messages[0].message
    pair[EL].send(case_id, "A006", create_content("A006"), related_set_id=asked.set_id)
    work(pair, EL)
    carry(folders, EL, LT)
    (brought,) = (folders[LT] / "in").iterdir()
    path = brought / "document.xml"
    spoken = path.read_text()
    silent = re.sub(r"<Copy .*?</Copy>", "", spoken)
    assert silent != spoken
    path.write_text(silent)
    work(pair, LT)
    assert pair[LT].messages(case_id) == ["A005", "A006"]


def test_both_sides_keep_what_became_what_and_what_signed_it(pair, folders):
    pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL)
    work(pair, LT)
    carry(folders, LT, EL)
    work(pair, EL)
    assert crossings(pair[LT]) == [("out", "LA_BUC_06-4.2-PO-CP-Start-A005-4.2.xsd", "")]
    assert crossings(pair[EL]) == [("in", "", EVIDENCE)]
    digests = [
        pair[each].services.database.query("SELECT json_digest, xml_digest FROM exchange_crossings")
        for each in (LT, EL)
    ]
    assert list(map(dict, digests[0])) == list(map(dict, digests[1]))


def test_brought_twice_it_is_there_once(pair, folders):
    case_id = pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL)
    work(pair, LT)
    carry(folders, LT, EL)
    work(pair, EL)
    (done,) = (folders[EL] / "done").iterdir()
    shutil.copytree(done, folders[EL] / "in" / "again")
    work(pair, EL)
    assert pair[EL].messages(case_id) == ["A005"]
    assert not list((folders[EL] / "in").iterdir())


def test_what_the_gateway_took_is_handed_over_anew_only_when_a_clerk_says_so(pair, folders):
    case_id = pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL)
    work(pair, LT)
    (handed_over,) = (folders[LT] / "out").iterdir()
    shutil.rmtree(handed_over)  # the gateway took it, and has no receipt yet
    work(pair, LT)
    work(pair, LT)
    assert not list((folders[LT] / "out").iterdir())
    pair.clock[0] += 3 * 86400
    work(pair, LT)
    assert delivery(pair[LT], case_id, EL).status is DeliveryStatus.ERROR
    message = pair[LT].desk.view(case_id).messages[0].message
    pair[LT].desk.try_again(case_id, message.message_id, EL, pair.clock[0])
    work(pair, LT)
    work(pair, LT)
    assert [each.name for each in (folders[LT] / "out").iterdir()] == [message.message_id]


@pytest.mark.parametrize(
    "names", [("a.txt", "a.txt"), ("document.xml", "a.txt"), ("evidence.xml", "a.txt")]
)
def test_files_that_have_one_name_in_a_folder_go_to_a_clerk_at_once(pair, folders, names):
    files = [NewAttachment(each, "text/plain", str(n).encode()) for n, each in enumerate(names)]
    case_id = pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL, attachments=files)
    work(pair, LT)
    assert delivery(pair[LT], case_id, EL).code == "bad_file_name"
    assert delivery(pair[LT], case_id, EL).status is DeliveryStatus.ERROR
    assert [t.detail for t in pair[LT].desk.tasks.of_case(case_id) if t.kind == "undelivered"] == [
        "bad_file_name"
    ]
    assert not (folders[LT] / "out").exists()


@pytest.mark.parametrize("name", [".", "..", "a/b", "a\\b", "", "a\nb", "x" * 256])
def test_what_is_no_file_name(name):
    with pytest.raises(MalformedError):
        verify_file_name(name)


def test_a_folder_that_takes_nothing_is_tried_again(pair, folders):
    folders[LT].mkdir(exist_ok=True)
    (folders[LT] / "out").write_text("a file where the folder should be")
    case_id = pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL)
    work(pair, LT)
    assert delivery(pair[LT], case_id, EL).code == "no_gateway"
    (folders[LT] / "out").unlink()
    work(pair, LT)
    assert delivery(pair[LT], case_id, EL).code == "with_gateway"
    assert len(list((folders[LT] / "out").iterdir())) == 1


def test_brought_twice_under_one_name_it_holds_up_nobody(pair, folders):
    first = pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL)
    work(pair, LT)
    carry(folders, LT, EL)
    work(pair, EL)
    (done,) = (folders[EL] / "done").iterdir()
    shutil.copytree(done, folders[EL] / "in" / done.name)
    later = pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL)
    work(pair, LT)
    carry(folders, LT, EL)
    work(pair, EL)
    assert pair[EL].messages(first) == pair[EL].messages(later) == ["A005"]
    assert len(list((folders[EL] / "done").iterdir())) == 3
    assert not list((folders[EL] / "in").iterdir())


def test_a_folder_that_cannot_be_moved_holds_up_nobody(pair, folders):
    cases = []
    for _ in range(2):
        cases.append(pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL))
        work(pair, LT)
    carry(folders, LT, EL)
    (folders[EL] / "done").write_text("a file where the folder should be")
    work(pair, EL)
    assert [pair[EL].messages(each) for each in cases] == [["A005"], ["A005"]]
    (folders[EL] / "done").unlink()
    work(pair, EL)
    assert not list((folders[EL] / "in").iterdir())
    assert [pair[EL].messages(each) for each in cases] == [["A005"], ["A005"]]


def test_a_message_of_tomorrow_is_refused(pair, folders):
    pair.clock[0] += 3600
    pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL)
    pair[LT].pump()
    pair.clock[0] -= 3600
    carry(folders, LT, EL)
    pair[EL].pump()
    assert [each.code for each in pair[EL].desk.refusals.latest()] == ["not_yet_valid"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda folder: (folder / FILE.name).write_bytes(b"something else"), "altered_attachment"),
        (lambda folder: (folder / FILE.name).unlink(), "altered_attachment"),
        (lambda folder: (folder / "document.xml").write_text("no xml"), "bad_business_document"),
        (lambda folder: replace_text(folder, EL, "RO:3000"), "wrong_receiver"),
        (lambda folder: replace_text(folder, LT, "LV:9999"), "unknown_institution"),
    ],
)
def test_what_must_not_be_believed_is_refused_and_recorded(pair, folders, spoil, code):
    case_id = pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL, attachments=[FILE])
    work(pair, LT)
    carry(folders, LT, EL)
    (brought,) = (folders[EL] / "in").iterdir()
    spoil(brought)
    work(pair, EL)
    assert pair[EL].desk.keeper.cases.find(case_id) is None
    assert [each.code for each in pair[EL].desk.inbox.refusals.latest()] == [code]
    assert [each.name for each in (folders[EL] / "refused").iterdir()] == [brought.name]


def test_who_signs_messages_cannot_be_impersonated_by_a_gateway(pair, folders):
    pair[LT].start("LA_BUC_06", "A005", create_content("A005"), EL)
    work(pair, LT)
    carry(folders, LT, EL)
    pair.list(LT)
    pair.publish()
    work(pair, EL)
    assert [each.code for each in pair[EL].desk.inbox.refusals.latest()] == ["unsigned"]


def test_without_a_gateway_it_waits(tmp_path):
    database = {each: connect(str(tmp_path / f"{each[:2]}.db")) for each in (LT, EL)}
    partners = Partners(database)
    partners.list(EL, endpoint="as4:EL")
    partners.publish()
    with partners.serving():
        case_id = partners[LT].start("LA_BUC_06", "A005", create_content("A005"), EL)
        partners[LT].pump()
        waiting = delivery(partners[LT], case_id, EL)
    assert (waiting.status, waiting.code) == (DeliveryStatus.SENT, "no_gateway")
    for each in database.values():
        each.close()


def replace_text(folder, old, new):
    path = folder / "document.xml"
    path.write_text(path.read_text().replace(f">{old}<", f">{new}<"))
