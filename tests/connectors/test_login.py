"""The State's login: who comes back, what a forger gets, and what the sandbox's own server refuses."""

from __future__ import annotations

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from connectors.audit import MemoryAudit
from connectors.login import Client, Login, LoginCancelled, Realm, challenge
from connectors.registry import RegistryRefused
from connectors.sandbox.app import CLIENT_SECRET, Pairs
from connectors.sandbox.login import ONE_TIME_CODE
from tests.connectors.logins import BACK, MARIA, back, login, page
from tests.connectors.sandbox import Clock, Sandbox, running

# The way through


async def test_a_citizen_logs_in(sandbox: Sandbox) -> None:
    door = login(sandbox)
    started = door.start()
    status, text, _ = await page(sandbox, started.url)
    assert status == 200
    assert "Μαρία Αντωνίου" in text
    query = await back(sandbox, started, person="123456783", act="go")
    assert await door.finish(query, started) == MARIA
    rows = [(entry.registry, entry.operation, result.error) for entry, result in sandbox.audit.rows if result]
    assert rows == [("login", "token", None), ("login", "userinfo", None)]
    assert "123456783" not in repr(MARIA)
    assert started.verifier not in repr(started)


def test_what_a_browser_is_sent_with(sandbox: Sandbox) -> None:
    started = login(sandbox, Realm.CITIZENS_WITH_CODE).start()
    url = URL(started.url)
    assert url.path == "/oauth2serverotp/oauth/authorize"
    assert dict(url.query) == {
        "response_type": "code",
        "client_id": "citizen-counter",
        "redirect_uri": BACK,
        "scope": "read",
        "state": started.state,
        "code_challenge": challenge(started.verifier),
        "code_challenge_method": "S256",
    }
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_every_login_has_secrets_of_its_own(sandbox: Sandbox) -> None:
    door = Login(
        sandbox.url,
        Client("x", "y", BACK),
        session=sandbox.session,
        audit=sandbox.audit,
        runtime=sandbox.clock.runtime(),
    )
    found = [secret for one in (door.start(), door.start()) for secret in (one.state, one.verifier)]
    assert len(set(found)) == 4
    assert all(len(secret) >= 43 for secret in found)


async def test_a_citizen_with_a_one_time_code(sandbox: Sandbox) -> None:
    door = login(sandbox, Realm.CITIZENS_WITH_CODE)
    started = door.start()
    for wrong in ("", "000000"):
        status, text, _ = await page(sandbox, started.url, {"person": "123456783", "code": wrong, "act": "go"})
        assert status == 400
        assert "δεν είναι σωστός" in text
    query = await back(sandbox, started, person="123456783", code=ONE_TIME_CODE, act="go")
    assert (await door.finish(query, started)).afm == "123456783"


async def test_a_civil_servant_logs_in_and_a_citizen_does_not(sandbox: Sandbox) -> None:
    door = login(sandbox, Realm.CIVIL_SERVANTS)
    started = door.start()
    _, text, _ = await page(sandbox, started.url)
    assert "Νίκη Ζαφείρη" in text
    assert "Μαρία" not in text
    status, _, _ = await page(sandbox, started.url, {"person": "123456783", "act": "go"})
    assert status == 400
    person = await door.finish(await back(sandbox, started, person="090000101", act="go"), started)
    assert (person.afm, person.last) == ("090000101", "Ζαφείρη")


async def test_any_citizen_by_number(sandbox: Sandbox) -> None:
    door = login(sandbox)
    started = door.start()
    query = await back(sandbox, started, person="123456783", other=" 090000070 ", act="go")
    assert (await door.finish(query, started)).afm == "090000070"


async def test_who_does_not_want_to(sandbox: Sandbox) -> None:
    door = login(sandbox)
    started = door.start()
    query = await back(sandbox, started, person="123456783", act="cancel")
    assert query == {"error": "access_denied", "state": started.state}
    with pytest.raises(LoginCancelled):
        await door.finish(query, started)
    assert sandbox.audit.rows == []


# What a forger gets


@pytest.mark.parametrize("state", ["", "another", "κ", "\ud800", None])
async def test_an_answer_to_another_login(sandbox: Sandbox, state: str | None) -> None:
    door = login(sandbox)
    started = door.start()
    query = await back(sandbox, started, person="123456783", act="go")
    forged = {**query, "state": state} if state is not None else {"code": query["code"]}
    with pytest.raises(RegistryRefused, match="login: state"):
        await door.finish(forged, started)
    assert sandbox.audit.rows == []  # and nobody was asked


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["state", "code", "error", "scope"]), st.text(max_size=50)))
async def test_whatever_a_browser_brings_nobody_is_asked_without_the_state(query: dict[str, str]) -> None:
    audit = MemoryAudit()
    client = Client("citizen-counter", CLIENT_SECRET, BACK)
    async with aiohttp.ClientSession() as session:
        door = Login("http://192.0.2.1", client, session=session, audit=audit, runtime=Clock().runtime())
        with pytest.raises(RegistryRefused, match="login: state"):
            await door.finish(query, door.start())
    assert audit.rows == []


