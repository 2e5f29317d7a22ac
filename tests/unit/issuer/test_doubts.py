"""Doubts from a verifier, over the institution's desk, to the institution that issued and back."""

import json
from dataclasses import replace
from datetime import date

import pytest

from demo.people import citizens
from esspass.errors import MalformedError
from esspass.exchange.content import verify_content
from esspass.exchange.doubt import (
    Contact,
    Doubt,
    DoubtedDocument,
    Occasion,
    Reason,
    Watch,
    create_doubt,
    create_watch,
    describe_evidence,
    seal_enquiry,
)
from esspass.exchange.doubt_content import Asked, create_question, create_reasoned_request
from esspass.exchange.standing import (
    DocumentState,
    Stage,
    StepState,
    create_standing_request,
    verify_standing,
)
from esspass.fetch import Fetcher, FetchPolicy
from esspass.keys.certificates import create_authority, create_signer
from esspass.storage import connect
from esspass.web.passkeys import PasskeyStore, ServerSessionStore, User
from issuer.commands import import_records
from issuer.exchange.doubt_office import ANSWERED, DOUBT, WITHDRAW, DecidedDoubtError
from issuer.history import Event
from issuer.reasons import WithdrawalReason
from tests.builders.exchange import EL, LT, Partners
from tests.builders.lists import NOW

VERIFIER = "https://inspection.example.gr"
JTI = "doubt-of-twenty-two-characters"
EVIDENCE = json.dumps({"format": "esspass-case/1", "place": "Πειραιάς"}, ensure_ascii=False)
ASKED = Asked("He works for somebody else.", "withdraw", "Clerk", "clerk@example.gr")
FETCHER = Fetcher(FetchPolicy(allow_loopback=True))


@pytest.fixture(scope="module")
def builder():
    today = date.fromtimestamp(NOW)
    return next(each for each in citizens(today) if each.key == "builder")


class World:
    """Greece and Lithuania, a Greek inspectorate, and the builder's A1 in Lithuania's register."""

    def __init__(self, partners, builder):
        self.partners, self.builder = partners, builder
        self.lt, self.el = partners[LT], partners[EL]
        access = partners.world.bodies["access"].issuance
        self.signer = create_signer(access, "Labour Inspectorate", "GR", "access", NOW, VERIFIER)
        document = next(each for each in builder.documents if hasattr(each, "employments"))
        (self.record_id,) = import_records(
            self.lt.services.database, [(builder.person, [document])], NOW
        )
        self.document = document

    @property
    def now(self):
        return self.partners.clock[0]

    @property
    def office(self):
        return self.el.services.doubts

    def doubt(self, **changes):
        person = self.builder.person
        document = DoubtedDocument(
            self.document.document_number, LT, "Fund LT:1000", "pda1", "eu.we-build.pda1.1",
            self.document.issued_on.isoformat(), self.document.starts.isoformat(),
            self.document.ends.isoformat(), "LT", "01",
            {"surnames": person.surnames, "forenames": person.forenames, "date_of_birth": person.date_of_birth.isoformat()},
            ({"name": "Baltic Construction", "id": "1", "country": "LT"},),
        )  # fmt: skip
        fields = {
            "iss": VERIFIER, "aud": self.el.services.config.base_url, "jti": JTI, "issued_at": self.now,
            "document": document, "occasion": Occasion("check-1", self.now - 60, "GR", "Πειραιάς", "Άλλη ΑΕ", ""),
            "reasons": (Reason("A-19", "different_employer", "Art. 12(1)", True, {"en": "Another employer.", "el": "Άλλος."}),),
            "words": "Three workers said so.", "contact": Contact("Inspector", "inspector@example.gr"),
            "evidence": describe_evidence(EVIDENCE.encode(), "case-file.json", "application/json"),
        }  # fmt: skip
        return Doubt(**{**fields, **changes})

    def post(self, token, evidence=EVIDENCE, path="doubts"):
        content = None if evidence is None else evidence.encode()
        return self.post_sealed(seal_enquiry(token, content, self.key(EL)), path)

    def key(self, institution_id):
        return self.partners.view.directory.find(institution_id).exchange.encryption

    def post_sealed(self, envelope, path="doubts", media_type="application/jose"):
        address = f"{self.el.services.config.base_url}/{path}"
        return FETCHER.post(address, envelope.encode(), media_type)

    def raise_doubt(self, **changes):
        answer = self.post(create_doubt(self.doubt(**changes), self.signer))
        assert answer.status == 200, answer.text
        return answer.json()["id"]

    def ask_standing(self, jti=JTI, path="doubts", signer=None, iss=VERIFIER):
        address = self.el.services.config.base_url
        request = create_standing_request(iss, address, jti, signer or self.signer, self.now)
        return FETCHER.get(
            f"{address}/{path}/{jti}/standing", {"Authorization": f"Bearer {request}"}
        )

    def standing(self, jti=JTI, path="doubts"):
        answer = self.ask_standing(jti, path)
        assert answer.status == 200, answer.text
        standing, sender = verify_standing(answer.text, VERIFIER, jti, self.now)
        assert sender.address == self.el.services.config.base_url
        return standing

    def ask(self, doubt_id, way="DA_BUC_01", asked=ASKED, **more):
        return self.office.ask(
            doubt_id, way, asked, self.now, actor="Clerk", with_evidence=True, **more
        )

    def tasks(self, member, kind):
        return [each for each in member.desk.tasks.open() if each.kind == kind]

    def answer(self, case_id, sed, content):
        context = self.lt.desk.view(case_id).messages[0].message.content
        about = {name: context[name] for name in ("CaseContext", "PortableDocument")}
        self.lt.send(case_id, sed, {**about, **content})
        self.partners.settle()


