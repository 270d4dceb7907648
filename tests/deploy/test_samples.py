"""What lies in deploy/ is in step with the service (settings, commands, metrics), and its own tools accept it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.__main__ import COMMANDS
from bot.channels.facts import CHANNELS
from bot.metrics import Metrics
from bot.settings import PARTS, Settings, load
from tests.chaos.children import ROOT
from tests.conftest import TEST_SECRET
from tests.deploy.proxies import DEPLOY

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MOST_EXPOSED = 3.0
_METRIC = re.compile(r"\bcounter_\w+")
_OF_HISTOGRAMS = ("_bucket", "_count", "_sum")


def example() -> dict[str, str]:
    """The settings of .env.example with their values."""
    lines = (DEPLOY / ".env.example").read_text("utf-8").splitlines()
    pairs = [line.split("=", 1) for line in lines if line and not line.startswith("#")]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def tool(name: str) -> str:
    found = shutil.which(name)
    return found or pytest.skip(f"{name} is not installed")


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_names_settings_that_there_are_and_whatever_turns_a_part_on() -> None:
    named = {name.lower() for name in example()}
    assert named - set(Settings.model_fields) == set()
    must = {name for name, field in Settings.model_fields.items() if field.is_required()}
    bare = load(secret_key=TEST_SECRET, _env_file=None)
    lacking = {
        word.lower() for part in PARTS for what in bare.missing_for(part) for word in re.findall("[A-Z_]+", what)
    }
    assert (must | lacking | {"public_url", "database_url", "trusted_proxies"}) - named == set()
    assert len(lacking) > len(CHANNELS)


def test_the_example_gives_no_secret_and_is_read_once_the_key_is_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    given = example()
    assert [name for name, value in given.items() if value and re.search("SECRET|TOKEN|KEY|SID|OPERATORS", name)] == []
    read = load(_env_file=DEPLOY / ".env.example", secret_key=TEST_SECRET)
    assert read.public_url == given["PUBLIC_URL"]
    defaults = {"PUBLIC_URL", "DATABASE_URL", "WORKER_PORT", "SECRET_KEY"}
    others = {name: getattr(read, name.lower()) for name in given if name not in defaults}
    assert others == {name: Settings.model_fields[name.lower()].default for name in others}


def test_the_units_accept_what_they_are_given_and_are_shut_alike(tmp_path: Path) -> None:
    shut = set()
    for unit in UNITS:
        text = unit.read_text("utf-8")
        command = re.findall(r"^ExecStart=/srv/counter/\.venv/bin/python -m bot (\w+)$", text, re.MULTILINE)
        assert [f"counter-{name}.service" for name in command] == [unit.name]
        assert set(command) <= set(COMMANDS)
        shut.add(text.partition("# From here on")[2].partition("[Install]")[0].strip())
    assert len(UNITS) == 3
    assert len(shut) == 1
    serve = RawConfigParser(strict=False)
    serve.read_string(next(unit for unit in UNITS if "serve" in unit.name).read_text("utf-8"))
    assert serve["Service"]["WorkingDirectory"] == "/srv/counter"


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    analyze = tool("systemd-analyze")
    for unit in UNITS:
        copy = tmp_path / unit.name
        copy.write_text(unit.read_text("utf-8").replace("/srv/counter/.venv/bin/python", "/bin/true"), "utf-8")
        verified = subprocess.run([analyze, "verify", "--man=no", copy], capture_output=True, text=True, check=False)
        assert [line for line in verified.stderr.splitlines() if unit.name in line] == []
        told = run(analyze, "security", "--offline=true", str(unit))
        exposed = re.search(r"exposure level for \S+: ([\d.]+)", told)
        assert exposed is not None
        assert float(exposed[1]) < MOST_EXPOSED


def test_rules_and_dashboard_ask_for_metrics_that_there_are_and_rules_for_those_of_the_alarms() -> None:
    there = set()
    for family in Metrics().registry.collect():
        there |= {f"{family.name}_total"} if family.type == "counter" else {family.name}
        there |= {family.name + end for end in _OF_HISTOGRAMS} if family.type == "histogram" else set()
    rules = yaml.safe_load((DEPLOY / "prometheus-rules.yml").read_text("utf-8"))
    alarms = {name for group in rules["groups"] for rule in group["rules"] for name in _METRIC.findall(rule["expr"])}
    shown = {name for each in expressions() for name in _METRIC.findall(each)}
    assert (alarms | shown) - there == set()
    page = (ROOT / "docs" / "operation.md").read_text("utf-8")
    table = page.partition("## Alarms worth having")[2].partition("\n## ")[0]
    alarmed = {name for name in _METRIC.findall(table) if name in there | {n.removesuffix("_count") for n in there}}
    covered = alarms | {name.removesuffix(end) for name in alarms for end in _OF_HISTOGRAMS}
    assert alarmed - covered - {"counter_sitting_cases"} == set()  # that one rises for weeks: it is on the dashboard
    assert len(shown) > 20


def expressions() -> Iterator[str]:
    board = json.loads((DEPLOY / "grafana-dashboard.json").read_text("utf-8"))
    return (target["expr"] for panel in board["panels"] for target in panel.get("targets", ()))


def test_prometheus_accepts_the_rules() -> None:
    assert "SUCCESS" in run(tool("promtool"), "check", "rules", str(DEPLOY / "prometheus-rules.yml"))


def test_the_image_copies_what_there_is_and_compose_starts_commands_that_there_are() -> None:
    image = (DEPLOY / "Containerfile").read_text("utf-8")
    copied = {name for line in re.findall(r"^COPY (?!--)(.+) \S+$", image, re.MULTILINE) for name in line.split()}
    assert [name for name in copied if not (ROOT / name).exists()] == []
    packages = set(re.findall(r'"(\w+)\*"', (ROOT / "pyproject.toml").read_text("utf-8")))
    assert packages <= copied
    allowed = (DEPLOY / "Containerfile.dockerignore").read_text("utf-8").splitlines()
    assert {name.removeprefix("!") for name in allowed if name.startswith("!")} == copied
    services: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))["services"]
    ours = {name: each for name, each in services.items() if "build" in each}
    assert {name: each["command"] for name, each in ours.items()} == {
        name: [name] for name in ("migrate", "serve", "work")
    }
    assert {name.lower() for each in ours.values() for name in each["environment"]} <= set(Settings.model_fields)
    assert all(port.startswith("127.0.0.1:") for each in ours.values() for port in each.get("ports", ()))
