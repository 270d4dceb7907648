"""The sample proxies in front of the service: what passes, what does not, what they write down."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import web

from bot.web.signed import MAX_BODY
from tests.channels.registry import HARNESSES
from tests.channels.signing import PUBLIC_URL, Expect, Webhook
from tests.channels.webhooks import SMS, VIBER, signed
from tests.chaos.children import ROOT, free_port
from tests.conftest import TEST_SECRET
from tests.deploy.proxies import CLIENT, DEPLOY, INSIDE, proxy

TOKEN = "a-token-that-opens-papers"
ROOMS = ("link", "my-data", "upload", "d", "verify", "V")
CLOSED: tuple[str, ...] = ("/", "/metrics", "/healthz", "/readyz", "/verifyx", "/.env", "//metrics")
CLOSED += ("/verify/../metrics", "/webhooks/%2e%2e/metrics", "/d/..%2fmetrics", "/x/webhooks/viber")
ONE_OF_EACH = [
    next(entry for entry in table if entry.expect is expect)
    for table in (VIBER, SMS)
    for expect in (Expect.INBOUND, Expect.RECEIPT, Expect.FORBIDDEN)
]


@pytest.fixture(params=["nginx", "caddy"])
def program(request: pytest.FixtureRequest) -> str:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return str(request.param)


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """``serve`` as a process, with .env.example filled in; its port."""
    folder = tmp_path_factory.mktemp("serve")
    given = {"secret_key": TEST_SECRET, "public_url": PUBLIC_URL, "port": "0"}
    given |= {"database_url": f"sqlite+aiosqlite:///{folder}/counter.db"}
    given |= {name: str(value) for harness in HARNESSES for name, value in harness.settings.items()}
    lines = (DEPLOY / ".env.example").read_text("utf-8").splitlines()
    kept = [line for line in lines if line.partition("=")[0].lower() not in given]
    filled = [*kept, *(f"{name.upper()}={value}" for name, value in given.items())]
    (folder / ".env").write_text("\n".join(filled), "utf-8")
    command = [sys.executable, "-m", "bot", "serve"]
    environment = {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            ready = (json.loads(line) for line in process.stderr if b'"serve.ready"' in line)
            yield int(next(ready)["port"])
        finally:
            process.terminate()


@asynccontextmanager
async def upstream(handler: web.RequestHandler | object) -> AsyncIterator[int]:
    """Something that answers in the service's place; its port."""
    runner = web.ServerRunner(web.Server(handler))  # type: ignore[arg-type] # a handler of requests
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def told(request: web.BaseRequest) -> web.Response:
    """What of the request arrives."""
    size = sum([len(piece) async for piece in request.content.iter_any()])
    forwarded = request.headers.getall("X-Forwarded-For", [])
    told = {"target": request.raw_path, "host": request.host, "forwarded": forwarded, "size": size}
    others = [name for name in request.headers if name.startswith("X-Forwarded-") and name != "X-Forwarded-For"]
    return web.json_response({**told, "others": others})


async def test_webhooks_are_believed_behind_it_and_nothing_inside_is_reached(
    program: str, serve: int, tmp_path: Path
) -> None:
    async with proxy(program, tmp_path, serve) as front:
        for entry in ONE_OF_EACH:
            target, headers, body = signed(entry)
            answer = await front.ask("POST", target, headers=headers, data=body)
            assert answer.status == entry.expect.status, entry.name
        for room in ROOMS[-2:]:
            assert "html" in (await front.ask("GET", f"/{room}/4TY6-KH90-TTY0-9K13")).body
        assert (await front.ask("GET", "/verify")).status == 200
        for path in CLOSED:
            assert (await front.ask("GET", path)).status in (400, 404), path
            assert "counter_" not in (await front.ask("GET", path)).body
        assert (await front.ask("GET", "/console/login")).status in (403, 404)
        async with front.session.get(f"http://127.0.0.1:{serve}/metrics") as inside:
            assert "counter_" in await inside.text()


