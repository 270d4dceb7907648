"""A load client for webhooks, run as a process of its own so that it shares no event loop with what it measures.

``python -m bench.load URL --connections 64 --seconds 10 [--rate N] [--plain]`` prints one JSON line:
``{"requests", "seconds", "per_second", "p50_ms", "p99_ms", "failed"}``. It speaks HTTP/1.1 over raw asyncio streams:
a client library would cost as much as the server that is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import itertools
import json
import random
import sys
import time
from urllib.parse import urlsplit

import uvloop

TOKEN = "bench-viber-token"
TOKENS_SINCE = 292057776128
"""Viber's tokens grow with time: two of its own samples, years apart, are milliseconds since this one, times 2**22."""
PEOPLE = 2000
SENTENCES = ("που βρισκεται η αιτηση μου", "γεια σας", "help", "ευχαριστώ πολύ", "pou einai i adeia mou")


def webhook(number: int, rng: random.Random) -> bytes:
    """A Viber message as Viber would post it."""
    user = {"id": f"bench-user-{rng.randrange(PEOPLE):06d}==", "name": "Bench", "language": "el", "api_version": 10}
    text = SENTENCES[number % len(SENTENCES)]
    message = {
        "event": "message",
        "timestamp": int(time.time() * 1000),
        "chat_hostname": "SN-CHAT-01_",
        "message_token": (int(time.time() * 1000) + number - TOKENS_SINCE << 22) + rng.getrandbits(22),
        "sender": user,
        "message": {"type": "text", "text": text},
        "silent": False,
    }
    return json.dumps(message).encode()


def request(path: str, host: str, body: bytes) -> bytes:
    """The bytes of a signed POST."""
    signature = hmac.new(TOKEN.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"X-Viber-Content-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one response; its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    if length:
        await reader.readexactly(length)
    return int(head[9:12])


async def connection(
    host: str, port: int, requests: list[bytes], numbers: itertools.count[int], until: float, every: float | None
) -> tuple[list[float], int]:
    """One connection's life: latencies in seconds, and how many were not 200. With ``every``, an open loop: a late
    answer does not make the next request late, and its lateness counts."""
    reader, writer = await asyncio.open_connection(host, port)
    took, failed = [], 0
    due = time.perf_counter() + (random.random() * every if every else 0.0)
    while time.perf_counter() < until:
        if every is not None:
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
        number = next(numbers)
        if number >= len(requests):
            break
        started = due if every is not None else time.perf_counter()
        writer.write(requests[number])
        failed += await answer(reader) != 200
        took.append(time.perf_counter() - started)
        due += every or 0.0
    writer.close()
    return took, failed


async def load(url: str, connections: int, seconds: float, rate: float | None, most: int) -> dict[str, float]:
    parts = urlsplit(url)
    rng = random.Random()
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    wanted = int(rate * seconds * 1.1) if rate else most
    requests = [request(parts.path, f"{host}:{port}", webhook(n, rng)) for n in range(wanted)]
    numbers = itertools.count()
    started = time.perf_counter()
    every = connections / rate if rate else None
    lives = (connection(host, port, requests, numbers, started + seconds, every) for _ in range(connections))
    results = await asyncio.gather(*lives)
    elapsed = time.perf_counter() - started
    took = sorted(t for life, _ in results for t in life)
    return {
        "requests": len(took),
        "seconds": round(elapsed, 3),
        "per_second": round(len(took) / elapsed, 1),
        "p50_ms": round(took[len(took) // 2] * 1000, 2),
        "p99_ms": round(took[int(len(took) * 0.99)] * 1000, 2),
        "failed": sum(failed for _, failed in results),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--most", type=int, default=40_000)
    chosen = parser.parse_args()
    result = uvloop.run(load(chosen.url, chosen.connections, chosen.seconds, chosen.rate, chosen.most))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
