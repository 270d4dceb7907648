"""A model's archive is looked into before anything of it is imported."""

from __future__ import annotations

import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

from dialogues.engine.archive import ForeignComponent, check_components


def archive(path: Path, *uses: str) -> Path:
    nodes = {f"node{n}": {"uses": name, "config": {"list": [{"uses": 3}]}} for n, name in enumerate(uses)}
    text = json.dumps({"predict_schema": {"nodes": nodes}, "language": "el"}).encode()
    with tarfile.open(path, "w:gz") as made:
        info = tarfile.TarInfo("metadata.json")
        info.size = len(text)
        made.addfile(info, io.BytesIO(text))
    return path


def test_components_of_rasa_and_ours_pass(tmp_path: Path) -> None:
    check_components(
        archive(tmp_path / "model.tar.gz", "rasa.core.policies.RulePolicy", "nlu.components.Understanding")
    )


@pytest.mark.parametrize("strange", ["antigravity_x.Evil", "rasax.Evil", "nlu_evil.Understanding", "os.system"])
def test_an_archive_that_names_code_from_elsewhere_is_refused(tmp_path: Path, strange: str) -> None:
    with pytest.raises(ForeignComponent, match=strange):
        check_components(archive(tmp_path / "model.tar.gz", "nlu.components.Understanding", strange))


@pytest.mark.slow  # Rasa
def test_nothing_of_such_an_archive_is_imported(tmp_path: Path) -> None:
    from dialogues.engine.rasa import load_model

    with pytest.raises(ForeignComponent):
        load_model(archive(tmp_path / "model.tar.gz", "antigravity_x.Evil"))
    assert "antigravity_x" not in sys.modules
