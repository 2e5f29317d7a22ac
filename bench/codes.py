"""QR codes: what showing and reading a presentation costs, and sealing and reading paper.

Rates are per CPU second of one core, the ratio is to the signatures that cannot be done without;
how many symbols each document takes is printed below.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from bench.formats import SIGN, STATUS_URI, VERIFY, Case, create_primitives, create_table, measure
from demo.people import Citizen, citizens
from esspass.attestations import (
    EHIC,
    PDA1_WEBUILD,
    Ehic,
    Pda1,
    attestation_type,
    create_envelope,
    write_claims,
)
from esspass.cwt import create_document_cwt, parse_cwt, read_core, verify_cwt
from esspass.jose.claims import StatusReference
from esspass.keys.certificates import create_authority, create_signer
from esspass.keys.jwk import create_jwk
from esspass.keys.signer import KeySigner, create_key
from esspass.qr import FrameCollector, create_paper_text, create_qr_texts, read_qr_text
from esspass.sdjwt import create_key_binding, create_presentation, create_sd_jwt_vc
from verifier.queries import create_query

NOW = 1_795_000_000
ROUNDS = 5
SECONDS_PER_CASE = 0.2


def create_seal() -> KeySigner:
    """Make the key of an institution, with a certificate as long as real ones."""
    authority = create_authority("Pavyzdinė socialinio draudimo tarnyba", "LT", "Seals", NOW)
    return create_signer(
        authority, "Pavyzdinė socialinio draudimo tarnyba", "LT", "Attestations", NOW
    )


def show(document: Pda1 | Ehic, seal: KeySigner) -> str:
    """Present what the verifier usually asks of a document, bound as on a wallet's screen."""
    vct = PDA1_WEBUILD if isinstance(document, Pda1) else EHIC
    holder = KeySigner(create_key())
    envelope = create_envelope(
        vct,
        issuer="https://issuer.example",
        identifier="urn:uuid:9b1deb4d-5b1d-47b5-9e3e-2b0e1b123456",
        issued_at=NOW,
        expires_at=NOW + 86_400 * 365,
        holder_jwk=create_jwk(holder.public_key),
        status={"idx": 412_007, "uri": STATUS_URI},
    )
    claims = {**envelope, **write_claims(document, vct)}
    credential = create_sd_jwt_vc(claims, attestation_type(vct).disclosable, seal)
    kind = attestation_type(vct).kind
    assert kind != "pid"
    asked = create_query(kind, with_pid=False)["credentials"][0]["claims"]
    shown = create_presentation(credential, [tuple(claim["path"]) for claim in asked])
    audience = "urn:esspass:shown:labour-inspection"
    extra = {"exp": NOW + 60}
    nonce = "cc3wX6vPq1Pb7m4cVtQ5Zw"
    return create_key_binding(shown, holder, nonce=nonce, audience=audience, now=NOW, claims=extra)


def seal_document(document: Pda1 | Ehic, citizen: Citizen, seal: KeySigner) -> str:
    """Make the text of the QR code on paper."""
    cwt = create_document_cwt(
        document,
        issued_at=NOW,
        expires_at=NOW + 86_400 * 365,
        status=StatusReference(STATUS_URI, 412_007),
        signer=seal,
        person=citizen.represents or citizen.person,
    )
    return create_paper_text(cwt)


def read_frames(texts: tuple[str, ...]) -> str | None:
    """Join frames and unpack the presentation."""
    collector = FrameCollector()
    for text in texts:
        frame = read_qr_text(text).frame
        progress = collector.add(frame) if frame else None
        if progress and progress.text:
            return read_qr_text(progress.text).presentation
    return None


def read_paper(text: str, seal: KeySigner) -> object:
    """Read, verify and give back the claims."""
    content = read_qr_text(text).paper
    assert content is not None
    return read_core(verify_cwt(parse_cwt(content), seal.public_key).core)


def documents() -> Iterator[tuple[Citizen, Pda1 | Ehic]]:
    """Every document of the demo people."""
    for citizen in citizens(datetime.fromtimestamp(NOW, UTC).date()):
        for document in citizen.documents:
            if isinstance(document, Pda1 | Ehic):
                yield citizen, document


def create_cases(seal: KeySigner) -> list[Case]:
    """One A1 of the usual size, shown on a screen and sealed on paper."""
    citizen, document = next(documents())
    shown = show(document, seal)
    frames, paper = create_qr_texts(shown), seal_document(document, citizen, seal)
    return [
        *create_primitives(shown),
        Case("A1 on a screen: pack into frames", partial(create_qr_texts, shown)),
        Case("A1 on a screen: join, unpack", partial(read_frames, frames)),
        Case("A1 on paper: seal", partial(seal_document, document, citizen, seal), SIGN),
        Case("A1 on paper: read, verify", partial(read_paper, paper, seal), VERIFY),
    ]


def create_sizes(seal: KeySigner) -> str:
    """Return a table of the characters and symbols each document takes."""
    lines = [f"{'document':<24}{'presentation':>14}{'frames':>8}{'paper':>8}  characters"]
    for citizen, document in documents():
        shown = show(document, seal)
        paper = seal_document(document, citizen, seal)
        name = f"{citizen.key} {type(document).__name__.lower()}"
        frames = len(create_qr_texts(shown))
        lines.append(f"{name:<24}{len(shown):>14,}{frames:>8}{len(paper):>8,}")
    return "\n".join(lines)


def main(rounds: int = ROUNDS, seconds: float = SECONDS_PER_CASE) -> None:
    """Measure and print."""
    seal = create_seal()
    cases = create_cases(seal)
    print(f"codes, Python {sys.version.split()[0]}, one core, median of {rounds} rounds")
    print(create_table(measure(cases, rounds, seconds), cases))
    print(create_sizes(seal))


if __name__ == "__main__":
    main()
