"""The README's code runs as it stands there, on a real presentation from a running world."""

import re
import shutil
from pathlib import Path

from demo.actors import clock
from esspass.attestations import PID
from esspass.sdjwt import create_key_binding, create_presentation

README = Path(__file__).resolve().parents[2] / "README.md"
NONCE, CLIENT_ID = "a-nonce-of-sixteen-or-more", "x509_hash:somebody"


def _present(cast):
    owner = cast.owner("pensioner")
    owner.accept_with_demo_eid(cast.office("identity-lt").offer_pid(owner.citizen).uri)
    held = next(h for h in owner.wallet.credentials.of_holder(owner.holder.id) if h.vct == PID)
    copy = owner.wallet.credentials.take_copy(held)
    shown = create_presentation(copy.text, [("family_name",)])
    signer = owner.wallet.keys.read(owner.holder, copy.key_id)
    return create_key_binding(shown, signer, nonce=NONCE, audience=CLIENT_ID, now=clock())


def test_verifying_a_presentation_in_ten_lines(cast, tmp_path, monkeypatch, capsys):
    code = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL).group(1)
    assert len([line for line in code.splitlines() if line and "import" not in line]) <= 11
    monkeypatch.chdir(tmp_path)
    shutil.copy(cast.world.anchors, "anchors.json")
    exec(code, {"presentation": _present(cast), "nonce": NONCE, "client_id": CLIENT_ID})
    assert capsys.readouterr().out.startswith("PASSED")
    spoilt = {"presentation": _present(cast), "nonce": "another", "client_id": CLIENT_ID}
    exec(code, spoilt)
    assert "kb_nonce" in capsys.readouterr().out
