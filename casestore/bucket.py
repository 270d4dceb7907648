"""A bucket of object storage that speaks S3. Nothing in it can be read there: it is sealed before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, S3Store

from casestore.files import FilesDown

WITHIN = timedelta(seconds=30)  # for one try of one object: 20 MB at 6 Mbit/s
TRIES_WITHIN = timedelta(seconds=20)  # after which no further one begins


def s3(bucket: str, prefix: str, *, endpoint: str | None, region: str, key_id: str, secret: str) -> S3Store:
    """``endpoint``: the address of who is not Amazon. http is for this machine alone, as the settings see to."""
    near = {"endpoint": endpoint, "virtual_hosted_style_request": False} if endpoint else {}
    return S3Store(
        bucket=bucket,
        prefix=prefix or None,
        region=region,
        access_key_id=key_id,
        secret_access_key=secret,
        client_options={"timeout": WITHIN, "allow_http": (endpoint or "").startswith("http://")},
        retry_config={"max_retries": 2, "retry_timeout": TRIES_WITHIN},
        **near,  # type: ignore[arg-type] # of its types
    )


class Bucket:
    """``objects`` knows its bucket and the prefix of all names."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def write(self, name: str, sealed: bytes) -> None:
        with _told_apart():
            await obstore.put_async(self._objects, name, sealed, use_multipart=False)

    async def read(self, name: str) -> bytes:
        with _told_apart():
            found = await obstore.get_async(self._objects, name)
            return bytes(await found.bytes_async())

    async def remove_all_but(self, named: set[str], older_than: float) -> int:
        removed = 0
        with _told_apart():
            async for page in obstore.list(self._objects):
                orphans = [
                    one["path"]
                    for one in page
                    if one["path"] not in named and one["last_modified"].timestamp() < older_than
                ]
                if orphans:
                    await obstore.delete_async(self._objects, orphans)
                removed += len(orphans)
        return removed


@contextmanager
def _told_apart() -> Iterator[None]:
    """What the client says of a failure quotes addresses and answers: its kind alone is told on."""
    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        raise FilesDown(type(error).__name__) from None
