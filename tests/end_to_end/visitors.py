"""People at their browsers: each knows the way through the pages of one app.

They go by what a page is made of (fields, values, addresses), so the same way works in every
language; what the pages say is for the tests to judge.
"""

from dataclasses import dataclass

from playwright.sync_api import Error, Page

_PURPOSES = {"pda1": "labour-inspection", "ehic": "care"}


@dataclass
class Visitor:
    """Somebody in front of one app."""

    page: Page
    base: str
    authenticator: object = None

    def go(self, path=""):
        """Open a page of this app, also from one that is just leaving by itself."""
        for _ in range(5):
            try:
                return self.page.goto(self.base + path)
            except Error as error:
                if "ERR_ABORTED" not in error.message and "interrupted" not in error.message:
                    raise
        return self.page.goto(self.base + path)

    def read(self, language):
        """Choose a language for all pages of the app."""
        self.page.context.request.get(f"{self.base}/?lang={language}", max_redirects=0)

    @property
    def heading(self):
        """What the page says first."""
        return self.page.inner_text("h1")

    @property
    def text(self):
        """What the page says."""
        return self.page.inner_text("main")

    @property
    def path(self):
        """Where the page is."""
        return self.page.url.removeprefix(self.base)

    def press(self, selector):
        """Press a button or a link, and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def use_passkey(self, following="/"):
        """Sign in."""
        self.go(f"/sign-in?next={following}")
        self.page.click(".app-passkey button")
        self.page.wait_for_url(self.base + following)

    def sign_out(self):
        """Sign out."""
        self.go("/")
        self.press(".app-account__leave")


class Citizen(Visitor):
    """Somebody with a web wallet."""

    def sign_up(self, name):
        """Set up a wallet with a passkey."""
        self.go("/sign-up")
        self.page.fill("#name", name)
        self.page.click(".app-passkey button")
        self.page.wait_for_url(f"{self.base}/")

    def paste(self, link):
        """Paste a link into the wallet; the wallet says what it is."""
        self.go("/add")
        self.page.fill("#link", link)
        self.press("form.wallet-add button[type=submit]")

    def open_link(self, link):
        """Paste a link, and go on after the wallet has said what it is."""
        self.paste(link)
        self.press("main a.govuk-button")

    def confirm(self):
        """Use the passkey if the page asks for it, as it does some minutes after the last time."""
        asked = self.page.locator("main a[href^='/sign-in?']")
        if asked.count():
            before = self.page.url
            self.press("main a[href^='/sign-in?']")
            self.page.click(".app-passkey button")
            self.page.wait_for_url(before)

    def accept(self, tx_code=None):
        """Accept the offer on the page."""
        self.confirm()
        if tx_code is not None:
            self.page.fill("#tx_code", tx_code)
        self.press("button[name=answer][value=accept]")

    def fill_demo_eid(self, values):
        """Sign in where the institution asks with the simulated identity."""
        for name, value in values.items():
            self.page.fill(f"#{name}", value)
        self.press("form.app-card button[type=submit]")

    def sign_in_with_pid(self):
        """Sign in where the institution asks with the identity in this wallet."""
        self.press("a[href$='/pid']")
        self.press("a[href$='/pid/here']")
        self.share()
        self.press("main a.govuk-button")

    def share(self):
        """Agree to what is asked on the page."""
        self.confirm()
        self.press("button[name=answer][value=share]")

    def refuse(self):
        """Say no to what is asked on the page."""
        self.press("button[name=answer][value=refuse]")

    def documents(self):
        """Addresses of the documents on the start page."""
        self.go("/")
        links = self.page.locator("a.app-credential").all()
        return [link.get_attribute("href") for link in links]


class Staff(Visitor):
    """Somebody who works at a desk."""

    def arrive(self, invitation, name):
        """Open the first link, and make a passkey."""
        self.page.goto(invitation)
        self.page.fill("#name", name)
        self.page.click(".app-passkey button")
        self.page.wait_for_url(lambda url: "/invitation/" not in url)


class Clerk(Staff):
    """Somebody who decides and issues."""

    def search(self, text, state=""):
        """Look for decisions; return the lines found."""
        self.go("/decisions")
        self.page.fill("#q", text)
        self.page.select_option("#state", state)
        self.press("form[role=search] button")
        return self.page.locator(".issuer-decision").all_inner_texts()

    def open_decision(self, number):
        """Open the decision with this document number."""
        self.search(number)
        self.press(".issuer-decision")

    def offer(self, grant, vct=None):
        """Offer the document on the page."""
        self.press(".issuer-actions a[href$='/offer']")
        if vct is not None:
            self.page.check(f"input[name=vct][value='{vct}']")
        self.page.check(f"input[name=grant][value={grant}]")
        self.press("main form button[type=submit]")

    def withdraw(self, reason, day):
        """Fill the form of the withdrawal and go on."""
        if reason is not None:
            self.page.check(f"input[name=reason][value={reason}]")
        self.page.fill("#effective", day)
        self.press("main form button[type=submit]")


class Inspector(Staff):
    """Somebody who checks documents."""

    def begin(self, kind, *, with_pid=True, flow="cross_device", place=""):
        """Fill the form and start a check."""
        self.go("/")
        self.page.check(f"input[name=purpose][value={_PURPOSES[kind]}]")
        self.page.set_checked("#with-pid", checked=with_pid)
        self.page.fill("#place", place)
        self.page.check(f"input[name=flow][value={flow}]")
        self.press("form.app-start button[type=submit]")

    def web_link(self):
        """The link that a web wallet takes."""
        return self.page.get_attribute("main a[href*='/present?']", "href")

    def wait_for_verdict(self):
        """Wait until the page shows a verdict by itself; return its title."""
        self.page.wait_for_selector("#verdict-title", timeout=30_000)
        return self.page.inner_text("#verdict-title")

    def findings(self):
        """Outcome of each check of the document, by the check's id."""
        found = self.page.locator(".app-check").all()
        return {
            each.get_attribute("id").removeprefix("check-"): each.get_attribute("data-outcome")
            for each in found
        }
