"""Languages: which one a person reads, and how dates and countries are written in it.

``?lang=`` switches, a cookie remembers, ``Accept-Language`` is the first guess, English the last.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from urllib.parse import urlencode

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, current_app, redirect, request
from flask_babel import Babel, get_locale
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from esspass.attestations.specification import LOCALES
from esspass.web.settings import WebSettings, web_settings

PROTOCOL_BLUEPRINTS = "esspass.protocol"
_CATALOGUES = Path(__file__).parent / "translations"
_YEAR = 365 * 24 * 3600


def configure_languages(app: Flask, settings: WebSettings) -> None:
    """Give the app its catalogues, the kernel's last so that an app may say it differently."""
    folders = (_CATALOGUES, *settings.translation_directories)  # later ones prevail
    Babel(
        app,
        default_locale=LOCALES[0],
        default_translation_directories=";".join(str(folder) for folder in folders),
        locale_selector=select_locale,
    )
    app.jinja_env.globals.update(
        get_locale=get_locale, languages=languages, language_url=language_url
    )
    app.jinja_env.filters.update(
        day=format_day, moment=mark_up_moment, country=format_country, number=format_number
    )


def select_locale() -> str:
    """Choose the language of this request; protocols read no cookie."""
    guess = request.accept_languages.best_match(LOCALES, LOCALES[0])
    if request.blueprint in current_app.extensions[PROTOCOL_BLUEPRINTS]:
        return guess
    wishes = (request.args.get("lang"), request.cookies.get(_cookie()))
    return next((wish for wish in wishes if wish in LOCALES), guess)


def switch_language() -> BaseResponse | None:
    """Answer ``?lang=`` on a page: remember it and show the same page without the parameter."""
    wish = request.args.get("lang")
    if request.method != "GET" or wish not in LOCALES:
        return None
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    response = redirect(_local(request.path) + (f"?{urlencode(query)}" if query else ""))
    remember_language(response, wish)
    return response


def remember_language(response: BaseResponse, locale: str) -> None:
    """Set the cookie that holds the language, and nothing else."""
    secure = web_settings().secure
    response.set_cookie(
        _cookie(), locale, max_age=_YEAR, httponly=True, samesite="Lax", secure=secure
    )


def languages() -> list[tuple[str, str]]:
    """Return (code, own name) of every language on offer."""
    return [(code, str(Locale(code).get_display_name(code)).capitalize()) for code in LOCALES]


def language_url(code: str) -> str:
    """Return the address of the current page in another language."""
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{_local(request.path)}?{urlencode([*query, ('lang', code)])}"


def format_day(value: dt.date | int) -> str:
    """Write a date, or the UTC day of a time in epoch seconds: 21 November 2026."""
    return format_date(_date(value), "long", locale=_date_locale())


def format_moment(value: int) -> str:
    """Write a time in epoch seconds: 21 November 2026, 09:27 UTC."""
    when = dt.datetime.fromtimestamp(value, dt.UTC)
    return f"{format_day(when.date())}, {when:%H:%M} UTC"


def mark_up_moment(value: int) -> Markup:
    """Write a time for a page: in UTC, which the browser turns into the reader's own time."""
    when = dt.datetime.fromtimestamp(value, dt.UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        f"{when:%Y-%m-%dT%H:%M:%SZ}", format_moment(value)
    )


def format_country(code: str) -> str:
    """Write the name of an ISO 3166 country, or the code when nobody knows it."""
    locale = get_locale() or Locale(LOCALES[0])
    return str(locale.territories.get(code, code))


def format_number(value: float) -> str:
    """Write a number as readers of the page do: 12,345.6."""
    return format_decimal(value, locale=_date_locale())


def _date_locale() -> Locale:
    """English with the day first, as everybody writes it who reads these pages."""
    locale = get_locale() or Locale(LOCALES[0])
    return Locale("en", "GB") if locale.language == "en" else locale


def _date(value: dt.date | int) -> dt.date:
    if isinstance(value, dt.date):
        return value
    return dt.datetime.fromtimestamp(value, dt.UTC).date()


def _local(path: str) -> str:
    """A path that starts with two slashes would name another host."""
    return "/" + path.lstrip("/\\")


def _cookie() -> str:
    return f"{web_settings().session_cookie}-language"
