"""The project's own words: links lead somewhere, every page is found from the README, and nothing is left unsaid."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import casestore.tables  # noqa: F401 (declares the tables)
from bot.__main__ import COMMANDS
from bot.metrics import Metrics
from casestore.columns import metadata

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = sorted(
    [
        README,
        *(ROOT / f"{name}.md" for name in ("CHANGELOG", "CONTRIBUTING", "SECURITY")),
        *(ROOT / "docs").rglob("*.md"),
    ]
)
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_CODE = re.compile(r"^```.*?^```|^    .*?$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_SOURCE = re.compile(r"(?<![\w/<>-])((?:bot|nlu|dialogues|connectors|casestore|tests|bench)/(?:\w+/)*(?:\w+\.py\b)?)")
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The relative links of a page: (file or folder, anchor or '')."""
    for target in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            yield (page.parent / path).resolve() if path else page, anchor


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {_NOT_IN_ANCHORS.sub("", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_resolves(page: Path) -> None:
    broken = [
        f"{target.relative_to(ROOT)}#{anchor}"
        for target, anchor in links(page)
        if not target.exists() or (anchor and anchor not in anchors(target))
    ]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_of_the_source_that_is_named_exists(page: Path) -> None:
    named = _SOURCE.findall(page.read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_page_is_found_from_the_readme() -> None:
    found, ahead = {README}, [README]
    while ahead:
        news = {target for target, _ in links(ahead.pop()) if target.suffix == ".md" and target.exists()} - found
        found |= news
        ahead += news
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in found] == []


def names_said_in(page: str) -> set[str]:
    return set(re.findall(r"[\w.-]+", (ROOT / page).read_text("utf-8")))


def test_every_metric_is_explained() -> None:
    families = {f"{each.name}_total" if each.type == "counter" else each.name for each in Metrics().registry.collect()}
    assert families - names_said_in("docs/operation.md") == set()


def test_every_table_and_command_is_explained() -> None:
    assert set(metadata.tables) - names_said_in("docs/architecture.md") == set()
    assert set(COMMANDS) - names_said_in("README.md") == set()


def test_every_dependency_and_override_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["dev"]
    named = {re.match(r"[\w-]+", each)[0] for each in wanted}  # type: ignore[index] # each begins with a name
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    assert named - set(re.findall(r"^\| ([\w-]+) \|", page, re.MULTILINE)) == set()
    assert [each for each in project["tool"]["uv"]["override-dependencies"] if f"| `{each}` |" not in page] == []
