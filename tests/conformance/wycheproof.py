"""Reads the Wycheproof files, and lists every deviation of ours with its reason."""

import json
from dataclasses import dataclass
from typing import Any

from tests.conftest import SHARED_DATA

FOLDER = SHARED_DATA / "vectors" / "wycheproof"


@dataclass(frozen=True)
class Vector:
    """One test of a file with the keys of its group."""

    number: int
    comment: str
    group: dict[str, Any]
    test: dict[str, Any]

    @property
    def valid(self) -> bool:
        return bool(self.test["result"] == "valid")


def read_vectors(name: str) -> list[Vector]:
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        return []
    groups = json.loads(path.read_text())["testGroups"]
    return [Vector(t["tcId"], t["comment"], g, t) for g in groups for t in g["tests"]]