async def test_a_code_works_once(sandbox: Sandbox) -> None:
    door = login(sandbox)
    started = door.start()
    query = await back(sandbox, started, person="123456783", act="go")
    assert await door.finish(query, started) == MARIA
    with pytest.raises(RegistryRefused, match="http 400"):
        await door.finish(query, started)


async def test_a_code_that_comes_twice_ends_its_token(sandbox: Sandbox) -> None:
    started = login(sandbox).start()
    query = await back(sandbox, started, person="123456783", act="go")
    form = {
        "grant_type": "authorization_code",
        "client_id": "citizen-counter",
        "client_secret": CLIENT_SECRET,
        "redirect_uri": BACK,
        "code": query["code"],
        "code_verifier": started.verifier,
    }
    statuses, token = [], ""
    for _ in range(2):
        async with sandbox.session.post(f"{sandbox.url}/oauth2server/oauth/token", data=form) as answer:
            token = (await answer.json()).get("access_token", token)
        header = {"Authorization": f"Bearer {token}"}
        async with sandbox.session.get(f"{sandbox.url}/oauth2server/userinfo?format=xml", headers=header) as answer:
            statuses.append(answer.status)
    assert statuses == [200, 401]


async def test_a_stolen_code_is_worth_nothing_without_the_verifier(sandbox: Sandbox) -> None:
    door = login(sandbox)
    mine, theirs = door.start(), door.start()
    stolen = await back(sandbox, mine, person="123456783", act="go")
    with pytest.raises(RegistryRefused, match="http 400"):
        await door.finish({**stolen, "state": theirs.state}, theirs)


async def test_a_code_does_not_last(sandbox: Sandbox) -> None:
    door = login(sandbox)
    started = door.start()
    query = await back(sandbox, started, person="123456783", act="go")
    sandbox.clock.seconds += 60.0
    with pytest.raises(RegistryRefused, match="http 400"):
        await door.finish(query, started)


async def test_a_code_of_one_realm_is_none_of_anothers(sandbox: Sandbox) -> None:
    servants = login(sandbox, Realm.CIVIL_SERVANTS)
    citizens = login(sandbox)
    started = citizens.start()
    query = await back(sandbox, started, person="123456783", act="go")
    with pytest.raises(RegistryRefused, match="http 400"):
        await servants.finish(query, started)


async def test_no_code_and_no_error(sandbox: Sandbox) -> None:
    door = login(sandbox)
    started = door.start()
    with pytest.raises(RegistryRefused, match="no code"):
        await door.finish({"state": started.state, "error": "server_error"}, started)


# What the sandbox's login refuses


@pytest.mark.parametrize(
    ("different", "status", "said"),
    [
        ({"client_id": "somebody"}, 400, ""),
        ({"redirect_uri": "https://evil.example/"}, 400, ""),
        ({"redirect_uri": "javascript:alert(1)"}, 400, ""),
        ({"redirect_uri": "http://["}, 400, ""),
        ({"redirect_uri": f"{BACK}#x"}, 400, ""),
        ({"response_type": "token"}, 303, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, 303, "invalid_request"),
    ],
)
@pytest.mark.parametrize("form", [None, {"person": "123456783", "act": "go"}])
async def test_a_strange_question(
    sandbox: Sandbox, different: dict[str, str], status: int, said: str, form: dict[str, str] | None
) -> None:
    url = URL(login(sandbox).start().url).update_query(different)
    found, text, where = await page(sandbox, str(url), form)
    assert found == status
    if said:
        assert URL(where).query["error"] == said
    else:
        assert "δεν είναι δυνατή" in text
        assert where == ""


async def test_an_agreed_address_elsewhere() -> None:
    there = "https://counter.example/link/back"
    async with running(pairs=Pairs(redirects=(there,))) as sandbox:
        url = URL(login(sandbox).start().url).update_query(redirect_uri=there)
        assert (await page(sandbox, str(url), {"person": "123456783"}))[2].startswith(there)


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code", "client_secret": "wrong"}, 401, "invalid_client"),
    ],
)
async def test_a_strange_exchange(sandbox: Sandbox, form: dict[str, str], status: int, error: str) -> None:
    pair = {"client_id": "citizen-counter", "client_secret": "sandbox-only"}
    async with sandbox.session.post(f"{sandbox.url}/oauth2server/oauth/token", data={**pair, **form}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (status, error)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer no-such"}, {"Authorization": "Basic eA=="}])
async def test_nobody_is_told_without_a_token(sandbox: Sandbox, header: dict[str, str]) -> None:
    async with sandbox.session.get(f"{sandbox.url}/oauth2server/userinfo?format=xml", headers=header) as answer:
        assert answer.status == 401


async def test_the_page_needs_no_script_and_is_kept_by_nobody(sandbox: Sandbox) -> None:
    started = login(sandbox).start()
    async with sandbox.session.get(URL(started.url, encoded=True)) as answer:
        text = await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
        assert "script" not in answer.headers["Content-Security-Policy"]
    assert "<script" not in text
    hostile = URL(started.url).update_query(state='"><script>')
    assert "<script" not in (await page(sandbox, str(hostile)))[1]