def access_of(partners):
    body = partners.world.bodies["access"]
    for member in partners.members.values():
        address = member.services.config.base_url
        signer = create_signer(body.issuance, f"Fund {member.id}", "GR", "access", NOW, address)
        object.__setattr__(member.services.keys, "access", signer)
        object.__setattr__(member.services.doubts, "signer", signer)


@pytest.fixture
def world(tmp_path, database, builder):
    databases = {EL: database, LT: connect(str(tmp_path / "lt.db"))}
    with Partners(databases).serving() as partners:
        access_of(partners)
        yield World(partners, builder)
    databases[LT].close()


class TestReceive:
    def test_a_doubt_is_there_once_with_its_evidence_and_a_task(self, world):
        doubt_id = world.raise_doubt()
        assert world.raise_doubt() == doubt_id
        received = world.office.doubts.get(doubt_id)
        assert received.doubt == world.doubt()
        assert (received.organization, received.evidence) == ("Labour Inspectorate", EVIDENCE)
        (task,) = world.tasks(world.el, DOUBT)
        assert (task.reference, task.detail) == (doubt_id, world.document.document_number)
        assert world.standing().stage is Stage.RECEIVED

    @pytest.mark.parametrize(
        ("spoil", "status", "code"),
        [
            (lambda w: (create_doubt(w.doubt(), w.signer), EVIDENCE + " "), 400, "altered_evidence"),
            (lambda w: (create_doubt(w.doubt(), w.signer), None), 400, "altered_evidence"),
            (lambda w: (create_doubt(w.doubt(aud="https://other.example"), w.signer), EVIDENCE), 400, "wrong_receiver"),
            (lambda w: (create_doubt(w.doubt(iss="https://other.example"), w.signer), EVIDENCE), 400, "iss_elsewhere"),
            (lambda w: (create_doubt(w.doubt(issued_at=NOW - 31 * 86400), w.signer), EVIDENCE), 400, "expired"),
            (lambda w: (_flip(create_doubt(w.doubt(), w.signer)), EVIDENCE), 400, "bad_signature"),
            (lambda w: (create_doubt(w.doubt(), _stranger()), EVIDENCE), 403, "unknown_issuer"),
            (lambda _: ("x", EVIDENCE), 400, "malformed"),
        ],
    )  # fmt: skip
    def test_what_must_not_be_taken(self, world, spoil, status, code):
        answer = world.post(*spoil(world))
        assert (answer.status, answer.json()["error"]) == (status, code)
        assert world.office.doubts.latest() == []
        assert not world.tasks(world.el, DOUBT)

    def test_what_is_not_sealed_for_us_is_not_taken(self, world):
        token, evidence = create_doubt(world.doubt(), world.signer), EVIDENCE.encode()
        plain = json.dumps({"message": token, "evidence": EVIDENCE})
        assert world.post_sealed(plain, media_type="application/json").status == 415
        sealed = seal_enquiry(token, evidence, world.key(EL))
        for body, code in (
            (plain, "malformed"),
            (token, "malformed"),
            (f"{token}\n{EVIDENCE}".encode().hex(), "malformed"),
            ("Ž" + sealed, "malformed"),
            (_flip(sealed), "not_decryptable"),
            (seal_enquiry(token, evidence, world.key(LT)), "wrong_encryption_key"),
            (seal_enquiry(token, b"\xff", world.key(EL)), "altered_evidence"),
            (seal_enquiry(token, b"x" * 11_000_000, world.key(EL)), "too_large"),
        ):
            answer = world.post_sealed(body)
            assert answer.json()["error"] == code
            assert answer.status == (413 if code == "too_large" else 400)
        watch = create_watch(
            Watch(VERIFIER, world.el.services.config.base_url, "w" * 22, world.now, LT, "x"),
            world.signer,
        )
        assert world.post_sealed(watch, "watches").status == 400
        assert world.office.doubts.latest() == []
        assert world.post_sealed(sealed).status == 200

    def test_evidence_is_a_text(self, world):
        named = describe_evidence(b"\xff", "case-file.json", "application/json")
        token = create_doubt(world.doubt(evidence=named), world.signer)
        answer = world.post_sealed(seal_enquiry(token, b"\xff", world.key(EL)))
        assert (answer.status, answer.json()["error"]) == (400, "malformed")

    def test_only_its_sender_learns_how_it_stands(self, world):
        world.raise_doubt()
        access = world.partners.world.bodies["access"].issuance
        other = "https://other.example.gr"
        signer = create_signer(access, "Another", "GR", "access", NOW, other)
        assert world.ask_standing(signer=signer, iss=other).status == 404
        assert world.ask_standing(jti="x" * 22).status == 404
        assert world.ask_standing(signer=_stranger()).status == 403
        address = world.el.services.config.base_url
        assert FETCHER.get(f"{address}/doubts/{JTI}/standing").status == 401


