"""For any claims and any choice of paths: what was issued is what is verified."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esspass.errors import EsspassError
from esspass.jose.jws import parse_jws, verify_jws
from esspass.sdjwt import (
    create_presentation,
    create_sd_jwt,
    parse_disclosure,
    parse_sd_jwt,
    process_disclosures,
)
from tests.builders.credentials import create_parties, create_presentation_parts, verify_all

ISSUER = create_parties().issuer
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=6).filter(
    lambda n: n not in {"_sd", "...", "_sd_alg"}
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
CLAIMS = st.dictionaries(NAMES, VALUES, max_size=5)


def places(value, path=()):
    if path:
        yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from places(member, (*path, name))
    if isinstance(value, list):
        for index, element in enumerate(value):
            yield from places(element, (*path, index))


def claims_of(text):
    sd_jwt = parse_sd_jwt(text)
    jws = parse_jws(sd_jwt.issuer_jwt)
    verify_jws(jws, ISSUER.public_key)
    return process_disclosures(jws.claims(), sd_jwt.disclosures)


def prune(value, shown, path=()):
    """What should remain when only the hidden places in ``shown`` are disclosed."""
    hidden, kept = shown
    if isinstance(value, dict):
        return {
            n: prune(m, shown, (*path, n))
            for n, m in value.items()
            if (*path, n) not in hidden or (*path, n) in kept
        }
    if isinstance(value, list):
        return [
            prune(e, shown, (*path, i))
            for i, e in enumerate(value)
            if (*path, i) not in hidden or (*path, i) in kept
        ]
    return value


@given(CLAIMS, st.data(), st.integers(0, 2))
def test_issue_and_verify_is_a_round_trip(claims, data, decoys):
    every = list(places(claims))
    hidden = data.draw(st.sets(st.sampled_from(every)) if every else st.just(set()))
    processed = claims_of(create_sd_jwt(claims, hidden, ISSUER, decoys=decoys))
    assert processed.claims == claims
    assert set(processed.paths) == hidden


@given(CLAIMS, st.data())
def test_a_presentation_shows_the_chosen_their_parents_and_what_is_beneath(claims, data):
    every = list(places(claims))
    some = st.sets(st.sampled_from(every)) if every else st.just(set())
    hidden, chosen = data.draw(some), data.draw(some)
    text = create_presentation(create_sd_jwt(claims, hidden, ISSUER), chosen)
    kept = {h for h in hidden if any(h == c[: len(h)] or c == h[: len(c)] for c in chosen)}
    assert claims_of(text).claims == prune(claims, (hidden, kept))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(st.data())
def test_any_changed_character_is_refused(data):
    text = create_presentation_parts().serialize()
    position = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(max_codepoint=0x2FF).filter(lambda c: c != text[position]))
    try:
        verify_all(text[:position] + other + text[position + 1 :])
    except EsspassError:
        return
    raise AssertionError(position)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda b: b.decode("latin-1")))
def test_parsers_raise_only_our_errors(text):
    for parse in (parse_sd_jwt, parse_disclosure, parse_jws, verify_all):
        try:
            parse(text)
        except EsspassError:
            continue
