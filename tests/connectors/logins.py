"""The login as a browser and the counter go through it, against the sandbox's."""

from __future__ import annotations

import itertools

from yarl import URL

from connectors.call_policy import Limits
from connectors.login import Client, Login, Person, Realm, Started
from connectors.sandbox.app import CLIENT_SECRET
from tests.connectors.sandbox import Sandbox

BACK = "http://127.0.0.1:8080/link/back"
FAST = Limits(deadline=20.0)
MARIA = Person("123456783", "Μαρία", "Αντωνίου", "U123456783")


def login(
    sandbox: Sandbox, realm: Realm = Realm.CITIZENS, secret: str = CLIENT_SECRET, url: str = "", limits: Limits = FAST
) -> Login:
    numbers = itertools.count(1)
    return Login(
        url or sandbox.url,
        Client("citizen-counter", secret, BACK),
        session=sandbox.session,
        audit=sandbox.audit,
        runtime=sandbox.clock.runtime(),
        realm=realm,
        limits=limits,
        new_secret=lambda: f"{next(numbers):043d}",
    )


async def page(sandbox: Sandbox, url: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Status, text, and where it sends the browser: nothing is followed."""
    method = "GET" if form is None else "POST"
    async with sandbox.session.request(method, URL(url, encoded=True), data=form, allow_redirects=False) as answer:
        return answer.status, await answer.text(), answer.headers.get("Location", "")


async def back(sandbox: Sandbox, started: Started, **form: str) -> dict[str, str]:
    """What a browser brings back after this form."""
    status, _, where = await page(sandbox, started.url, form)
    assert status == 303
    assert where.startswith(BACK)
    return dict(URL(where).query)
