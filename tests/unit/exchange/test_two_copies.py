"""Random allowed actions on all sides of every case type: all copies end up in agreement."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esspass.exchange.case_type import LOCAL_CLOSE, case_types
from esspass.exchange.engine import find_actions
from esspass.exchange.model import MessageAction
from esspass.exchange.shape import JOINING
from tests.unit.exchange.network import DAY, INSTITUTIONS, Network

KINDS = pytest.mark.parametrize("kind", case_types(), ids=lambda kind: kind.id)
STEPS = 30
RARE = ("X006", "X007", "X050", "X100", LOCAL_CLOSE)


def _begin(kind, source):
    network = Network(kind, source.choice)
    counterparties = source.randint(1, 3) if kind.multilateral else 1
    network.start(INSTITUTIONS[1 : 1 + counterparties])
    return network


def _act(network, source, wish=frozenset()):
    me = source.choice(list(network.copies))
    actions = network.actions(me)
    wished = [action for action in actions if action.sed in wish]
    common = [action for action in actions if action.sed not in RARE]
    for some in (wished, common if source.random() < 0.8 else actions, actions):
        if some:
            network.do(me, source.choice(some))
            return


@KINDS
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(source=st.randoms(use_true_random=False))
def test_all_copies_agree_once_every_message_has_arrived(kind, source):
    network = _begin(kind, source)
    for _ in range(STEPS):
        network.now += source.choice((1, 60, DAY, 31 * DAY, 61 * DAY, 190 * DAY))
        if source.random() < 0.5:
            _act(network, source)
        else:
            network.deliver_any()
    network.rest()
    assert network.find_disagreements() == []


@KINDS
@pytest.mark.parametrize("seed", range(3))
def test_where_nothing_crosses_nobody_has_to_be_told_anything(kind, seed):
    source = random.Random(seed)
    network = _begin(kind, source)
    for _ in range(STEPS):
        network.now += source.choice((1, DAY, 61 * DAY))
        _act(network, source, JOINING)
        while network.deliver_any():
            pass
        for copy in network.copies.values():
            relays = [a for a in find_actions(copy, network.now) if a.automatic]
            assert all(action.action is MessageAction.UPDATE for action in relays)


@KINDS
def test_every_message_of_a_case_type_can_be_sent(kind):
    missing = set(kind.seds)
    for seed in range(200):
        source = random.Random(seed)
        network = _begin(kind, source)
        for _ in range(STEPS):
            network.now += source.choice((1, DAY, 61 * DAY, 190 * DAY))
            _act(network, source, missing) if source.random() < 0.6 else network.deliver_any()
            missing -= {message.sed for message in network.sent}
        if not missing:
            return
    assert missing == set()
