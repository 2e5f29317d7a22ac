"""Formats: every way to spoil a presentation meets the same code in both engines."""

import json

import pytest

from esspass.errors import EsspassError
from tests.builders.credentials import AUDIENCE, NONCE, NOW, create_presentation_parts, verify_all
from tests.builders.spoiled_presentations import CASES
from tests.interop.decision.engine import NEEDS_NODE, run_batch

pytestmark = NEEDS_NODE
BINDING = {"nonce": NONCE, "audience": AUDIENCE}


@pytest.fixture(scope="module")
def spoiled():
    return {name: case.create() for name, case in CASES.items()}


@pytest.fixture(scope="module")
def results(spoiled):
    calls = [
        {"call": "formats", "text": text, "binding": BINDING, "now": NOW}
        for text in spoiled.values()
    ]
    return dict(zip(spoiled, run_batch(calls), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_a_spoiled_presentation_is_refused_for_the_same_reason(results, name):
    assert results[name].get("error") == CASES[name].code, results[name]


def test_a_good_presentation_gives_the_same_claims():
    text = create_presentation_parts().serialize()
    call = {"call": "formats", "text": text, "binding": BINDING, "now": NOW}
    (result,) = run_batch([call])
    assert result.get("value") == json.loads(json.dumps(verify_all(text)))


def test_a_flipped_character_anywhere_is_refused_by_both():
    text = create_presentation_parts().serialize()
    places = range(0, len(text), 97)
    flipped = [text[:n] + ("B" if text[n] == "A" else "A") + text[n + 1 :] for n in places]
    calls = [{"call": "formats", "text": t, "binding": BINDING, "now": NOW} for t in flipped]
    for one, result in zip(flipped, run_batch(calls), strict=True):
        with pytest.raises(EsspassError):
            verify_all(one)
        assert "error" in result, result