class TestDialogue:
    def test_from_doubt_to_withdrawal(self, world):
        doubt_id = world.raise_doubt()
        case_id = world.ask(doubt_id)
        assert not world.tasks(world.el, DOUBT)
        world.partners.settle()
        (message,) = world.lt.desk.view(case_id).messages
        assert message.message.sed == "DA01"
        request = message.message.content["ReasonedRequest"]
        assert (request["reasons"], request["request"]) == (["03"], "withdraw")
        assert request["countryInspection"] == "EL"
        (file,) = message.message.attachments
        assert world.lt.desk.attachment(case_id, file.sha256).decode() == EVIDENCE
        question = world.lt.services.doubts.doubts.find_question(case_id)
        assert question.record_id == world.record_id
        standing = world.standing()
        assert standing.stage is Stage.DIALOGUE
        assert standing.next_due.sed == "DA02"

        received = date.fromtimestamp(world.now).isoformat()
        contact = {"ContactPerson": {"name": "Ona"}}
        world.answer(case_id, "DA02", {"Acknowledgement": {"dateReceived": received}, **contact})
        states = {step.sed: step.state for step in world.standing().steps}
        assert (states["DA02"], states["DA04"]) == (StepState.DONE, StepState.CURRENT)

        withdrawn = {"Withdrawn": {"justification": "So be it.", "withdrawnFrom": received}}
        world.answer(case_id, "DA04", {"Answer": withdrawn})
        standing = world.standing()
        assert (standing.stage, standing.outcome) == (Stage.ENDED, "withdrawn")
        assert len(world.tasks(world.el, ANSWERED)) == 2
        assert [task.case_id for task in world.tasks(world.lt, WITHDRAW)] == [case_id]
        assert world.lt.services.doubts.find_promised(case_id, world.now).id == world.record_id
        world.lt.services.issuer.withdraw(
            world.record_id, WithdrawalReason.CONDITIONS, date.fromtimestamp(world.now), world.now
        )
        world.partners.settle()
        assert world.lt.services.doubts.find_promised(case_id, world.now) is None
        assert not world.tasks(world.lt, WITHDRAW)

    @pytest.mark.parametrize(
        ("way", "asked", "reply"), [("LA_BUC_06", "A005", "A006"), ("H_BUC_01", "H001", "H002")]
    )
    def test_a_question_and_its_reply(self, world, way, asked, reply):
        case_id = world.ask(world.raise_doubt(), way)
        world.partners.settle()
        assert world.standing().stage is Stage.ASKED
        (message,) = world.lt.desk.view(case_id).messages
        assert message.message.sed == asked
        content = {
            "Person": message.message.content["Person"],
            "Reply": {"InformationProvided": {"informationProvided": "He works for us."}},
        }
        world.lt.send(case_id, reply, content)
        world.partners.settle()
        assert (world.standing().stage, world.standing().outcome) == (Stage.ENDED, "answered")

    def test_asked_twice_is_one_case(self, world):
        doubt_id = world.raise_doubt()
        world.ask(doubt_id)
        with pytest.raises(DecidedDoubtError):
            world.ask(doubt_id)
        assert world.el.desk.search().total == 1

    def test_set_aside_while_it_is_asked_about_makes_no_case(self, world):
        doubt_id, office = world.raise_doubt(), world.office

        def view_while_a_colleague_decides(now):
            if office.doubts.get(doubt_id).decided_at is None:
                office.doubts.set_aside(doubt_id, "Cleared.", now, "Colleague")
            return office.desk.view_of(now)

        slow = replace(office, desk=replace(office.desk, view_of=view_while_a_colleague_decides))
        with pytest.raises(DecidedDoubtError):
            slow.ask(doubt_id, "DA_BUC_01", ASKED, world.now, actor="Clerk", with_evidence=True)
        assert world.el.desk.search().total == 0

    def test_a_kill_between_case_and_note_makes_no_second_case(self, world):
        doubt_id = world.raise_doubt()
        case_id = world.ask(doubt_id)
        world.el.services.database.execute("UPDATE doubts SET case_id = NULL, decided_at = NULL")
        assert world.ask(doubt_id) == case_id

    def test_set_aside(self, world):
        doubt_id = world.raise_doubt()
        world.office.set_aside(doubt_id, "insufficient", world.now, "Clerk")
        assert world.standing().stage is Stage.NOT_PURSUED
        assert world.office.doubts.get(doubt_id).evidence is None
        assert not world.tasks(world.el, DOUBT)
        with pytest.raises(DecidedDoubtError):
            world.office.set_aside(doubt_id, "other", world.now, "Clerk")
        with pytest.raises(DecidedDoubtError):
            world.ask(doubt_id)

    def test_evidence_goes_in_the_end(self, world):
        doubt_id = world.raise_doubt()
        world.ask(doubt_id)
        world.office.work(world.now + 89 * 86400)
        assert world.office.doubts.get(doubt_id).evidence == EVIDENCE
        world.office.work(world.now + 91 * 86400)
        assert world.office.doubts.get(doubt_id).evidence is None

    def test_a_doubt_without_a_person_cannot_be_asked_about(self, world):
        nobody = {"surnames": "", "forenames": "", "date_of_birth": ""}
        document = world.doubt().document
        fields = {name: getattr(document, name) for name in document.__slots__} | {"person": nobody}
        doubt_id = world.raise_doubt(document=DoubtedDocument(**fields))
        with pytest.raises(MalformedError) as refused:
            world.ask(doubt_id)
        assert refused.value.code == "person_missing"
        assert world.office.doubts.get(doubt_id).decided_at is None

    def test_contents_have_the_form_of_their_messages(self, world):
        doubt = world.doubt()
        verify_content("DA01", "4.2", create_reasoned_request(doubt, ASKED))
        for sed in ("A005", "H001"):
            verify_content(sed, "4.2", create_question(doubt, "Who?", date(2026, 12, 24)))


