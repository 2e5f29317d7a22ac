"""Issue and verify rates of the formats, as ratios to raw ES256 of ``cryptography``.

Every case runs in rounds, one after the other in each, so that a busy moment of the machine meets
all; the figure is the median of the rounds, in operations per CPU second of one core. The ratio is
to the limit named in its row: one signature for issuing, two verifications for a presentation.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from esspass.keys.certificates import create_authority, create_signer
from esspass.keys.jwk import create_jwk
from esspass.keys.signer import KeySigner, create_key
from esspass.sdjwt import (
    ClaimPath,
    create_key_binding,
    create_presentation,
    create_sd_jwt_vc,
    parse_sd_jwt_vc,
    verify_key_binding,
    verify_sd_jwt_vc,
    verify_validity,
)
from esspass.statuslist import (
    StatusList,
    create_status_list_token,
    parse_status_list_token,
    verify_status_list_token,
)

NOW = 1_795_000_000
NONCE, AUDIENCE = (
    "nonce-of-the-benchmark-run",
    "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk",
)
STATUS_URI = "https://status.example.org/lists/1"
LIST_SIZE = 1_000_000
ROUNDS = 9
SECONDS_PER_CASE = 0.25
SIGN, VERIFY = "raw ES256 sign", "raw ES256 verify"


@dataclass(frozen=True)
class Case:
    """What runs; how many ``limit`` operations it cannot do without, None when it signs nothing."""

    name: str
    run: Callable[[], object]
    limit: str | None = None
    operations: int = 1


@dataclass(frozen=True)
class Row:
    """A measured case: operations per second, microseconds each, and the ratio to its limit."""

    name: str
    rate: float
    ratio: float | None


def create_claims(holder: KeySigner) -> dict[str, Any]:
    """25 claims in six objects, as a PD A1 has them, and the envelope."""
    sizes = {"subject": 7, "legislation": 4, "employer": 5, "work": 4, "institution": 3, "issue": 2}
    claims: dict[str, Any] = {
        "vct": "urn:example:pda1:1",
        "iss": "https://institution.example.org",
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 86_400 * 365,
        "cnf": {"jwk": create_jwk(holder.public_key)},
        "status": {"status_list": {"idx": 412_007, "uri": STATUS_URI}},
    }
    for group, size in sizes.items():
        claims[group] = {f"{group}_claim_{n}": f"value {n} of {group}, Kaunas" for n in range(size)}
    return claims


def _disclosable(claims: Mapping[str, Any]) -> list[ClaimPath]:
    envelope = {"cnf", "status"}
    return [
        (group, name)
        for group, members in claims.items()
        if isinstance(members, dict) and group not in envelope
        for name in members
    ]


def create_cases() -> list[Case]:
    """Make keys and evidence once; what a server would do per request is inside the cases."""
    authority = create_authority("Institution", "LT", "Institution CA", NOW)
    issuer = create_signer(authority, "Institution", "LT", "Attestations", NOW)
    holder = KeySigner(create_key())
    claims = create_claims(holder)
    paths = _disclosable(claims)
    credential = create_sd_jwt_vc(claims, paths, issuer)
    return [
        *create_primitives(credential),
        Case("issue SD-JWT VC, 25 claims", lambda: create_sd_jwt_vc(claims, paths, issuer), SIGN),
        *_presentations(credential, paths, holder),
        *_statuses(create_signer(authority, "Institution", "LT", "Status", NOW)),
    ]


def create_primitives(credential: str) -> list[Case]:
    """Sign and verify a token as long as that of ``credential``: the limits of all others."""
    message = credential.split("~", maxsplit=1)[0].encode()
    key, algorithm = create_key(), ec.ECDSA(hashes.SHA256())
    signature, public_key = key.sign(message, algorithm), key.public_key()
    return [
        Case(SIGN, lambda: key.sign(message, algorithm), SIGN),
        Case(VERIFY, lambda: public_key.verify(signature, message, algorithm), VERIFY),
    ]


def _presentations(credential: str, paths: list[ClaimPath], holder: KeySigner) -> Iterator[Case]:
    for count in (25, 6):
        shown = create_presentation(credential, paths[:count])
        bound = _bind(shown, holder)
        yield Case(f"verify VC + KB, {count} disclosed", partial(_verify, bound), VERIFY, 2)
    yield Case(
        "present 6 of 25 + KB",
        lambda: _bind(create_presentation(credential, paths[:6]), holder),
        SIGN,
    )


def _bind(shown: str, holder: KeySigner) -> str:
    return create_key_binding(shown, holder, nonce=NONCE, audience=AUDIENCE, now=NOW)


def _verify(text: str) -> None:
    vc = parse_sd_jwt_vc(text)
    verified = verify_sd_jwt_vc(vc)
    verify_validity(verified, NOW)
    key = verified.parse_holder_key()
    verify_key_binding(vc.sd_jwt, key, nonce=NONCE, audience=AUDIENCE, now=NOW)


def _statuses(signer: KeySigner) -> list[Case]:
    statuses = StatusList.empty(LIST_SIZE, 1)
    for _ in range(LIST_SIZE // 200):
        statuses.set(int.from_bytes(os.urandom(4), "big") % LIST_SIZE, 1)
    token = create_status_list_token(
        statuses, STATUS_URI, signer, now=NOW, lifetime=86_400, ttl=300
    )

    def verify() -> object:
        parsed = parse_status_list_token(token)
        return verify_status_list_token(parsed, signer.public_key, STATUS_URI, NOW)

    return [
        Case("status list, 1 M entries: verify, inflate", verify, VERIFY),
        Case("status list, 1 M entries: compress", statuses.compress),
        Case("status list: look up", lambda: statuses.get(412_007)),
    ]


def measure(cases: list[Case], rounds: int, seconds: float) -> list[Row]:
    """Run the cases interleaved; rates are medians, ratios medians of those within a round."""
    rates = [{case.name: _rate(case.run, seconds) for case in cases} for _ in range(rounds)]
    return [
        Row(case.name, statistics.median(r[case.name] for r in rates), _ratio(case, rates))
        for case in cases
    ]


def _rate(run: Callable[[], object], seconds: float) -> float:
    run()
    count, batch, start = 0, 1, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for _ in range(batch):
            run()
        count += batch
        batch = min(batch * 2, 256)
    return count / spent


def _ratio(case: Case, rates: list[dict[str, float]]) -> float | None:
    limit = case.limit
    if limit is None:
        return None
    return statistics.median(r[case.name] * case.operations / r[limit] for r in rates)


def create_table(rows: list[Row], cases: list[Case]) -> str:
    """Return a table for people."""
    lines = [f"{'operation':<44}{'ops/s':>11}{'µs':>11}{'ratio':>8}  limit"]
    for row, case in zip(rows, cases, strict=True):
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        limit = "" if case.limit is None else f"{case.operations} x {case.limit}"
        micros = 1e6 / row.rate
        lines.append(
            f"{row.name:<44}{row.rate:>11,.0f}{micros:>11,.1f}{ratio:>8}  {limit}".rstrip()
        )
    return "\n".join(lines)


def main(rounds: int = ROUNDS, seconds: float = SECONDS_PER_CASE) -> None:
    """Measure and print."""
    cases = create_cases()
    print(f"formats, Python {sys.version.split()[0]}, one core, median of {rounds} rounds")
    print(create_table(measure(cases, rounds, seconds), cases))


if __name__ == "__main__":
    main()
