"""Signing in with a PID from a wallet, and with an OpenID Provider."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from esspass.attestations import PID, attestation_type, create_envelope, write_claims
from esspass.keys.jwk import create_jwk
from esspass.openid4vp.request_object import verify_request_object
from esspass.sdjwt import create_sd_jwt_vc
from issuer.config import OidcConfig
from tests.builders.issuance import ISSUER, NOW
from tests.builders.presentations import SimulatedWallet, link_parameters
from tests.simulators.openid_provider import SimulatedProvider

DAY = 86400


def create_pid(world, holder, document, **changes):
    signer = changes.pop("signer", world.bodies["identity"].attestation_signer)
    settings = {
        "issuer": "https://identity.example", "identifier": "urn:uuid:1", "issued_at": NOW - 3600,
        "expires_at": NOW + 20 * 3600, "holder_jwk": create_jwk(holder.public_key), **changes,
    }  # fmt: skip
    claims = {**write_claims(document, PID), **create_envelope(PID, **settings)}
    return create_sd_jwt_vc(claims, attestation_type(PID).disclosable, signer)


@pytest.fixture
def pid_office(make_office):
    return make_office(sign_in=("pid",))


def begin(office, wallet, **push):
    page = wallet.authorize(wallet.push(**push).json["request_uri"])
    assert page.status_code == 200
    return page.request.path


def present(office, wallet, link, pid_wallet):
    """Answer the request behind ``link`` as another wallet would; return what the issuer said."""
    parameters = link_parameters(link)
    path = urlsplit(parameters["request_uri"]).path
    other_device = office.app.test_client()
    token = other_device.post(
        path,
        data={"wallet_nonce": "n" * 22},
        base_url=ISSUER,
        content_type="application/x-www-form-urlencoded",
    )
    parsed = verify_request_object(
        token.text, parameters["client_id"], now=NOW, wallet_nonce="n" * 22
    )
    form = pid_wallet.answer(parsed, NOW)
    return other_device.post(urlsplit(parsed.response_uri).path, data=form, base_url=ISSUER)


def holder_of(world, document, **changes):
    wallet = SimulatedWallet({})
    wallet.credentials["pid"] = create_pid(world, wallet.holder, document, **changes)
    return wallet


def same_device_link(wallet, path):
    return wallet.client.get(f"{path}/pid/here", base_url=ISSUER).headers["Location"]


def test_the_same_device(pid_office, world, people):
    wallet = pid_office.wallet()
    path = begin(pid_office, wallet)
    answer = present(
        pid_office, wallet, same_device_link(wallet, path), holder_of(world, people["builder"].pid)
    )
    assert answer.status_code == 200, answer.text
    back = urlsplit(answer.json["redirect_uri"])
    assert back.path == f"{path}/pid/return"
    done = wallet.client.get(f"{back.path}?{back.query}", base_url=ISSUER)
    assert done.status_code == 303, done.text
    code = parse_qs(urlsplit(done.headers["Location"]).query)["code"][0]
    assert wallet.redeem_code(code).status_code == 200
    assert wallet.credential().status_code == 200


def cross_device_link(page):
    """The link behind the QR code: the page draws it, the test reads the image."""
    import zxingcpp
    from PIL import Image, ImageDraw

    size = int(re.search(r'viewBox="0 0 (\d+) \d+" class="segno"', page).group(1))
    path = re.search(r'class="qrline"[^>]* d="([^"]+)"', page).group(1)
    image = Image.new("L", (size * 4, size * 4), 255)
    draw, x, y = ImageDraw.Draw(image), 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        values = [float(number) for number in numbers.split()]
        if command == "h":
            top = int(y * 4) - 2
            draw.rectangle([int(x * 4), top, int((x + values[0]) * 4) - 1, top + 3], fill=0)
            x += values[0]
        elif command == "M":
            x, y = values
        else:
            x, y = x + values[0], y + values[1]
    return zxingcpp.read_barcode(image).text


def test_another_device(pid_office, world, people):
    wallet = pid_office.wallet()
    path = begin(pid_office, wallet)
    page = wallet.client.get(f"{path}/pid", base_url=ISSUER)
    state = f"{path}/pid/state"
    assert wallet.client.get(state, base_url=ISSUER).json == {"state": "waiting"}
    link = cross_device_link(page.text)
    answer = present(pid_office, wallet, link, holder_of(world, people["builder"].pid))
    assert answer.json == {}
    location = wallet.client.get(state, base_url=ISSUER).json["location"]
    stranger = pid_office.app.test_client()
    assert stranger.get(location, base_url=ISSUER).status_code == 400
    assert wallet.client.get(location, base_url=ISSUER).status_code == 303


def test_a_response_code_is_needed(pid_office, world, people):
    wallet = pid_office.wallet()
    path = begin(pid_office, wallet)
    present(
        pid_office, wallet, same_device_link(wallet, path), holder_of(world, people["builder"].pid)
    )
    done = wallet.client.get(f"{path}/pid/return?response_code=guess", base_url=ISSUER)
    assert done.headers["Location"].endswith("/pid/failed")
    page = wallet.client.get(f"{path}/pid/failed", base_url=ISSUER)
    assert page.status_code == 403
    assert "Your identity was not shown" in page.text


@pytest.mark.parametrize("spoiled", ["expired", "other issuer", "other holder"])
def test_a_pid_that_must_not_be_believed(pid_office, world, people, spoiled):
    wallet = pid_office.wallet()
    path = begin(pid_office, wallet)
    document = people["builder"].pid
    if spoiled == "expired":
        holder = holder_of(world, document, issued_at=NOW - 9000, expires_at=NOW - 3600)
    elif spoiled == "other issuer":
        holder = SimulatedWallet({})
        claims = {
            **write_claims(document, PID),
            **create_envelope(
                PID,
                issuer="https://x.example",
                identifier="urn:uuid:1",
                issued_at=NOW - DAY,
                expires_at=NOW + DAY,
                holder_jwk=create_jwk(holder.holder.public_key),
            ),
        }
        holder.credentials["pid"] = create_sd_jwt_vc(
            claims, attestation_type(PID).disclosable, world.bodies["fund"].attestation_signer
        )
    else:
        holder = SimulatedWallet({"pid": create_pid(world, SimulatedWallet({}).holder, document)})
    answer = present(pid_office, wallet, same_device_link(wallet, path), holder)
    assert answer.status_code == 400
    state = wallet.client.get(f"{path}/pid/state", base_url=ISSUER).json
    assert state["location"].endswith("/pid/failed")


def test_somebody_else_is_told_plainly(pid_office, world, people):
    from dataclasses import replace

    wallet = pid_office.wallet()
    path = begin(pid_office, wallet)
    pid = people["builder"].pid
    stranger = replace(pid, person=replace(pid.person, surnames="Nepažįstamas"))
    answer = present(pid_office, wallet, same_device_link(wallet, path), holder_of(world, stranger))
    back = urlsplit(answer.json["redirect_uri"])
    page = wallet.client.get(f"{back.path}?{back.query}", base_url=ISSUER)
    assert page.status_code == 403
    assert "We found no document for you" in page.text
    assert "Nepažįstamas" not in page.text


def test_a_known_person_without_the_document(pid_office, world, people):
    wallet = pid_office.wallet()
    path = begin(pid_office, wallet, scope="urn:eudi:pda1:1")
    answer = present(
        pid_office,
        wallet,
        same_device_link(wallet, path),
        holder_of(world, people["pensioner"].pid),
    )
    back = urlsplit(answer.json["redirect_uri"])
    page = wallet.client.get(f"{back.path}?{back.query}", base_url=ISSUER)
    assert page.status_code == 403
    assert "holds no such document for you" in page.text


def test_the_request_says_why(pid_office):
    wallet = pid_office.wallet()
    path = begin(pid_office, wallet)
    parameters = link_parameters(same_device_link(wallet, path))
    token = wallet.client.get(urlsplit(parameters["request_uri"]).path, base_url=ISSUER)
    parsed = verify_request_object(token.text, parameters["client_id"], now=NOW, wallet_nonce=None)
    assert parsed.dataset.service["en"] == "Example Social Insurance Fund"
    assert set(parsed.dataset.purpose) == {"en", "lt", "el", "ro"}
    assert wallet.client.get("/privacy", base_url=ISSUER).status_code == 200


def test_the_web_wallet_of_the_settings(make_office):
    office = make_office(sign_in=("pid",), wallet_url="https://wallet.example")
    wallet = office.wallet()
    path = begin(office, wallet)
    assert same_device_link(wallet, path).startswith(
        "https://wallet.example/present?client_id=x509_hash"
    )


# OpenID Connect: the provider is simulated, over real HTTP


@pytest.fixture(scope="module")
def provider():
    simulated = SimulatedProvider()
    yield simulated
    simulated.server.shutdown()


@pytest.fixture
def oidc_office(make_office, provider, people):
    provider.mode = "good"
    person = people["builder"].person
    provider.claims = {
        "family_name": person.surnames,
        "given_name": person.forenames,
        "birthdate": person.date_of_birth.isoformat(),
        "personal_administrative_number": person.pin,
    }
    return make_office(
        sign_in=("oidc",), oidc=OidcConfig(provider.url, "issuer", "s3cret"), allow_loopback=True
    )


def go_to_provider(office, wallet, provider):
    """Follow the browser to the provider and back to our callback; return the callback's URL."""
    path = begin(office, wallet)
    there = wallet.client.get(f"{path}/oidc", base_url=ISSUER)
    assert there.status_code == 303, there.text
    url = there.headers["Location"]
    assert url.startswith(provider.url)
    parts = urlsplit(url)
    with provider.app.test_client() as browser:
        back = browser.get(f"{parts.path}?{parts.query}", base_url=provider.url).headers["Location"]
    return urlsplit(back)


