"""A browser as far as a login needs one: it keeps our cookies, presses buttons, and goes where it is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

import aiohttp
from yarl import URL

from tests.harness import PUBLIC_URL

_FORM = re.compile(r'name="form" value="([^"]+)"')


@dataclass(slots=True)
class Page:
    """What the browser shows, or where it is sent."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def code(self) -> str:
        """The code that the page shows; empty if it shows none."""
        return "".join(next(iter(re.findall(r">(\d{3}) (\d{3})</p>", self.text)), ()))


@dataclass(slots=True)
class Browser:
    """``counter`` is where the service really listens; its public address leads there. One browser, one cookie jar."""

    session: aiohttp.ClientSession
    counter: str
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, url: str, **headers: str) -> Page:
        return await self._ask("GET", url, None, headers)

    async def post(self, url: str, form: dict[str, str], **headers: str) -> Page:
        return await self._ask("POST", url, form, headers)

    async def begin(self, link: str) -> Page:
        """Open a link and press its button: where the login is."""
        page = await self.get(link)
        found = _FORM.search(page.text)
        return await self.post(link, {"form": found[1]}) if found else page

    async def log_in(self, door: str, afm: str, *, act: str = "go") -> str:
        """At the login's page: the address that it sends the browser back to."""
        return (await self.post(door, {"person": afm, "act": act})).location

    async def link(self, link: str, afm: str) -> Page:
        """All of it, as a citizen goes through it."""
        begun = await self.begin(link)
        return await self.get(await self.log_in(begun.location, afm)) if begun.location else begun

    async def _ask(self, method: str, url: str, form: dict[str, str] | None, headers: dict[str, str]) -> Page:
        ours = url.startswith(PUBLIC_URL)
        where = url.replace(PUBLIC_URL, self.counter, 1) if ours else url
        if ours and self.cookies:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | headers
        async with self.session.request(
            method, URL(where, encoded=True), data=form, headers=headers, allow_redirects=False
        ) as answer:
            if ours:
                self._keep(answer)
            return Page(answer.status, await answer.text(), dict(answer.headers))

    def _keep(self, answer: aiohttp.ClientResponse) -> None:
        for line in answer.headers.getall("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
