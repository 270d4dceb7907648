"""What binds a login to one browser: a cookie that only it holds. No other site can set it, or send a form with it."""

from __future__ import annotations

from aiohttp import web

KEPT = 1800  # seconds: longer than a link and the code after it
LONGEST = 128  # characters; ours have 32
_FOREIGN = frozenset({"cross-site", "same-site"})


class BrowserCookie:
    """``secure`` where the service is reached by https: then the name's ``__Host-`` has browsers refuse it from any
    other host, also one of the same domain."""

    def __init__(self, *, secure: bool) -> None:
        self._secure = secure
        self.name = "__Host-counter-link" if secure else "counter-link"

    def read(self, request: web.Request) -> str:
        """The browser's secret; empty when it brings none."""
        brought = request.cookies.get(self.name, "")
        return brought if brought.isascii() and len(brought) <= LONGEST else ""

    def write(self, response: web.StreamResponse, secret: str) -> None:
        response.set_cookie(
            self.name, secret, max_age=KEPT, path="/", httponly=True, secure=self._secure, samesite="Lax"
        )


def from_elsewhere(request: web.Request) -> bool:
    """Did another site's page send this form? Browsers say so; those that do not are held by the cookie, which is
    ``SameSite=Lax``: another site's form comes without it."""
    return request.headers.get("Sec-Fetch-Site", "") in _FOREIGN
