"""Rasa, embedded: the trained graph, run node after node in this process. The door through which Rasa comes in."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import structlog

from dialogues.engine.archive import check_components
from dialogues.topics import NOTHING
from nlu.rasa_compat import foreign_warnings_off

with foreign_warnings_off():
    from rasa.core.channels.channel import UserMessage
    from rasa.core.policies.policy import PolicyPrediction
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.recipes.default_components import DEFAULT_COMPONENTS  # noqa: F401 - loading a model needs them
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.storage import ModelMetadata
    from rasa.graph_components.providers.domain_provider import DomainProvider
    from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
    from rasa.shared.core.domain import Domain, State
    from rasa.shared.core.trackers import DialogueStateTracker

_DOMAIN = "domain_provider"
"""The node whose output is the domain, as Rasa's recipe names it."""


class PlainGraphRunner(DaskGraphRunner):  # type: ignore[misc] # Rasa ships no types
    """Runs a graph's nodes in order of need, without dask, whose scheduler costs 3 ms a run."""

    def run(self, inputs: Mapping[str, Any], targets: list[str]) -> dict[str, Any]:
        """The targets' outputs. ``inputs`` stand in for nodes of their names."""
        results = {name: (name, value) for name, value in inputs.items()}
        for name, node, needs in chain.from_iterable(map(self._plan, targets)):
            if name not in results:
                results[name] = node(*(results[need] for need in needs if need in results))
        return dict(results[target] for target in targets)

    def _plan(self, target: str) -> list[tuple[str, Any, tuple[str, ...]]]:
        """Every node that the target needs, each after those it needs itself."""
        plans: dict[str, list[tuple[str, Any, tuple[str, ...]]]] = self.__dict__.setdefault("_plans", {})
        if target not in plans:
            plans[target] = []
            self._visit(target, plans[target], set())
        return plans[target]

    def _visit(self, name: str, plan: list[tuple[str, Any, tuple[str, ...]]], seen: set[str]) -> None:
        schema = self._graph_schema.nodes.get(name)
        if schema is None or name in seen:  # a placeholder is an input, not a node
            return
        seen.add(name)
        for need in schema.needs.values():
            self._visit(need, plan, seen)
        plan.append((name, self._instantiated_nodes[name], tuple(schema.needs.values())))


class IntentRulePolicy(RulePolicy):  # type: ignore[misc] # Rasa ships no types
    """Rasa's rule policy with less to search through. The decisions are the same.

    Its first search of every prediction, for rules on a message's very words, is left out: we have none, and it costs
    as much as the one for the intent. And only those rules are looked at that end in the present intent and action.
    """

    _by_end: dict[int, dict[tuple[str | None, str | None], list[str]]] | None = None

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        if not states:
            return set(lookup)
        intent, action = _end(states[-1])
        ends = self._ends(lookup)
        among = chain.from_iterable(ends.get((i, a), ()) for i in {intent, None} for a in {action, None})
        found: set[str] = super()._get_possible_keys({key: lookup[key] for key in among}, states)
        return found

    def _ends(self, lookup: dict[str, str]) -> dict[tuple[str | None, str | None], list[str]]:
        """The rules of a table by the last state that they want: ``None`` where it may be any. Made once a table."""
        known = self._by_end = self._by_end or {}
        if id(lookup) not in known:
            ends = known[id(lookup)] = {}
            for key in lookup:
                ends.setdefault(_end(self._rule_key_to_state(key)[-1]), []).append(key)
        return known[id(lookup)]

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if use_text_for_last_user_input:
            return None, None, False
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(tracker, domain, False)
        return found


def _end(state: State) -> tuple[str | None, str | None]:
    """Its intent and the action before it. A rule that begins a conversation has no action: it may fit any state."""
    intent = state.get("user", {}).get("intent") if "prev_action" in state else None
    return intent, state.get("prev_action", {}).get("action_name")


@dataclass(frozen=True)
class Model:
    """A trained model: what a message means, and which action comes next."""

    metadata: ModelMetadata
    graph: PlainGraphRunner
    last_parser: str
    """The node whose output is what a message means."""

    @cached_property
    def domain(self) -> Domain:
        return self.metadata.domain

    @cached_property
    def actions(self) -> tuple[str, ...]:
        """By the index that a prediction names."""
        return tuple(self.domain.action_names_or_texts)

    def parse(self, text: str, about: str = NOTHING) -> dict[str, Any]:
        """Rasa's parse of a text: ``intent``, ``intent_ranking``, ``entities``, ``language``, and its ``facet`` where
        the conversation is about ``about``.

        ``start`` and ``end`` of an entity are places in ``text`` as it is given.
        """
        said = UserMessage(text, metadata={"about": about})
        said.text = text  # Rasa strips it, and places would be those of another text
        run = self.graph.run({PLACEHOLDER_MESSAGE: [said]}, [self.last_parser])
        parsed: dict[str, Any] = run[self.last_parser][0].data
        return parsed

    def next_action(self, tracker: DialogueStateTracker) -> str:
        """What the policies decide."""
        target = self.metadata.core_target
        given = {PLACEHOLDER_TRACKER: tracker, _DOMAIN: self.domain}
        prediction: PolicyPrediction = self.graph.run(given, [target])[target]
        index: int = prediction.max_confidence_index
        return self.actions[index]


def load_model(path: Path) -> Model:
    """Load a trained archive. Raises what Rasa raises when it is none, and
    :class:`dialogues.engine.archive.ForeignComponent` before anything of it is imported."""
    quiet()
    check_components(path)
    with tempfile.TemporaryDirectory() as folder, foreign_warnings_off():
        storage, metadata = LocalModelStorage.from_model_archive(Path(folder), path)
        schema = _as_ours(metadata.predict_schema)
        graph = PlainGraphRunner.create(schema, storage, ExecutionContext(schema, metadata.model_id))
    return Model(metadata, graph, _before_payloads(metadata))


def _as_ours(schema: GraphSchema) -> GraphSchema:
    """The archive is Rasa's own. On loading its policy is exchanged for ours, and two nodes are left out.

    The handler of payloads (``/affirm{"entity": "value"}``) would let a citizen name an intent, and entities of any
    shape. The domain's provider would read as YAML, for two seconds, what the metadata hold already.
    """
    nodes = {
        name: replace(node, uses=IntentRulePolicy) if node.uses is RulePolicy else node
        for name, node in schema.nodes.items()
        if node.uses not in (RegexMessageHandler, DomainProvider)
    }
    return GraphSchema(nodes)


def _before_payloads(metadata: ModelMetadata) -> str:
    """The node that the handler of payloads, which Rasa puts last, would get its messages from."""
    node: str = metadata.predict_schema.nodes[metadata.nlu_target].needs["messages"]
    return node


def quiet() -> None:
    """Rasa logs every message and every slot on debug, and what it formats for that costs 8 ms a turn."""
    logging.getLogger("rasa").setLevel(logging.ERROR)
    silent = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr), wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)
    )
    for name, module in list(sys.modules.items()):
        if name.startswith("rasa.") and hasattr(module, "structlogger"):
            setattr(module, "structlogger", silent)  # noqa: B010 - no module's type knows it
