"""Starts the site and its outbox worker as one group that ends together: `python -m marketplace.serve`.

Prepares the data folder when anything it rests on has changed (migrations, catalogs, seeds), loads the code once, forks
the process that answers the browser and becomes the outbox worker itself: two processes that share what they loaded.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ROOT = Path(__file__).resolve().parent.parent
USUAL_PORT = 8000
PATIENCE_SECONDS = 10
THREADS = 4
RESTS_ON = (
    "*/migrations/*.py",
    "*/*/migrations/*.py",
    "locale/*/LC_MESSAGES/*.po",
    "marketplace/demo/*",
    "requirements.txt",
)


def data_folder() -> Path:
    """Where everything of this installation is kept."""
    return Path(os.environ.get("KAIXU_DATA") or ROOT / "var")


def fingerprint() -> str:
    """SHA-256 over what preparation depends on: migrations, catalogs, seeds and locked dependencies."""
    digest = hashlib.sha256(os.environ.get("DATABASE_URL", "").encode())
    for file in sorted(found for pattern in RESTS_ON for found in ROOT.glob(pattern) if found.is_file()):
        digest.update(file.relative_to(ROOT).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def prepare(*, demo: bool) -> None:
    """Migrate, compile catalogs, seed pages and demo data, build the index; nothing when all is as it was."""
    stamp = data_folder() / "prepared"
    now = fingerprint() + ("+demo" if demo else "")
    if stamp.exists() and stamp.read_text() == now:
        return
    say("Preparing the database, translations, pages and the search index (once) …")
    command = [sys.executable, str(ROOT / "manage.py"), "prepare", *(["--demo"] if demo else [])]
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        raise SystemExit("Preparation failed; the message above says why.")
    stamp.write_text(now)


def listening_socket(wanted: int) -> socket.socket:
    """A socket that listens at the wanted port of this machine, or at the next free one of a hundred, or at any."""
    for port in [*range(wanted, wanted + 100), 0]:
        found = socket.socket()
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind(("127.0.0.1", port))
            found.listen(128)
        except OSError:
            found.close()
            continue
        return found
    raise SystemExit("No free port was found.")


def load(port: int) -> WSGIApplication:
    """The site with all its code loaded, so that both processes share that memory; no connection is left open."""
    os.environ.setdefault("SITE_URL", f"http://localhost:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.development")
    from django.db import connections
    from django.urls import get_resolver

    from marketplace.wsgi import application

    from listings.search.warm import warm  # isort: skip - needs the settings

    get_resolver()._populate()  # reads every room's addresses and views
    warm()
    connections.close_all()
    gc.collect()
    gc.freeze()  # the collector leaves what both share alone: touching it would copy it
    return application


def start_web(application: WSGIApplication, listening: socket.socket) -> int:
    """Fork the process that answers the browser; its number."""
    child = os.fork()
    if child:
        return child
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    die_with_parent()
    from waitress import serve

    try:
        serve(application, sockets=[listening], threads=THREADS, ident=None)
    finally:
        os._exit(0)


def die_with_parent() -> None:
    """Let Linux end this process when its parent is killed; elsewhere a killed parent leaves it behind."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def work_until_told(web: int) -> bool:
    """Run the outbox worker in this process until a signal or the end of the web process; whether it was a signal."""
    from django.core.management import call_command

    died: list[int] = []

    def child_ended(_number: int, _frame: object) -> None:
        if not died and os.waitpid(web, os.WNOHANG)[0]:
            died.append(web)
            os.kill(os.getpid(), signal.SIGTERM)  # the worker finishes the effect it is at

    signal.signal(signal.SIGCHLD, child_ended)
    try:
        with contextlib.suppress(KeyboardInterrupt):  # told to stop before the worker listened
            child_ended(0, None)  # it may have died before anybody listened
            call_command("run_outbox")
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if not died:
            end(web)
    return not died


def end(web: int) -> None:
    """Ask the web process to end, and insist after PATIENCE_SECONDS."""
    os.kill(web, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not os.waitpid(web, os.WNOHANG)[0]:
        if time.monotonic() > deadline:
            os.kill(web, signal.SIGKILL)
        time.sleep(0.05)


def say(text: str) -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def greeting(port: int, *, demo: bool) -> str:
    """Address and log-ins."""
    lines = [f"\n  Kaixu 开许   http://localhost:{port}", f"  mail         http://localhost:{port}/dev/mail/"]
    log_ins = data_folder() / "demo-log-ins"
    if demo and log_ins.exists():
        lines += ["", *(f"  {line}" for line in log_ins.read_text(encoding="utf-8").splitlines())]
    return "\n".join([*lines, "", "  Ctrl-C ends the site and its worker.", ""])


def main() -> int:
    """Prepare, start, wait; exit 0 after Ctrl-C, 1 when the site died by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", USUAL_PORT)))
    parser.add_argument("--empty", action="store_true", help="no demo data")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        data_folder().mkdir(parents=True, exist_ok=True)
        prepare(demo=not options.empty)
        listening = listening_socket(options.port)
        port = int(listening.getsockname()[1])
        web = start_web(load(port), listening)
        listening.close()
        say(greeting(port, demo=not options.empty))
        return 0 if work_until_told(web) else 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    raise SystemExit(main())
