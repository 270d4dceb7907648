"""Training: from ``config.yml``, the domain, rules, stories and sentences to one archive. No network, no randomness."""

from __future__ import annotations

import contextlib
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from dialogues.engine.rasa import quiet
from nlu.rasa_compat import foreign_warnings_off

with foreign_warnings_off():
    from rasa.engine.caching import TrainingCache
    from rasa.engine.recipes.recipe import Recipe
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.training.graph_trainer import GraphTrainer
    from rasa.engine.validation import validate
    from rasa.shared.data import TrainingType
    from rasa.shared.exceptions import RasaException
    from rasa.shared.importers.importer import TrainingDataImporter

ROOT = Path(__file__).parents[2]
OUT = Path("models/counter.tar.gz")
DOMAIN = "dialogues/domain"
EXAMPLES = ("dialogues/rules", "dialogues/stories", "nlu/data")


class TrainingFailed(Exception):
    """Rasa refuses the inputs; the text says why, e.g. which story contradicts which rule."""


def train(
    out: Path = OUT, *, config: Path = ROOT / "config.yml", root: Path = ROOT, say: Callable[[str], None] = print
) -> Path:
    """Train and put the archive in place at once: whoever reads ``out`` meanwhile sees the old one whole.

    ``root`` holds ``dialogues/`` and ``nlu/data``. ``say`` gets a line of progress. Raises :class:`TrainingFailed`.
    """
    began = time.monotonic()
    quiet()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".training-") as folder, _without_progress_bars():
        say(f"reading {config.name}, {DOMAIN} and {', '.join(EXAMPLES)}")
        try:
            _train(config, root, Path(folder), say).replace(out)
        except RasaException as refusal:
            raise TrainingFailed(f"{refusal} {refusal.__cause__ or ''}") from refusal
    say(f"trained in {time.monotonic() - began:.0f} s: {out} ({out.stat().st_size / 1e6:.1f} MB)")
    return out


def _train(config: Path, root: Path, folder: Path, say: Callable[[str], None]) -> Path:
    importer = TrainingDataImporter.load_from_config(
        str(config), str(root / DOMAIN), [str(root / part) for part in EXAMPLES]
    )
    settings = importer.get_config()
    plan = Recipe.recipe_for_name(settings["recipe"]).graph_config_for_recipe(settings, {}, TrainingType.BOTH)
    validate(plan)
    steps, sentences = importer.get_stories().story_steps, importer.get_nlu_data()
    importer.get_nlu_data = lambda **_: sentences  # with a language, without one: else all is read twice
    say(f"training on {len(steps)} rules and stories and {len(sentences.intent_examples)} sentences")
    storage = folder / "parts"
    storage.mkdir()
    trainer = GraphTrainer(LocalModelStorage(storage), _NoCache(), DaskGraphRunner)
    trainer.train(plan, importer, folder / OUT.name, force_retraining=True)
    return folder / OUT.name


class _NoCache(TrainingCache):  # type: ignore[misc] # Rasa ships no types
    """Training takes seconds: nothing is kept that could be stale, or litter the working directory."""

    def cache_output(self, **_: object) -> None:
        return None

    def get_cached_output_fingerprint(self, **_: object) -> None:
        return None

    def get_cached_result(self, **_: object) -> None:
        return None


@contextlib.contextmanager
def _without_progress_bars() -> Iterator[None]:
    """Rasa draws its progress on stderr; what goes wrong is raised, not written there."""
    with foreign_warnings_off(), contextlib.redirect_stderr(io.StringIO()):
        yield