async def test_a_body_is_as_large_as_it_may_be_and_no_larger(program: str, serve: int, tmp_path: Path) -> None:
    async with proxy(program, tmp_path, serve) as front:
        for size, status in ((MAX_BODY, 400), (MAX_BODY + 1, 413)):  # 400: it is read, and no message
            target, headers, body = signed(Webhook("large", "viber", b"x" * size, Expect.BAD))
            assert (await front.ask("POST", target, headers=headers, data=body)).status == status
    async with upstream(told) as port, proxy(program, tmp_path, port) as front:
        most = {
            f"/link/{TOKEN}": 1 << 10,
            "/webhooks/viber": MAX_BODY,
            "/verify": 20 << 20,
            f"/upload/{TOKEN}": 30 << 20,
        }
        for path, size in most.items():
            answer = await front.ask("POST", path, data=BytesIO(bytes(size)))
            assert (answer.status, json.loads(answer.body)["size"]) == (200, size), path
        if program == "nginx":  # Caddy leaves it to the service
            for path, size in {f"/link/{TOKEN}": 1025, "/verify": 22 << 20, "/webhooks/viber": MAX_BODY + 1}.items():
                assert (await front.ask("POST", path, data=BytesIO(bytes(size)))).status == 413, path


async def test_what_was_asked_goes_on_as_it_is_and_who_asks_is_said_by_the_proxy_alone(
    program: str, tmp_path: Path
) -> None:
    target = "/webhooks/sms/status?id=7&text=%CE%BD%CE%B1%CE%B9+%2F&bodySHA256=ab%3D"
    forged = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "x.example", "Host": "counter.example"}
    async with upstream(told) as port, proxy(program, tmp_path, port, INSIDE) as front:
        answer = json.loads((await front.ask("POST", target, data=b"a", headers=forged)).body)
        assert (answer["target"], answer["host"], answer["forwarded"]) == (target, "counter.example", [CLIENT])
        for path in ("/webhooks/a%2Fb%CE%B1", "/registries/permits/events", "/verify", "/console/c/%312"):
            assert json.loads((await front.ask("GET", path)).body)["target"] == path
        for path in (f"/{room}/{TOKEN}%2Dx" for room in ROOMS):
            assert json.loads((await front.ask("GET", path)).body)["target"] == path


async def test_a_stream_and_an_upload_are_not_held_back(program: str, tmp_path: Path) -> None:
    seen, arrived = asyncio.Event(), asyncio.Event()

    async def slowly(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "POST":
            first = await request.content.readany()
            arrived.set()
            return web.Response(text=str(len(first + await request.read())))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"data: 1\n\n")
        await seen.wait()
        await response.write(b"data: 2\n\n")
        return response

    async def pieces() -> AsyncIterator[bytes]:
        yield b"first"
        await arrived.wait()
        yield b"second"

    async with asyncio.timeout(10), upstream(slowly) as port, proxy(program, tmp_path, port, INSIDE) as front:
        async with front.request("GET", "/console/api/stream") as response:
            assert await response.content.readline() == b"data: 1\n"
            seen.set()
            assert b"data: 2" in await response.content.read()
        assert (await front.ask("POST", f"/upload/{TOKEN}", data=pieces())).body == "11"


async def test_no_token_and_nobodys_address_is_written_down(program: str, serve: int, tmp_path: Path) -> None:
    async def name_or_break_off(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "POST" and request.transport is not None:
            request.transport.close()
        return web.Response(status=201, headers={"Location": request.raw_path})

    async with upstream(name_or_break_off) as another:
        for number, port in enumerate((serve, free_port(), another)):
            folder = tmp_path / str(number)
            folder.mkdir()
            async with proxy(program, folder, port) as front:
                for room in ROOMS:
                    for method, size in (("GET", 0), ("POST", 4096)):
                        more = {"headers": {"Referer": f"https://counter.example/d/{TOKEN}"}, "data": b"x" * size}
                        await front.ask(method, f"/{room}/{TOKEN}?token={TOKEN}", **more)
                await front.ask("GET", f"/nothing/{TOKEN}")
                await front.stop()
                files = front.logged()
                log = files["counter.log"]
                assert [name for name, text in files.items() if TOKEN in text] == []
                assert [room for room in ROOMS if f"/{room}" not in log] == []
                assert [name for name, text in files.items() if CLIENT in text] == []