@pytest.mark.parametrize("mode", ["good", "names in userinfo"])
def test_oidc_signs_in(oidc_office, provider, mode):
    provider.mode = mode
    wallet = oidc_office.wallet()
    back = go_to_provider(oidc_office, wallet, provider)
    done = wallet.client.get(f"{back.path}?{back.query}", base_url=ISSUER)
    assert done.status_code == 303, done.text
    code = parse_qs(urlsplit(done.headers["Location"]).query)["code"][0]
    assert wallet.redeem_code(code).status_code == 200
    again = wallet.client.get(f"{back.path}?{back.query}", base_url=ISSUER)
    assert again.status_code == 400


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param(m, id=f"OIDC-01-{m}")
        for m in ("nonce", "aud", "iss", "exp", "key", "none", "mix-up", "declined", "userinfo")
    ],
)
def test_oidc_refuses_a_lying_provider(oidc_office, provider, mode):
    provider.mode = mode
    wallet = oidc_office.wallet()
    back = go_to_provider(oidc_office, wallet, provider)
    done = wallet.client.get(f"{back.path}?{back.query}", base_url=ISSUER)
    assert done.status_code == 400
    assert "Location" not in done.headers


def test_oidc_01_state_and_browser(oidc_office, provider):
    wallet = oidc_office.wallet()
    back = go_to_provider(oidc_office, wallet, provider)
    other = oidc_office.app.test_client()
    assert other.get(f"{back.path}?{back.query}", base_url=ISSUER).status_code == 400
    wrong = back.query.replace("state=", "state=x")
    assert wallet.client.get(f"{back.path}?{wrong}", base_url=ISSUER).status_code == 400


def test_oidc_01_a_code_of_another_sign_in(oidc_office, provider):
    wallet, attacker = oidc_office.wallet(), oidc_office.wallet()
    theirs = parse_qs(go_to_provider(oidc_office, attacker, provider).query)
    ours = parse_qs(go_to_provider(oidc_office, wallet, provider).query)
    query = urlencode({"code": theirs["code"][0], "state": ours["state"][0]})
    assert (
        wallet.client.get(f"/authorize/oidc/callback?{query}", base_url=ISSUER).status_code == 400
    )


def test_oidc_discovery_of_another_issuer(oidc_office, provider):
    provider.mode = "discovery"
    wallet = oidc_office.wallet()
    path = begin(oidc_office, wallet)
    assert wallet.client.get(f"{path}/oidc", base_url=ISSUER).status_code == 503
