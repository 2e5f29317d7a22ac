"""Both databases hold the same values, and refuse the same ones before they reach a driver."""

import pytest

from esspass.errors import MalformedError


@pytest.fixture
def table(database):
    database.execute("CREATE TABLE things (name TEXT, number BIGINT)")
    return database


@pytest.mark.parametrize(
    ("name", "number"),
    [("a\0b", 1), ("\ud800", 1), ("a", 2**63), ("a", -(2**63) - 1), ("a", 10**40)],
    ids=["nul", "surrogate", "too-large", "too-small", "huge"],
)
def test_what_no_database_can_hold_is_malformed(table, name, number):
    with pytest.raises(MalformedError) as refused:
        table.execute("INSERT INTO things VALUES (:name, :number)", name=name, number=number)
    assert refused.value.code == "bad_value"
    with pytest.raises(MalformedError):
        table.query("SELECT * FROM things WHERE name = :n OR number = :m", n=name, m=number)
    assert table.query("SELECT * FROM things") == []


@pytest.mark.parametrize(
    ("name", "number"),
    [("", 0), ("Ąžuolas Ωμέγα \U0001f600", 2**63 - 1), (None, -(2**63)), ("a\r\n\t", None)],
)
def test_everything_else_comes_back_as_it_was(table, name, number):
    table.execute("INSERT INTO things VALUES (:name, :number)", name=name, number=number)
    assert [dict(row) for row in table.query("SELECT * FROM things")] == [
        {"name": name, "number": number}
    ]
