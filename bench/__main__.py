"""``make bench``: every benchmark beside its peer, as a table and as bench/results.json.

``python -m bench [NAME ...]`` runs some of them. A benchmark is a module with ``run() -> dict``.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results.json"
ALL = ("ack", "turn", "dispatch", "memory", "view", "registries", "flood", "mass", "notices", "seal")


def main(names: list[str]) -> int:
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in names or ALL:
        sys.stderr.write(f"{name} ...\n")
        began = time.perf_counter()
        found = importlib.import_module(f"bench.{name}").run()
        load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
        about = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count(), "load": load}
        results[name] = {**found, "seconds": round(time.perf_counter() - began, 1), **about}
        RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
        print(f"\n{name}")
        for key, value in results[name].items():
            print(f"  {key:28} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
