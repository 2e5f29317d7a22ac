"""One world of lists for the whole folder: making keys is the slow part. Change copies of it."""

import copy

import pytest

from tests.builders.lists import create_world


@pytest.fixture(scope="session")
def good_world():
    return create_world()


@pytest.fixture
def world(good_world):
    """A fresh copy: entities, institutions and issues may be changed."""
    fresh = copy.copy(good_world)
    fresh.entities = {name: list(entities) for name, entities in good_world.entities.items()}
    fresh.institutions = list(good_world.institutions)
    fresh.tokens = {}
    fresh.sequence_number = 0
    return fresh


@pytest.fixture
def fund(world):
    return world.bodies["fund"]
