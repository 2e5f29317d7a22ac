"""Languages: chosen by link, remembered by cookie, guessed from the browser."""

import datetime as dt

import pytest

from esspass.web.languages import format_country, format_day, format_moment

TITLES = {"en": "Sign in", "lt": "Prisijungti", "el": "Σύνδεση", "ro": "Conectare"}


def page_in(client, **headers):
    return client.get("/sign-in", headers=headers).get_data(as_text=True)


@pytest.mark.parametrize("locale", TITLES)
def test_the_switch_is_remembered(client, locale):
    response = client.get(f"/sign-in?next=/form&lang={locale}")
    assert (response.status_code, response.location) == (302, "/sign-in?next=%2Fform")
    assert "HttpOnly" in response.headers["Set-Cookie"]
    page = page_in(client)
    assert f'<html lang="{locale}"' in page
    assert f"<title>{TITLES[locale]} – ESSPASS Demo</title>" in page


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [("el-GR,el;q=0.9", "el"), ("lt", "lt"), ("is,no;q=0.5", "en"), ("", "en")],
)
def test_the_browser_gives_the_first_guess(client, accepted, locale):
    assert f'<html lang="{locale}"' in page_in(client, **{"Accept-Language": accepted})


def test_unknown_languages_and_altered_cookies_change_nothing(client):
    assert client.get("/sign-in?lang=xx").status_code == 200
    client.set_cookie("demo-language", "../../etc")
    assert '<html lang="en"' in page_in(client)


def test_the_switch_keeps_the_page_and_its_parameters(client):
    page = client.get("/?outcome=FAILED&x=a%26b").get_data(as_text=True)
    assert 'href="/?outcome=FAILED&amp;x=a%26b&amp;lang=lt"' in page


def test_the_switch_never_leaves_the_host(client):
    response = client.get("//evil.example/%2e%2e?lang=lt", base_url="http://localhost")
    assert not (response.location or "/").startswith("//")
    page = client.get("//evil.example").get_data(as_text=True)
    assert 'href="//evil' not in page


def test_error_pages_are_translated(client):
    page = client.get("/nope", headers={"Accept-Language": "ro"}).get_data(as_text=True)
    assert "Pagina nu a fost găsită" in page
    assert "<code>not_found</code>" in page


def test_dates_and_countries_in_words(app):
    with app.test_request_context(headers={"Accept-Language": "el"}):
        assert format_day(dt.date(2026, 11, 21)) == "21 Νοεμβρίου 2026"
        assert format_moment(1795253220) == "21 Νοεμβρίου 2026, 09:27 UTC"
        assert format_country("LT") == "Λιθουανία"
        assert format_country("??") == "??"
    with app.test_request_context():
        assert format_day(1795253220) == "21 November 2026"
