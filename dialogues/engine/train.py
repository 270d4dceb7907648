"""Training: from ``config.yml``, the domain, rules, stories and sentences to one archive. No network, no randomness."""

from __future__ import annotations

import contextlib
import io
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

from dialogues.engine.inputs import DOMAIN, EXAMPLES, Inputs
from dialogues.engine.rasa import PlainGraphRunner, quiet
from nlu.rasa_compat import foreign_warnings_off

with foreign_warnings_off():
    from rasa.engine.constants import PLACEHOLDER_IMPORTER
    from rasa.engine.graph import ExecutionContext, GraphModelConfiguration
    from rasa.engine.recipes.recipe import Recipe
    from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_COMPONENTS_DIR, LocalModelStorage
    from rasa.engine.validation import validate
    from rasa.shared.core.domain import Domain
    from rasa.shared.data import TrainingType
    from rasa.shared.exceptions import RasaException

ROOT = Path(__file__).parents[2]
OUT = Path("models/counter.tar.gz")
_SETTINGS = {"augmentation_factor": 0}
"""Of the graph: stories are not glued together at random. Only policies that generalise from them look at those."""


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
    inputs = Inputs(config, root)
    plan = _plan(inputs)
    validate(plan)
    sentences = len(inputs.sentences.intent_examples)
    say(f"training on {len(inputs.stories.story_steps)} rules and stories and {sentences} sentences")
    storage = folder / "parts"
    storage.mkdir()
    domain = deepcopy(inputs.domain)  # before any component may have changed it
    context = ExecutionContext(plan.train_schema)
    graph = PlainGraphRunner.create(plan.train_schema, LocalModelStorage(storage), context)
    graph.run({PLACEHOLDER_IMPORTER: inputs}, _rules_first(plan.train_schema.target_names))
    _pack(storage, plan, domain, folder / OUT.name)
    return folder / OUT.name


def _plan(inputs: Inputs) -> GraphModelConfiguration:
    settings = inputs.get_config()
    recipe = Recipe.recipe_for_name(settings["recipe"])
    return recipe.graph_config_for_recipe(settings, _SETTINGS, TrainingType.BOTH)


def _rules_first(targets: list[str]) -> list[str]:
    """A contradiction among rules and stories is told after seconds, not after the sentences were learnt."""
    return sorted(targets, key=lambda name: "Policy" not in name)


def _pack(storage: Path, plan: GraphModelConfiguration, domain: Domain, out: Path) -> None:
    """Rasa's archive, packed fast: most of it are numbers that no packing makes smaller."""
    metadata = LocalModelStorage._create_model_metadata(domain, plan)
    LocalModelStorage._persist_metadata(metadata, storage.parent)
    with tarfile.open(out, "w:gz", compresslevel=1) as archive:
        archive.add(storage, arcname=MODEL_ARCHIVE_COMPONENTS_DIR)
        archive.add(storage.parent / "metadata.json", arcname="metadata.json")


@contextlib.contextmanager
def _without_progress_bars() -> Iterator[None]:
    """Rasa draws its progress on stderr; what goes wrong is raised, not written there."""
    with foreign_warnings_off(), contextlib.redirect_stderr(io.StringIO()):
        yield
