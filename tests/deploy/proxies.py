"""The samples in deploy/ as proxies on loopback. Replaced are ports, names, folders, the certificate and the employees'
network, as an operator replaces them; a sample in which one of these is not found fails."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from tests.channels.test_send import self_signed
from tests.chaos.children import ROOT, free_port

DEPLOY = ROOT / "deploy"
CLIENT = "127.0.0.9"
"""Where the tests ask from."""
OUTSIDE, INSIDE = "192.0.2.0/24", "127.0.0.0/8"
"""Networks that employees come from: one that no test is in, and one that all are in."""
_NGINX = """
pid {folder}/pid;
error_log {folder}/main.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/counter.conf;
}}
"""


@dataclass(frozen=True)
class Answer:
    status: int
    body: str


@dataclass
class Proxy:
    url: str
    folder: Path
    session: aiohttp.ClientSession
    stopped: bool = field(default=False)

    async def ask(self, method: str, target: str, **more: Any) -> Answer:
        async with self.request(method, target, **more) as response:
            return Answer(response.status, await response.text())

    def request(self, method: str, target: str, **more: Any) -> Any:
        url = URL(self.url + target, encoded=True)
        return self.session.request(method, url, ssl=False, allow_redirects=False, **more)

    async def stop(self) -> None:
        """Stop it and wait until it has written all that it logs."""
        if not self.stopped:
            self.stopped = True
            await _ended(int((self.folder / "pid").read_text()))

    def logged(self) -> dict[str, str]:
        """What is in each file that it has written, by name."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and path.name not in ("server.pem", "pid")]
        return {path.name: path.read_text("utf-8", "replace") for path in files}


@asynccontextmanager
async def proxy(name: str, folder: Path, upstream: int, employees: str = OUTSIDE) -> AsyncIterator[Proxy]:
    """The sample of this program in front of this port."""
    program = shutil.which(name)
    assert program is not None
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(CLIENT, 0)))
        )
        command, url = _set_up(name, folder, upstream, employees)
        homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder))
        with (folder / "start.log").open("wb") as log:
            started = await asyncio.create_subprocess_exec(
                program, *command, env=os.environ | homes, stdout=DEVNULL, stderr=log
            )
        assert await started.wait() == 0, (folder / "start.log").read_text()
        running = Proxy(url, folder, session)
        assert (await running.ask("GET", "/nothing")).status == 404  # so it has written down which process it is
        stack.push_async_callback(running.stop)
        yield running


def _set_up(name: str, folder: Path, upstream: int, employees: str) -> tuple[list[str], str]:
    """Write its files; the command's arguments, and where it listens."""
    port, served = free_port(), f"127.0.0.1:{upstream}"
    if name == "caddy":
        site = f"http://:{port} {{\n\tbind 127.0.0.1"
        put = {"127.0.0.1:8080": served, "\ncounter.example {": f"\n{site}", "\n{\n": "\n{\n\tadmin off\n"}
        put |= {"/var/log/caddy": str(folder), OUTSIDE: employees}
        (folder / "Caddyfile").write_text(_with(DEPLOY / "Caddyfile", put))
        config = ["--config", f"{folder}/Caddyfile", "--adapter", "caddyfile"]
        return ["start", *config, "--pidfile", f"{folder}/pid"], f"http://127.0.0.1:{port}"
    self_signed(folder)
    live = "/etc/letsencrypt/live/counter.example"
    put = {"server 127.0.0.1:8080": f"server {served}", "/var/log/nginx": str(folder), OUTSIDE: employees}
    put |= {f"{live}/{file}": f"{folder}/server.pem" for file in ("fullchain.pem", "privkey.pem")}
    put |= {"listen 80;": f"listen 127.0.0.1:{free_port()};", "listen [::]:80;": "", "listen [::]:443 ssl http2;": ""}
    put |= {"listen 443 ssl": f"listen 127.0.0.1:{port} ssl"}
    (folder / "counter.conf").write_text(_with(DEPLOY / "nginx.conf", put))
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder))
    return ["-c", f"{folder}/nginx.conf", "-e", f"{folder}/main.log"], f"https://127.0.0.1:{port}"


def _with(sample: Path, put: Mapping[str, str]) -> str:
    text = sample.read_text("utf-8")
    for old, new in put.items():
        assert old in text, f"{sample.name} says nothing of {old!r}"
        text = text.replace(old, new)
    return text


async def _ended(pid: int) -> None:
    """It is no child of ours, so its end is heard from the kernel."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    handle = os.pidfd_open(pid)
    try:
        loop.add_reader(handle, over.set)
        os.kill(pid, signal.SIGTERM)
        async with asyncio.timeout(10):
            await over.wait()
    finally:
        loop.remove_reader(handle)
        os.close(handle)
