"""QR texts, frames and CBOR: what one engine packs the other unpacks, and refuses alike."""

import pytest

from esspass.cwt import parse_cwt, read_core
from esspass.errors import MalformedError
from esspass.jose.cbor import parse_cbor
from esspass.qr import create_paper_text, create_qr_text, create_qr_texts, read_qr_text
from tests.interop.decision.engine import NEEDS_NODE, run_batch
from tests.unit.cwt.test_paper_text import PEOPLE, _create
from tests.unit.qr import test_qr_texts
from tests.unit.qr.shown import DOCUMENTS, show

pytestmark = NEEDS_NODE


def refused_texts():
    names = ("test_what_it_is_instead_is_said", "test_qr_01_an_address_is_named_and_never_followed")
    for name in names:
        (mark,) = (m for m in getattr(test_qr_texts, name).pytestmark if m.name == "parametrize")
        yield from (text for text, _ in mark.args[1] if len(text) < 1_000_000)
    text = create_qr_text(show(*next(iter(DOCUMENTS.values()))))
    yield from (text[:end] for end in range(5, len(text), 97))
    yield from (f"{text[:n]}{'B' if text[n] == 'A' else 'A'}{text[n + 1 :]}" for n in (9, 99, 999))


def test_texts_that_are_refused():
    texts = list(refused_texts())
    results = run_batch([{"call": "qr", "text": text} for text in texts])
    for text, result in zip(texts, results, strict=True):
        with pytest.raises(MalformedError) as refused:
            read_qr_text(text)
        assert result.get("error") == refused.value.code, text[:80]


def test_presentations_of_every_document_come_back():
    shown = {name: show(*document) for name, document in DOCUMENTS.items()}
    calls = [{"call": "frames", "texts": create_qr_texts(text)[::-1]} for text in shown.values()]
    found = [result.get("value", result) for result in run_batch(calls)]
    assert found == list(shown.values())


def test_paper_of_everybody_reads_alike():
    texts = [_create(document, person) for person, document in PEOPLE.values()]
    ours = [read_core(parse_cwt(read_qr_text(text).paper).unverified_core) for text in texts]
    found = run_batch([{"call": "paper", "text": text} for text in texts])
    assert [result.get("value", result) for result in found] == [
        {"vct": vct, "claims": claims} for vct, claims in ours
    ]


CBOR = [
    "00", "17", "1818", "1817", "190100", "1900ff", "1b00000000ffffffff", "1b0000000100000000",
    "20", "3903e7", "40", "4161", "60", "6161", "61ff", "80", "8101", "82", "a0", "a10102",
    "a201020103", "a202010101", "a1f501", "a14101f4", "f4", "f5", "f6", "f7", "f90000", "fb00",
    "c001", "d2", "9f01ff", "5f", "0000", "", "8181818181818181", "818181818181818181", "1f",
]  # fmt: skip


def test_cbor_is_as_strict():
    def accepts(data):
        try:
            parse_cbor(data)
        except MalformedError:
            return False
        return True

    results = run_batch([{"call": "cbor", "hex": data} for data in CBOR])
    assert ["error" not in r for r in results] == [accepts(bytes.fromhex(d)) for d in CBOR]


def test_a_flipped_bit_on_paper_is_read_or_refused_alike():
    whole = read_qr_text(_create(*next(iter(PEOPLE.values()))[::-1])).paper
    spoiled = [bytes([*whole[:n], whole[n] ^ 1, *whole[n + 1 :]]) for n in range(0, len(whole), 3)]
    texts = [create_paper_text(data) for data in spoiled]
    for data, result in zip(
        spoiled, run_batch([{"call": "paper", "text": t} for t in texts]), strict=True
    ):
        assert result == _read_paper(data)


def _read_paper(data):
    try:
        vct, claims = read_core(parse_cwt(data).unverified_core)
    except MalformedError as error:
        return {"error": error.code, "parameters": {}}
    return {"value": {"vct": vct, "claims": claims}}