class TestWatch:
    def test_told_of_what_the_register_hears(self, world):
        watch = Watch(
            VERIFIER,
            world.el.services.config.base_url,
            JTI,
            world.now,
            LT,
            world.document.document_number,
        )
        token = create_watch(watch, world.signer)
        for _ in range(2):
            assert world.post(token, None, "watches").status == 200
        assert world.standing(path="watches").document.state is DocumentState.UNKNOWN
        world.lt.services.issuer.history.add(world.record_id, Event.ISSUED, world.now)
        world.partners.settle()
        assert world.standing(path="watches").document.state is DocumentState.IN_FORCE
        world.partners.clock[0] += 60
        today = date.fromtimestamp(world.now)
        reason = WithdrawalReason.CONDITIONS
        world.lt.services.issuer.withdraw(world.record_id, reason, today, world.now)
        world.partners.settle()
        document = world.standing(path="watches").document
        assert document.state is DocumentState.WITHDRAWN
        assert document.effective == today.isoformat()
        assert world.standing(path="watches").stage is Stage.WATCHED


class Clerk:
    """A browser of a member of staff of an institution."""

    def __init__(self, member):
        services = member.services
        store, sessions = PasskeyStore(services.database), ServerSessionStore(services.database)
        if not store.has_users("staff"):
            store.add_user(User("Clerk", "staff", "Clerk", "salt"), member.now)
        host = services.config.base_url.removeprefix("http://")
        self.browser = member.app.test_client()
        self.browser.environ_base["HTTP_HOST"] = host
        token = sessions.create("Clerk", now=member.now, lifetime=36000)
        with self.browser.session_transaction(base_url=services.config.base_url) as session:
            session["session"], session["csrf"] = token, "csrf"

    def get(self, path):
        answer = self.browser.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path, **form):
        return self.browser.post(path, data={"csrf_token": "csrf", **form})


