"""SL-05: the vectors of the Token Status List draft's appendix, 1, 2, 4 and 8 bits."""

import json

import pytest

from esspass.statuslist import StatusList


@pytest.mark.parametrize("bits", [1, 2, 4, 8], ids=lambda b: f"SL-05-{b}-bits")
def test_published_list(shared_data, bits):
    vectors = json.loads((shared_data / "vectors" / "status_list_vectors.json").read_text())
    (vector,) = [v for v in vectors if v["bits"] == bits]
    entries = {int(index): value for index, value in vector["entries"].items()}
    published = StatusList.decompress(bits, vector["lst"])
    assert published.size == vector["size"]
    assert {index: published.get(index) for index in entries} == entries
    assert sum(1 for index in range(published.size) if published.get(index)) == sum(
        1 for value in entries.values() if value
    )
    ours = StatusList.empty(vector["size"], bits)
    for index, value in entries.items():
        ours.set(index, value)
    assert bytes(ours) == bytes(published)
    assert ours.compress() == vector["lst"]
