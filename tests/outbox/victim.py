"""Processes that are killed while they leave effects and carry them out, and what is left of their work.

`python -m tests.outbox.victim kill FOLDER ROUNDS DESIGN` forks a warmed process for every round, kills it at a named
point or at a random moment, lets a last worker finish, and prints what the database and the outside world say as JSON.
DESIGN is `outbox`, or `on_commit` for the control. `… race FOLDER WORKERS` lets several workers loose at the same time;
`… serve FOLDER` runs `run_outbox`.
The database is VICTIM_URL; only the outbox lives in it, so that starting is quick.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

POINTS = ("in_transaction", "after_commit", "after_claim", "after_act", "after_mark", "at random")
FACTS_A_ROUND = 6


def configure(folder: Path) -> None:
    import django
    from django.conf import settings

    from marketplace.settings import env

    settings.configure(
        INSTALLED_APPS=["marketplace.outbox"],
        DATABASES={"default": env.database(os.environ["VICTIM_URL"])},
        DATA_DIR=folder,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="victim",
    )
    django.setup()
    from marketplace.outbox import outbox, worker

    worker.FIRST_WAIT = 0.0  # who was killed is tried again at once
    outside = folder / "outside"

    def arrive(key: str, _payload: dict[str, Any]) -> None:
        """The outside world: it keeps every delivery, and knows by its key one that comes again."""
        if key == "slow":
            (folder / "started").touch()
            time.sleep(1.0)
        with outside.open("ab", buffering=0) as file:
            file.write(f"{key}\n".encode())

    outbox.handles("fact.made", "outside")(arrive)


def prepare() -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE fact (name varchar(40) PRIMARY KEY)")


def produce(turn: int, design: str) -> None:
    """Commit facts, each with its effect: by the outbox, or by Django's on_commit."""
    from django.db import connection, transaction

    from marketplace.lib import crash
    from marketplace.outbox import outbox

    for number in range(FACTS_A_ROUND):
        key = f"{turn}-{number}"
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO fact (name) VALUES (%s)", [key])
            transaction.on_commit(lambda: crash.reach("after_commit"))
            if design == "outbox":
                outbox.add("fact.made", key=key)
            else:
                handler = outbox.handlers("fact.made")["outside"]
                transaction.on_commit(lambda key=key, handler=handler: handler(key, {}))  # type: ignore[misc]
            crash.reach("in_transaction")


def work() -> None:
    from marketplace.outbox import worker

    worker.run_pending()


def finish() -> None:
    """Work until nothing waits: PostgreSQL may need a moment to see that a killed worker's connection has gone."""
    from marketplace.outbox.models import Effect

    until = time.monotonic() + 20
    while Effect.objects.filter(state="pending").exists() and time.monotonic() < until:
        work()
        time.sleep(0.02)


def start(act: Callable[[], object], kill_at: str = "") -> int:
    """Begin `act` in a process of its own; its number."""
    child = os.fork()
    if child:
        return child
    os.environ["KILL_AT"] = kill_at
    try:
        act()
    except BaseException:  # noqa: BLE001 - whatever it is, the child must not go on as a parent
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def wait(child: int) -> bool:
    """Wait for a child; whether it was killed."""
    _pid, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise SystemExit("a child failed by itself")
    return os.WIFSIGNALED(status)


def in_child(act: Callable[[], object], kill_at: str = "", kill_after: float | None = None) -> bool:
    """Run `act` in a process of its own; whether it was killed."""
    child = start(act, kill_at)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    return wait(child)


def kill(folder: Path, rounds: int, design: str) -> dict[str, Any]:
    dice = random.Random(20261124)  # noqa: S311 - the same every time
    kills: Counter[str] = Counter()
    in_child(prepare)
    for turn in range(rounds):
        point = POINTS[turn % len(POINTS)]
        producing = point in {"in_transaction", "after_commit"} or (point == "at random" and turn % 4 < 2)

        def act(turn: int = turn, producing: bool = producing) -> None:
            if producing:
                produce(turn, design)
            else:
                work()

        if point == "at random":
            killed = in_child(act, kill_after=dice.uniform(0.0, 0.03))
        else:
            killed = in_child(act, kill_at=f"{point}:{dice.randint(1, 3)}")
        kills[point] += killed
        if not producing and design == "outbox":
            in_child(partial(produce, turn, design))
    in_child(finish)
    return {"kills": kills} | judge(folder)


def race(folder: Path, workers: int) -> dict[str, Any]:
    """Many facts, and several workers at them at the same time."""
    from marketplace.outbox import worker

    worker.FIRST_WAIT = 10.0  # as the site runs: on SQLite this is what keeps a second worker off a claimed effect
    in_child(prepare)
    for turn in range(20):
        in_child(partial(produce, turn, "outbox"))
    children = [start(work) for _ in range(workers)]
    for child in children:
        wait(child)
    in_child(finish)
    return judge(folder)


def judge(folder: Path) -> dict[str, Any]:
    """What the database and the outside world say, asked by a process that had no part in it."""
    from django.db import connection

    from marketplace.outbox.models import Effect

    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM fact")
        facts = [row[0] for row in cursor.fetchall()]
    outside = folder / "outside"
    return {
        "facts": facts,
        "effects": dict(Effect.objects.values_list("key", "state")),
        "outside": outside.read_text().split() if outside.exists() else [],
    }


def main() -> None:
    task, folder = sys.argv[1], Path(sys.argv[2])
    configure(folder)
    if task == "race":
        sys.stdout.write(json.dumps(race(folder, int(sys.argv[3]))))
    elif task == "kill":
        sys.stdout.write(json.dumps(kill(folder, int(sys.argv[3]), sys.argv[4])))
    else:
        from django.core.management import call_command

        call_command("run_outbox", poll=0.05)


if __name__ == "__main__":
    main()
