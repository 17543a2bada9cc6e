"""The kills of tests.outbox.test_kills, as many as wanted, for the scorecard (OUT-1)."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from django.conf import settings

from tests.outbox.test_kills import run as carry_out
from tests.scored import Outcome


def _url() -> str:
    from urllib.parse import quote

    database = settings.DATABASES["default"]
    return f"postgres://{database['USER']}@/{database['NAME']}?host={quote(database['HOST'], safe='')}"


def run(count: int) -> Outcome:
    """`count` rounds; facts lost, facts that never were, effects left over. The control loses facts with on_commit."""
    with tempfile.TemporaryDirectory(prefix="kaixu-kills-") as name:
        told = carry_out(_folder(name, "outbox"), _url(), "kill", str(count), "outbox")
        kills, deliveries = Counter(told["kills"]), Counter(told["outside"])
        left = sum(state != "done" for state in told["effects"].values())
        wrong = len(set(deliveries) ^ set(told["facts"])) + left
        control = carry_out(_folder(name, "control"), _url(), "kill", "30", "on_commit")
    lost = len(set(control["facts"]) - set(control["outside"]))
    after = Counter(control["kills"])["after_commit"]
    said = f"{kills.total()} kills, {len(told['facts'])} facts"
    return Outcome(kills.total(), wrong, said, lost / after if after else 0.0)


def _folder(name: str, what: str) -> Path:
    folder = Path(name) / what
    folder.mkdir()
    return folder
