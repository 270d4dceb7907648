"""Rasa runs without the libraries that it only imports; whoever really uses one of them is told at once."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nlu.rasa_compat  # noqa: F401 (puts the stand-ins in place)
from nlu.rasa_stand_ins import LIBRARIES, NotInstalled

ROOT = Path(__file__).parents[2]
ADR = "docs/adr/0009-rasa-without-tensorflow.md"
_NEVER = re.compile(r"([\w-]+); sys_platform == 'never'")


def left_out() -> set[str]:
    """The packages that the overrides keep out of the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {match[1] for each in project["tool"]["uv"]["override-dependencies"] if (match := _NEVER.fullmatch(each))}


def test_what_is_left_out_is_not_in_the_lock() -> None:
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    assert {"tensorflow", "tensorflow-text", "tensorflow-hub", "tensorflow-io-gcs-filesystem"} <= left_out()
    assert left_out() & locked == set()
    assert not [name for name in locked if name.startswith(("tensor", "keras"))]


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_a_library_stood_in_for_is_not_installed_and_is_imported_by_rasa(library: str) -> None:
    assert PathFinder.find_spec(library) is None
    rasa = PathFinder.find_spec("rasa")
    assert rasa is not None
    assert rasa.origin is not None
    imported = re.compile(rf"^(?:import|from) {library}\b", re.MULTILINE)
    assert any(imported.search(module.read_text("utf-8")) for module in Path(rasa.origin).parent.rglob("*.py"))


def test_a_stand_in_is_good_as_a_base_and_in_annotations() -> None:
    layers: Any = import_module("tensorflow.keras.layers")
    tensor = import_module("tensorflow").Tensor

    class Layer(layers.Dense):  # type: ignore[misc]
        units: tensor | None = None  # type: ignore[valid-type]

        def call(self, inputs: tensor) -> tuple[tensor, ...]:  # type: ignore[valid-type]
            raise AssertionError(inputs)

    assert issubclass(Layer, layers.Dense)
    assert not isinstance(1, tensor)
    assert not hasattr(Layer, "nothing_that_it_defines")
    with pytest.raises(NotInstalled, match=r"Layer was used, and tensorflow is not installed"):
        Layer()


@pytest.mark.parametrize(
    ("module", "path"),
    [
        ("tensorflow", "function"),
        ("tensorflow", "random.set_seed"),
        ("tensorflow", "keras.layers.Dense"),
        ("keras.utils.control_flow_util", "smart_cond"),
        ("boto3", "resource"),
        ("socketio", "AsyncServer"),
    ],
)
def test_a_stand_in_that_is_called_says_what_is_missing_and_where_it_is_told(module: str, path: str) -> None:
    called: Any = import_module(module)
    for name in path.split("."):
        called = getattr(called, name)
    with pytest.raises(NotInstalled, match=ADR) as raised:
        called(1, size=2)
    assert str(raised.value).startswith(f"{module}.{path} was used")
    assert not isinstance(raised.value, ImportError)
    assert (ROOT / ADR).exists()


def test_a_library_that_is_installed_is_not_stood_in_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fbmessenger").mkdir()
    (tmp_path / "fbmessenger/__init__.py").write_text("REAL = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(
        sys.modules, "fbmessenger", ModuleType("fbmessenger")
    )  # so that after the test all is as before
    del sys.modules["fbmessenger"]
    real = import_module("fbmessenger")
    assert real.REAL
    with pytest.raises(ModuleNotFoundError):
        import_module("fbmessenger.what_it_lacks")


def test_any_other_missing_library_is_missing() -> None:
    with pytest.raises(ModuleNotFoundError):
        import_module("tensorflow_hub")
