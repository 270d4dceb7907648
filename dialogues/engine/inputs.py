"""What training reads, by Rasa's own readers with all their checks, each file once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from nlu.rasa_compat import foreign_warnings_off

with foreign_warnings_off():
    import rasa.shared.utils.io as rasa_io
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.training_data.structures import StoryGraph
    from rasa.shared.importers.rasa import RasaFileImporter
    from rasa.shared.nlu.training_data.loading import load_data
    from rasa.shared.nlu.training_data.training_data import TrainingData

DOMAIN = "dialogues/domain"
EXAMPLES = ("dialogues/rules", "dialogues/stories", "nlu/data")


class Inputs(RasaFileImporter):  # type: ignore[misc] # Rasa ships no types
    """The domain, the rules and stories, and the sentences under ``root``.

    Rasa's usual importer reads each file again for whoever asks, and adds what we have none of: stories with a
    message's very words, responses among the sentences.
    """

    def __init__(self, config: Path, root: Path) -> None:
        with read_once():
            super().__init__(str(config), str(root / DOMAIN), [str(root / part) for part in EXAMPLES])
            self.settings: dict[str, Any] = super().get_config()
            self.domain.check_missing_responses()
            self.stories: StoryGraph = super().get_stories()
            self.sentences = TrainingData(
                [one for file in self._nlu_files for one in load_data(file).training_examples]
            )

    @cached_property
    def domain(self) -> Domain:
        return super().get_domain()

    def get_domain(self) -> Domain:
        """The domain."""
        return self.domain

    def get_config(self) -> dict[str, Any]:
        """What the configuration says; the caller's own copy."""
        return deepcopy(self.settings)

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:  # noqa: ARG002 - Rasa's signature
        """All rules and stories."""
        return self.stories

    def get_nlu_data(self, language: str | None = None) -> TrainingData:  # noqa: ARG002 - Rasa's signature
        """All sentences; there is one set for all languages."""
        return self.sentences


@contextmanager
def read_once() -> Iterator[None]:
    """Within it, a text that was read as YAML is not parsed again: Rasa parses its files and their schemas five times.

    What is read to be checked (another kind of reader) is left alone.
    """
    parse: Callable[..., Any] = rasa_io.read_yaml
    parsed = cache(parse)

    def read(content: str, reader_type: Any = "safe") -> Any:
        return deepcopy(parsed(content)) if reader_type == "safe" else parse(content, reader_type)

    rasa_io.read_yaml = read
    try:
        yield
    finally:
        rasa_io.read_yaml = parse
