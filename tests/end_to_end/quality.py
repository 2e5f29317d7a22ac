"""What every page owes its reader: plain words, their language, room on a telephone, focus in sight."""

import re

OPEN_DETAILS = "document.querySelectorAll('details').forEach(each => { each.open = true })"
NARROW = {"width": 320, "height": 640}
# Words of ours: not what a person, an institution or a document says (dd, cards, codes, other languages),
# nor unit symbols, which are the same everywhere.
_WORDS = r"""() => {
  const foreign = 'dd, code, script, style, svg, q, textarea, noscript, .app-languages,'
    + ' .app-account, .app-countries, .wallet-value, .app-logo, .app-error__code, .app-countdown__time, [lang]:not(html)';
  const words = [document.title.split(' – ')[0]];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest(foreign)) words.push(node.textContent.trim());
  }
  return words.filter(each => /\p{L}{2}/u.test(each));
}"""
_SAID = """() => {
  const copy = document.querySelector('main').cloneNode(true);
  copy.querySelectorAll('code, cite, svg, .govuk-details, .app-check__evidence').forEach(each => each.remove());
  return copy.textContent;
}"""
_BLUNDERS = {
    "a value that is missing": re.compile(r"\b(None(?! of)|undefined|NaN|null|True|False)\b"),
    "a text that is not filled in": re.compile(r"%\(|\{\{|\[object"),
    "the first of January 1970": re.compile(r"\b1970\b"),
    "a raw date": re.compile(r"\b\d{4}-\d{2}-\d{2}"),
    "the id of a type": re.compile(r"urn:|eu\.we-build"),
    "a code": re.compile(r"\b[a-z]+_[a-z_]+\b"),
}
# A focus ring is on the element, on what is drawn before or after it, or on what is drawn for it.
_FOCUS = r"""() => {
  const element = document.activeElement;
  const boxes = [[element, null], [element, '::before'], [element, '::after'],
    [element.nextElementSibling, '::before']].filter(([each]) => each);
  const ring = style => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
    && !/, 0\)$/.test(style.outlineColor)) || style.boxShadow !== 'none'
    || style.backgroundColor === 'rgb(255, 212, 59)' || parseFloat(style.borderWidth) >= 4;
  const box = element.getBoundingClientRect();
  return {
    name: element.id || element.textContent.trim().replace(/\s+/g, ' '),
    tag: element.tagName,
    visible: boxes.some(([each, part]) => ring(getComputedStyle(each, part))),
    inside: box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
  };
}"""


# Words that two languages share.
_SHARED = {"ro": {"Document", "Link", "Sector"}}


def words_of(page):
    """The interface's words on a page, in order."""
    return page.evaluate(_WORDS)


def check_words(page):
    """Nothing that a person cannot read stands where words belong."""
    said = page.evaluate(_SAID)
    found = {what: match[0] for what, form in _BLUNDERS.items() if (match := form.search(said))}
    assert not found, f"{page.url} shows {found}"


def check_language(page, language, english, names=()):
    """The page is in ``language``: nothing on it reads as in English, but for ``names``."""
    assert page.get_attribute("html", "lang") == language, page.url
    left = [each for each in dict.fromkeys(words_of(page)) if each in english]
    left = [each for each in left if not any(name in each for name in names)]
    left = [each for each in left if each not in _SHARED.get(language, ())]
    assert not left, f"{page.url} is not {language}: {left}"


def check_reflow(page):
    """Nothing needs scrolling sideways at 320 pixels."""
    before = page.viewport_size
    page.set_viewport_size(NARROW)
    page.evaluate(OPEN_DETAILS)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(before)
    assert width <= NARROW["width"], f"{page.url} is {width} pixels wide"


def walk_by_keyboard(page, until, limit=60):
    """Press Tab until ``until`` has the focus; each stop must be visible. Returns their names."""
    page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUS)
        if stop["tag"] == "BODY":  # the focus went through the browser's own bar
            continue
        assert stop["visible"], f"no focus to be seen on {stop}"
        assert stop["inside"], f"the focus is out of sight on {stop}"
        seen.append(stop["name"])
        if page.evaluate("target => document.activeElement.matches(target)", until):
            return seen
    raise AssertionError(f"{until} was not reached: {seen}")
