"""The kills of tests.outbox.test_kills, as many as wanted, for the scorecard (OUT-1)."""

from __future__ import annotations

import json
import secrets
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings
from psycopg import sql

from tests.outbox.test_kills import ROOT, command, environment
from tests.scored import Outcome


def _empty() -> str:
    """The address of a new, empty database of the same server: the victim makes its own tables."""
    database = settings.DATABASES["default"]
    name = f"victim_{secrets.token_hex(4)}"
    told = {"host": database["HOST"], "user": database["USER"], "dbname": database["NAME"]}
    with psycopg.connect(autocommit=True, **told) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"postgres://{database['USER']}@/{name}?host={quote(database['HOST'], safe='')}"


def _carry_out(folder: Path, rounds: int, design: str) -> dict[str, Any]:
    """The victim's own account; it takes as long as it takes."""
    words = [*command(folder, "kill"), str(rounds), design]
    done = subprocess.run(words, cwd=ROOT, env=environment(_empty()), capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def run(count: int) -> Outcome:
    """`count` rounds; facts lost, facts that never were, effects left over. The control loses facts with on_commit."""
    with tempfile.TemporaryDirectory(prefix="kaixu-kills-") as name:
        told = _carry_out(_folder(name, "outbox"), count, "outbox")
        kills, deliveries = Counter(told["kills"]), Counter(told["outside"])
        left = sum(state != "done" for state in told["effects"].values())
        wrong = len(set(deliveries) ^ set(told["facts"])) + left
        control = _carry_out(_folder(name, "control"), 30, "on_commit")
    lost = len(set(control["facts"]) - set(control["outside"]))
    after = Counter(control["kills"])["after_commit"]
    said = f"{kills.total()} kills, {len(told['facts'])} facts"
    return Outcome(kills.total(), wrong, said, lost / after if after else 0.0)


def _folder(name: str, what: str) -> Path:
    folder = Path(name) / what
    folder.mkdir()
    return folder
