"""The pipeline's own component: intent, entities and language of a message, each computed once.

The only module of this package that knows Rasa. ``config.yml`` names it and gives its numbers their reasons.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from nlu.entities import extract
from nlu.facets import NOTHING, FacetModel
from nlu.intents import IntentModel
from nlu.language import detect
from nlu.rasa_compat import foreign_warnings_off
from nlu.talks import read_talks
from nlu.training import fit_facets, fit_written

with foreign_warnings_off():
    from rasa.engine.graph import ExecutionContext, GraphComponent
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.engine.storage.resource import Resource
    from rasa.engine.storage.storage import ModelStorage
    from rasa.nlu.classifiers.classifier import IntentClassifier
    from rasa.shared.nlu.training_data.message import Message
    from rasa.shared.nlu.training_data.training_data import TrainingData

_KIND = DefaultV1Recipe.ComponentType


@DefaultV1Recipe.register([_KIND.INTENT_CLASSIFIER, _KIND.ENTITY_EXTRACTOR], is_trainable=True)
class Understanding(GraphComponent, IntentClassifier):  # type: ignore[misc] # Rasa ships no types
    """Sets ``intent``, ``intent_ranking``, ``second_intent``, ``entities``, ``language``, ``facet`` and
    ``other_facets`` of a message.

    Its metadata may say what the conversation is about: ``{"about": "case"}``.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model: IntentModel | None = None
        self._facets: FacetModel | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Sizes of the n-grams, and how the linear model is fitted (nlu/training.py says what each means)."""
        return {
            "char_min": 3,
            "char_max": 5,
            "words": 2,
            "least": 2,
            "variants": 3,
            "courtesy": 0.35,
            "story": 0.25,
            "strength": 1.0,
            "folds": 3,
            "seed": 20260,
            "ranking": 5,
            "facet_variants": 2,
            "facet_strength": 1.0,
            "facet_temperature": 0.26,
        }

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str | None:  # noqa: ARG004 - Rasa's signature
        """Rasa hashes the source of this class only: whatever else of ours decides a parse is hashed here."""
        folder = Path(__file__).parent
        sources = sorted([*folder.glob("*.py"), *folder.glob("catalogue/*.yml"), *folder.glob("talks/*.yml")])
        return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 - Rasa's signature
    ) -> Understanding:
        """Untrained, for training."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> Understanding:
        """Trained, from a model archive."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            component._model = IntentModel.load(folder)
            component._facets = FacetModel.load(folder)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model. The order of files and sentences changes nothing."""
        written = [(message.get("text"), message.get("intent")) for message in training_data.intent_examples]
        with ProcessPoolExecutor(max_workers=1) as beside:
            facets = beside.submit(fit_facets, written, list(read_talks()), self._config)
            self._model = fit_written(written, self._config)
            self._facets = facets.result()
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
            self._facets.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing later in the pipeline learns from what this component finds."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Understand each message in place."""
        for message in messages:
            about = (message.get("metadata") or {}).get("about", NOTHING)
            self._understand(message, message.get("text") or "", about)
        return messages

    def _understand(self, message: Message, text: str, about: str) -> None:
        if self._model is None or self._facets is None:
            raise RuntimeError("this component was neither trained nor loaded")
        ranking = self._model.ranking(text)[: self._config["ranking"]]
        named = [{"name": name, "confidence": chance} for name, chance in ranking]
        found = [{"entity": e.entity, "value": e.value, "start": e.start, "end": e.end} for e in extract(text)]
        message.set("intent", named[0], add_to_output=True)
        message.set("intent_ranking", named, add_to_output=True)
        message.set("entities", found, add_to_output=True)
        message.set("language", detect(text), add_to_output=True)
        message.set("second_intent", self._model.second_wish(text, ranking[0][0]), add_to_output=True)
        facet, chance = self._facets.facet(text, about)
        message.set("facet", {"name": facet, "confidence": chance}, add_to_output=True)
        message.set("other_facets", self._facets.others(text, about), add_to_output=True)
