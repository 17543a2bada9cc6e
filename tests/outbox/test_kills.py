"""Processes are killed at every gap, and no effect is lost or doubled (OUT-1, OUT-2, OUT-3)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings

from marketplace.outbox import checks
from marketplace.outbox.models import EffectState

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = 150


@pytest.fixture
def victim_url(tmp_path: Path) -> Iterator[str]:
    """An empty database of its own, of the kind the suite runs on."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        yield f"sqlite:///{tmp_path}/victim.sqlite3"
        return
    import psycopg
    from psycopg import sql

    where = {"host": database["HOST"], "user": database["USER"], "password": database["PASSWORD"]}
    where |= {"port": database["PORT"]} if database["PORT"] else {}
    name = f"victim_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(dbname="postgres", autocommit=True, **where) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    port = f":{database['PORT']}" if database["PORT"] else ""
    host = quote(database["HOST"], safe="")
    yield f"postgres://{database['USER']}:{quote(database['PASSWORD'])}@{port}/{name}?host={host}"
    with psycopg.connect(dbname="postgres", autocommit=True, **where) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def command(folder: Path, task: str) -> list[str]:
    return [sys.executable, "-m", "tests.outbox.victim", task, str(folder)]


def environment(url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "KILL_AT"}}
    return kept | {"VICTIM_URL": url, "PYTHONPATH": str(ROOT)}


def run(folder: Path, url: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [*command(folder, arguments[0]), *arguments[1:]],
        cwd=ROOT, env=environment(url), capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_a_hundred_kills_lose_nothing_and_double_nothing(tmp_path: Path, victim_url: str) -> None:
    told = run(tmp_path, victim_url, "kill", str(ROUNDS), "outbox")

    kills, deliveries = Counter(told["kills"]), Counter(told["outside"])
    assert kills.total() >= 100
    assert all(
        kills[point] >= 20 for point in ("in_transaction", "after_commit", "after_claim", "after_act", "after_mark")
    )
    assert set(deliveries) == set(told["facts"])  # every committed fact arrived, and no other
    assert set(told["effects"]) == {f"outside:{fact}" for fact in told["facts"]}
    assert set(told["effects"].values()) == {EffectState.DONE.value}
    # A delivery comes again only where the worker died between acting and noting it, and then with the same key.
    assert deliveries.total() - len(deliveries) <= kills["after_act"] + kills["at random"]


def test_with_on_commit_instead_facts_are_lost(tmp_path: Path, victim_url: str) -> None:
    """The control: the same kills, and Django's on_commit in place of the outbox."""
    told = run(tmp_path, victim_url, "kill", "30", "on_commit")

    assert Counter(told["kills"])["after_commit"] >= 5
    assert len(set(told["facts"]) - set(told["outside"])) >= 5


def test_four_workers_at_once_carry_each_effect_out_once(tmp_path: Path, victim_url: str) -> None:
    told = run(tmp_path, victim_url, "race", "4")

    assert len(told["facts"]) == 120
    assert sorted(told["outside"]) == sorted(told["facts"])
    assert set(told["effects"].values()) == {EffectState.DONE.value}


@pytest.fixture
def serving(tmp_path: Path, victim_url: str) -> Iterator[subprocess.Popen[str]]:
    """A worker in a process of its own, on a database with nothing to do."""
    run(tmp_path, victim_url, "kill", "0", "outbox")
    process = subprocess.Popen(
        command(tmp_path, "serve"), cwd=ROOT, env=environment(victim_url), stderr=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def leave(url: str, key: str) -> None:
    """Leave one effect in the victim's database, from a process of its own."""
    code = (
        "import sys; from pathlib import Path; from tests.outbox import victim; victim.configure(Path(sys.argv[1]));"
        "from django.db import transaction; from marketplace.outbox import outbox\n"
        "with transaction.atomic(): outbox.add('fact.made', key=sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", code, "/tmp", key], cwd=ROOT, env=environment(url), check=True)  # noqa: S108


def wait_for(path: Path, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} did not appear"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_finishes_what_it_is_at(
    tmp_path: Path, victim_url: str, serving: subprocess.Popen[str], number: signal.Signals
) -> None:
    leave(victim_url, "slow")
    wait_for(tmp_path / "started")

    serving.send_signal(number)
    _out, errors = serving.communicate(timeout=20)

    assert (serving.returncode, errors) == (0, "")
    assert (tmp_path / "outside").read_text() == "slow\n"


def test_on_sqlite_a_second_worker_is_refused_and_may_start_when_the_first_was_killed(
    tmp_path: Path, victim_url: str, serving: subprocess.Popen[str]
) -> None:
    if not victim_url.startswith("sqlite"):
        return  # PostgreSQL takes any number of workers
    leave(victim_url, "one")
    wait_for(tmp_path / "outside")

    second = subprocess.run(
        command(tmp_path, "serve"),
        cwd=ROOT,
        env=environment(victim_url),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    serving.kill()
    serving.wait()
    third = subprocess.Popen(command(tmp_path, "serve"), cwd=ROOT, env=environment(victim_url), stderr=subprocess.PIPE)
    leave(victim_url, "two")
    until = time.monotonic() + 20
    while (tmp_path / "outside").read_text() != "one\ntwo\n":
        assert time.monotonic() < until
        time.sleep(0.05)
    third.terminate()
    third.communicate(timeout=20)

    assert second.returncode != 0
    assert "another worker" in second.stderr
    assert third.returncode == 0


def test_production_does_not_start_with_kill_points(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILL_AT", "after_act")
    settings.PRODUCTION = False
    assert checks.no_kill_points() == []

    settings.PRODUCTION = True

    (error,) = checks.no_kill_points()
    assert error.id == "kaixu.E101"
    monkeypatch.delenv("KILL_AT")
    assert checks.no_kill_points() == []


def test_production_does_not_obey_a_kill_point(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from marketplace.lib import crash

    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _pid, number: killed.append(number))
    monkeypatch.setattr(crash, "_reached", {})
    monkeypatch.setenv("KILL_AT", "here")

    settings.PRODUCTION = True
    crash.reach("here")
    in_production = list(killed)
    settings.PRODUCTION = False
    crash.reach("elsewhere")
    crash.reach("here")
    crash.reach("here")

    assert in_production == []
    assert killed == [signal.SIGKILL]
