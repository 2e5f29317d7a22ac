"""The README's ten lines verify a real presentation."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

from demo.actors import clock
from esspass.attestations import PDA1_WEBUILD
from esspass.sdjwt import create_key_binding, create_presentation
from esspass.verdict import Outcome

README = Path(__file__).resolve().parents[2] / "README.md"
AUDIENCE, NONCE = "x509_hash:somebody-who-uses-the-library", "fresh-and-long-enough-nonce"


def read_example():
    section = README.read_text(encoding="utf-8").partition("## Verify a presentation")[2]
    return re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]


def test_the_readmes_lines_verify_a_presentation(cast, tmp_path, monkeypatch, capsys):
    owner = cast.owner("musician")
    owner = replace(owner, holder=owner.wallet.open_holder("library use", clock()))
    offer = cast.office("issuer-lt").offer(
        owner.citizen, PDA1_WEBUILD, "pda1", "pre-authorized", tx_code=False
    )
    (credential_id,) = owner.accept(offer.uri).credential_ids
    held = owner.wallet.find(owner.holder.id, credential_id)
    copy = owner.wallet.credentials.take_copy(held)
    key = owner.wallet.keys.read(owner.holder, copy.key_id)
    shown = create_presentation(copy.text, [("documentID",), ("subject", "names")])

    shutil.copy(cast.world.anchors, tmp_path / "anchors.json")
    monkeypatch.chdir(tmp_path)
    names = {
        "presentation": create_key_binding(shown, key, nonce=NONCE, audience=AUDIENCE, now=clock()),
        "nonce": NONCE,
        "client_id": AUDIENCE,
    }
    exec(compile(read_example(), str(README), "exec"), names)
    names["database"].close()
    assert names["verdict"].outcome is Outcome.PASSED, names["verdict"]
    assert "holder_binding" in capsys.readouterr().out