FORM = {"way": "DA_BUC_01", "words": "Why?", "wish": "clarify", "contact": "Clerk", "evidence": "1"}


class TestPages:
    def test_clerk_reads_and_opens_the_dialogue(self, world):
        assert "No doubts" in Clerk(world.el).get("/doubts")
        doubt_id = world.raise_doubt()
        clerk = Clerk(world.el)
        assert world.document.document_number in clerk.get("/doubts")
        page = clerk.get(f"/doubts/{doubt_id}")
        for text in (
            "Another employer.",
            "Three workers said so.",
            "Άλλη ΑΕ",
            "Labour Inspectorate",
        ):
            assert text in page
        assert clerk.get(f"/doubts/{doubt_id}/evidence") == EVIDENCE
        answer = clerk.post(f"/doubts/{doubt_id}/ask", **FORM)
        assert answer.status_code == 303
        world.partners.settle()
        assert 'data-step="DA02"' in clerk.get(answer.location)
        assert 'data-step="DA02"' in clerk.get(f"/doubts/{doubt_id}")
        other = Clerk(world.lt)
        assert world.document.document_number in other.get("/doubts")
        assert "Reasoned request about a document" in other.get(answer.location)

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("way", "", "Choose how to ask"),
            ("way", "LA_BUC_04", "Choose how to ask"),
            ("words", "", "Write the reasons"),
            ("words", "x" * 4001, "at most 4000"),
            ("wish", "punish", "Choose what the institution should do"),
            ("contact", "", "Write who can be asked back"),
            ("email", "nowhere", "Write an e-mail address"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(self, world, field, value, message):
        doubt_id = world.raise_doubt()
        answer = Clerk(world.el).post(f"/doubts/{doubt_id}/ask", **{**FORM, field: value})
        assert answer.status_code == 422
        assert message in answer.text
        assert f'href="#{field}"' in answer.text
        assert f'id="{field}"' in answer.text
        assert world.el.desk.search().total == 0

    def test_an_institution_that_is_not_ready_is_named_as_such(self, world):
        doubt_id = world.raise_doubt()
        world.partners.list(LT, [("LA_BUC_06", "CP")])
        world.partners.publish()
        answer = Clerk(world.el).post(f"/doubts/{doubt_id}/ask", **FORM)
        assert answer.status_code == 422
        assert "cannot be reached in this way" in answer.text
        assert world.office.doubts.get(doubt_id).decided_at is None

    def test_set_aside_needs_a_reason(self, world):
        doubt_id, clerk = world.raise_doubt(), Clerk(world.el)
        assert clerk.post(f"/doubts/{doubt_id}/set-aside").status_code == 422
        assert clerk.post(f"/doubts/{doubt_id}/set-aside", why="cleared").status_code == 303
        assert "cleared up already" in clerk.get(f"/doubts/{doubt_id}")

    def test_a_document_of_our_own_is_not_asked_about_abroad(self, world):
        document = world.doubt().document
        fields = {name: getattr(document, name) for name in document.__slots__}
        own = DoubtedDocument(**{**fields, "institution": EL})
        page = Clerk(world.el).get(f"/doubts/{world.raise_doubt(document=own)}")
        assert "No institution abroad has to be asked" in page
        assert 'name="way"' not in page

    def test_withdrawal_is_offered_once_it_is_promised(self, world):
        case_id = world.ask(world.raise_doubt())
        world.partners.settle()
        clerk = Clerk(world.lt)
        assert "Withdraw the document now" not in clerk.get(f"/dialogues/{case_id}")
        said = {"justification": "So be it.", "withdrawnFrom": date.fromtimestamp(NOW).isoformat()}
        world.answer(case_id, "DA04", {"Answer": {"Withdrawn": said}})
        page = clerk.get(f"/dialogues/{case_id}")
        assert f"/decisions/{world.record_id}/withdraw" in page

    def test_nobody_reads_without_signing_in(self, world):
        doubt_id = world.raise_doubt()
        for path in ("/doubts", f"/doubts/{doubt_id}", f"/doubts/{doubt_id}/evidence"):
            address = f"{world.el.services.config.base_url}{path}"
            assert FETCHER.get(address).status in (302, 303)


def _flip(token):
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def _stranger():
    authority = create_authority("Stranger", "GR", "Stranger", NOW)
    return create_signer(authority, "Labour Inspectorate", "GR", "access", NOW, VERIFIER)
