"""In a forked process: one module is wrong from its import on, and the tests are run."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

from tests.mutants.mutate import Mistake, mutated

MEMORY = Path("/dev/shm")  # noqa: S108  a disk's waits would be most of the time


class _Wrong(SourceFileLoader):
    def __init__(self, name: str, path: str, mistake: Mistake) -> None:
        super().__init__(name, path)
        self._mistake = mistake

    def get_code(self, fullname: str) -> CodeType:
        source = Path(self.path).read_text("utf-8")
        return compile(mutated(source, self._mistake), self.path, "exec")


class _Finder(MetaPathFinder):
    def __init__(self, name: str, loader: Loader, path: Path) -> None:
        self._name = name
        self._loader = loader
        self._path = path

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        return spec_from_file_location(fullname, self._path, loader=self._loader) if fullname == self._name else None


def run_tests(root: Path, source: Path, mistake: Mistake | None, tests: Sequence[str]) -> int:
    """The exit code of pytest: 0 where nobody noticed."""
    import pytest

    name = ".".join(source.relative_to(root).with_suffix("").parts)
    if mistake is not None:
        sys.meta_path.insert(0, _Finder(name, _Wrong(name, str(source), mistake), source))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    os.environ["EXAMPLES"] = "fast"
    os.chdir(root)
    folder = tempfile.mkdtemp(prefix="mutant-", dir=MEMORY if MEMORY.is_dir() else None)
    loaded = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # before pytest could rewrite its asserts: no matter
    options = [*loaded, "-q", "-x", "-n", "0", "-m", "not slow", "-p", "no:cacheprovider", "--basetemp", f"{folder}/t"]
    try:
        return int(pytest.main([*options, *tests]))
    except BaseException:  # noqa: BLE001  a module that cannot even be imported is noticed
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
