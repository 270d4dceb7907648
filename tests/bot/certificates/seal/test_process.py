"""The process that holds the key: what it keeps to itself, how it dies, and how it comes back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from asn1crypto import pem, tsp, x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.certificates.paper.page import Place, draw
from bot.certificates.seal import authority
from bot.certificates.seal.frames import What
from bot.certificates.seal.holding import hold
from bot.certificates.seal.keys import BadKey, device_parts, pem_key
from bot.certificates.seal.process import SealDown, SealProcess
from bot.certificates.verify.facts import Seal
from bot.certificates.verify.seals import look
from bot.runtime import utc_now
from tests.bot.certificates.papers import Papers
from tests.bot.certificates.sheets import CLEARANCE

PAGE = draw(CLEARANCE, "4TY6-KH90-TTY0-9K13", "", Place("https://counter.gov.gr", sample=True))
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture
async def process(sealed: Papers) -> AsyncIterator[SealProcess]:
    process = SealProcess({"folder": str(sealed.folder)})
    yield process
    await process.close()


def named(sealed: Papers, **more: Any) -> dict[str, Any]:
    """The same keys as settings would name them."""
    folder = sealed.folder
    files = {"cert": folder / "seal.pem", "chain": folder / "chain.pem"}
    return {"key": str(folder / "seal.key"), "folder": "/nonexistent"} | {k: str(v) for k, v in files.items()} | more


async def test_many_are_answered_each_with_its_own_and_a_killed_one_comes_back(process: SealProcess) -> None:
    about = await process.about()
    assert about.sample
    assert len(about.key_id) == 4
    papers = [PAGE, PAGE + b"%\n", PAGE + b"%%\n"]
    first = await asyncio.gather(*(process.seal(page, lasting=False) for page in papers), process.mark(b"x"))
    assert [one.startswith(page) for one, page in zip(first, papers, strict=False)] == [True] * 3
    assert len(first[3]) == 64
    old = process.pid
    assert old is not None
    waiting = [asyncio.create_task(process.seal(page, lasting=False)) for page in papers]
    await asyncio.sleep(0)
    os.kill(old, signal.SIGKILL)
    for one in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(one, SealDown | bytes)
    assert (await process.seal(PAGE, lasting=False)).startswith(PAGE)
    assert process.pid != old


async def test_a_failure_is_told_alone_and_names_nothing(process: SealProcess) -> None:
    with pytest.raises(SealDown) as failed:
        await process.seal(b"%PDF-1.7\nsecret of a citizen", lasting=False)
    assert "citizen" not in str(failed.value)
    assert await process.mark(b"x")


async def test_the_key_is_with_the_child_alone(
    sealed: Papers, process: SealProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for the child")
    await process.about()
    with contextlib.suppress(PermissionError):  # it does not even let us look, which is better
        assert b"not for the child" not in environment_of(process.pid)
    secret = sorted(sealed.folder.glob("*.key"))
    assert [path.name for path in secret] == ["mark.key", "seal.key", "time.key"]  # those of the authorities are gone
    assert {path.stat().st_mode & 0o777 for path in sealed.folder.iterdir()} == {0o600}
    assert sealed.folder.stat().st_mode & 0o777 == 0o700


def environment_of(pid: int | None) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def test_of_several_that_make_an_authority_at_once_one_wins(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    folder = tmp_path / "data" / "authority"
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: authority.ensure(folder, utc_now()), range(4)))
    assert sum(made) == 1
    assert [path.name for path in folder.parent.iterdir()] == ["authority"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"key": "/nonexistent"}, "a key cannot be read"),
        ({"tsa": None}, "TSA_URL is not set"),
        ({"key": "pkcs11:token=x"}, "needs object= and module-path="),
    ],
)
def test_what_cannot_seal_is_not_held_and_it_is_said_why(sealed: Papers, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(BadKey, match=said):
        hold(named(sealed, tsa="http://127.0.0.1:9") | changed)


def test_an_authoritys_certificate_checks_no_qr(sealed: Papers) -> None:
    own = {"mark_key": str(sealed.folder / "mark.key"), "mark_cert": str(sealed.root)}
    with pytest.raises(BadKey, match="QR_CERT is an authority's certificate"):
        hold(named(sealed, tsa="http://127.0.0.1:9", **own))


async def test_what_is_no_question_gets_nothing_sealed(process: SealProcess) -> None:
    with pytest.raises(SealDown, match="ValueError"):
        await process._ask(What.DONE, PAGE)


async def test_a_key_of_another_certificate_is_no_seal(sealed: Papers) -> None:
    process = SealProcess(named(sealed, key=str(sealed.folder / "time.key"), tsa="http://127.0.0.1:9"))
    with pytest.raises(SealDown, match="not the key of SEAL_CERT"):
        await process.about()
    await process.close()


async def test_time_stamps_come_from_a_service_where_one_is_named(sealed: Papers) -> None:
    asked: list[bytes] = []
    async with stamping(sealed, asked) as url:
        process = SealProcess(named(sealed, tsa=url))
        about = await process.about()
        assert (about.sample, about.key_id) == (False, b"")  # a QR is a link alone
        paper = await process.seal(PAGE, lasting=True)
        await process.close()
    assert len(asked) >= 2
    assert (await asyncio.to_thread(look, paper, sealed.trust, utc_now())).seal is Seal.OURS
    process = SealProcess(named(sealed, tsa=url))
    with pytest.raises(SealDown, match="TimestampRequestError"):  # it is away: nothing is sealed without it
        await process.seal(PAGE, lasting=False)
    await process.close()


class stamping:  # noqa: N801 - used as a context
    """A time-stamping service on loopback, with the authority's key."""

    def __init__(self, sealed: Papers, asked: list[bytes]) -> None:
        self._folder, self._asked = sealed.folder, asked

    async def __aenter__(self) -> str:
        from bot.certificates.seal.timestamps import OwnTimeStamper

        key = load_pem_private_key((self._folder / "time.key").read_bytes(), None)
        certificate = x509.Certificate.load(pem.unarmor((self._folder / "time.pem").read_bytes())[2])
        own = OwnTimeStamper(certificate, key)  # type: ignore[arg-type] # it is one of P-256

        async def answer(request: web.Request) -> web.Response:
            self._asked.append(body := await request.read())
            made = await own.async_request_tsa_response(tsp.TimeStampReq.load(body))
            return web.Response(body=made.dump(), content_type="application/timestamp-reply")

        app = web.Application()
        app.router.add_post("/", answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not here")
def test_our_time_stamps_are_those_of_the_standard(sealed: Papers, tmp_path: Path) -> None:
    from bot.certificates.seal.timestamps import OwnTimeStamper

    (tmp_path / "data").write_bytes(b"what is stamped")
    ask = ["openssl", "ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "q.tsq"]
    subprocess.run(ask, check=True, capture_output=True, cwd=tmp_path)
    key = load_pem_private_key((sealed.folder / "time.key").read_bytes(), None)
    certificate = x509.Certificate.load(pem.unarmor((sealed.folder / "time.pem").read_bytes())[2])
    own = OwnTimeStamper(certificate, key)  # type: ignore[arg-type] # it is one of P-256
    query = tsp.TimeStampReq.load((tmp_path / "q.tsq").read_bytes())
    answer = asyncio.run(own.async_request_tsa_response(query))
    (tmp_path / "a.tsr").write_bytes(answer.dump())
    check = ["openssl", "ts", "-verify", "-queryfile", "q.tsq", "-in", "a.tsr", "-CAfile", str(sealed.published)]
    said = subprocess.run(check, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "Verification: OK" in said.stdout + said.stderr


def test_an_address_of_a_device_is_read_as_its_standard_says() -> None:
    parts = device_parts("pkcs11:token=My%20token;object=seal?module-path=/usr/lib/x.so&pin-value=1+2")
    assert parts == {"token": "My token", "object": "seal", "module-path": "/usr/lib/x.so", "pin-value": "1+2"}


def fill_device(key: Path) -> None:
    begin = "softhsm2-util --init-token --free --label counter --so-pin 8765 --pin 4321"
    fill = f"softhsm2-util --import {key} --token counter --label seal --id 01 --pin 4321"
    for act in (begin, fill):
        subprocess.run(act.split(), check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.skipif(not SOFTHSM.exists(), reason="SoftHSM is not here (softhsm2)")
async def test_a_key_in_a_device_seals_and_never_leaves_it(
    sealed: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm.conf"))
    await asyncio.to_thread(fill_device, sealed.folder / "seal.key")
    address = f"pkcs11:token=counter;object=seal?module-path={SOFTHSM}&pin-value=4321"
    async with stamping(sealed, []) as url:
        process = SealProcess(named(sealed, key=address, tsa=url))
        paper = await process.seal(PAGE, lasting=False)
        await process.close()
    assert (await asyncio.to_thread(look, paper, sealed.trust, utc_now())).seal is Seal.OURS


def test_bad_key_says_nothing_of_the_key(tmp_path: Path) -> None:
    (tmp_path / "k.pem").write_text("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    with pytest.raises(BadKey) as bad:
        pem_key(str(tmp_path / "k.pem"))
    assert "c2VjcmV0" not in str(bad.value)
