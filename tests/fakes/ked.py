"""The interoperability centre without a wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.ked import Ked
from connectors.registry import RegistryError
from connectors.wire import ServiceCall


class FakeKed(Ked):
    """One output record, or one error, for every question; ``calls`` are what it was asked."""

    def __init__(self, registry: str, answer: Mapping[str, Any] | RegistryError) -> None:
        self.registry = registry
        self._answer = answer
        self.calls: list[ServiceCall] = []

    async def call(self, call: ServiceCall) -> Mapping[str, Any]:
        self.calls.append(call)
        if isinstance(self._answer, RegistryError):
            raise self._answer
        return self._answer
