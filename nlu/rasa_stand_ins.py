"""Names for libraries that Rasa imports and never uses here: they can be imported and subclassed, and nothing more.

Rasa 3.6 imports them at the top of its modules, for base classes and annotations of components that ``config.yml``
does not name. Without the stand-ins the imports fail; with them, whoever really calls one of these names or makes an
instance of one gets :class:`NotInstalled`. A library that is installed is never stood in for.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import NoReturn

LIBRARIES = frozenset({
    "tensorflow", "keras",  # components that learn with neural networks
    "boto3", "pymongo", "aio_pika", "aiormq",  # tracker stores and brokers
    "aiogram", "fbmessenger", "slack_sdk", "socketio", "webexteamssdk",  # channels
    "questionary", "prompt_toolkit", "structlog_sentry",  # the console, interactive learning, telemetry
})  # fmt: skip
"""Top-level packages that Rasa's modules import and that the lock leaves out (docs/dependencies.md, Overrides)."""

UNUSED = ("rasa.utils.plotting",)
"""Modules of Rasa's own that it imports wherever it runs and that nobody uses here: this one draws the reports of its
own tests, with Matplotlib, which is 11 MB."""


class NotInstalled(RuntimeError):
    """A library was called that the lock leaves out. No ImportError: who tries one and catches that must not go on."""

    def __init__(self, name: str, library: str) -> None:
        super().__init__(
            f"{name} was used, and {library} is not installed: "
            "docs/adr/0009-rasa-without-tensorflow.md says why, and how to put it back"
        )


class StandIn(type):
    """A class that stands for whatever a name is in the real library, and is good as a base or an annotation only."""

    def __getattr__(cls, name: str) -> StandIn:
        """What the name holds, e.g. ``layers`` of ``tf.keras``. A class of Rasa's made from one holds nothing more."""
        if name.startswith("__") or "_stands_in" not in vars(cls):
            raise AttributeError(name)
        return _stand_in(cls, f"{cls.__module__}.{cls.__qualname__}", name)

    def __call__(cls, *_: object, **__: object) -> NoReturn:
        missing = next(each for each in cls.__mro__ if "_stands_in" in vars(each))
        raise NotInstalled(f"{cls.__module__}.{cls.__qualname__}", missing.__module__.partition(".")[0])


class _StandInModule(ModuleType):
    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(self, self.__name__, name)


class _Finder(MetaPathFinder, Loader):
    """Asked last of all, so only for what is not there."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module that an installed library lacks is none: libraries try what they may have, and go on without."""
        root, _, inner = fullname.partition(".")
        if root not in LIBRARIES or (inner and not isinstance(sys.modules.get(root), _StandInModule)):
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


def _stand_in(holder: ModuleType | StandIn, inside: str, name: str) -> StandIn:
    """What ``holder`` is asked for, kept by it: the same name is the same class each time."""
    made = StandIn(name, (), {"__module__": inside, "__qualname__": name, "_stands_in": True})
    setattr(holder, name, made)
    return made


def install() -> None:
    """From now on, what Rasa imports of :data:`LIBRARIES` and is not installed is stood in for, and so is
    :data:`UNUSED`."""
    for name in UNUSED:
        sys.modules.setdefault(name, _StandInModule(name))
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
