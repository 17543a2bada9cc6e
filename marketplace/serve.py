"""Starts the site and its outbox worker as one group that ends together: `python -m marketplace.serve`.

Prepares the data folder when anything it rests on has changed (migrations, catalogs, seeds), then supervises two
children. This process imports no Django, so that site and worker are all that costs memory.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
USUAL_PORT = 8000
PATIENCE_SECONDS = 10
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
    for file in sorted(found for pattern in RESTS_ON for found in ROOT.glob(pattern)):
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


def free_port(wanted: int) -> int:
    """The wanted port, or the next free one of the following hundred, or any."""
    for port in [*range(wanted, wanted + 100), 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SystemExit("No free port was found.")


def start(port: int) -> list[subprocess.Popen[bytes]]:
    """Start the web process and the outbox worker."""
    environment = os.environ | {"SITE_URL": os.environ.get("SITE_URL", f"http://localhost:{port}")}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.development")
    environment.setdefault("MALLOC_ARENA_MAX", "2")  # threads of a small site need no memory pools of their own
    options = "--worker-class gthread --threads 4 --log-level warning --graceful-timeout 5 --no-control-socket"
    web = [sys.executable, "-m", "gunicorn", "marketplace.wsgi", "--bind", f"127.0.0.1:{port}", *options.split()]
    worker = [sys.executable, str(ROOT / "manage.py"), "run_outbox"]
    return [subprocess.Popen(command, cwd=ROOT, env=environment) for command in (web, worker)]  # noqa: S603


def answers(port: int) -> bool:
    """Whether something listens there."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stop(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask the children to end, and insist after PATIENCE_SECONDS."""
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


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
    """Prepare, start, wait; exit 0 after Ctrl-C, 1 when a child died by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", USUAL_PORT)))
    parser.add_argument("--empty", action="store_true", help="no demo data")
    options = parser.parse_args()
    data_folder().mkdir(parents=True, exist_ok=True)
    demo = not options.empty
    prepare(demo=demo)
    port = free_port(options.port)
    ending: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: ending.append(got))
    children = start(port)
    try:
        while not answers(port) and not ending and all(child.poll() is None for child in children):
            time.sleep(0.05)
        say(greeting(port, demo=demo))
        while not ending and all(child.poll() is None for child in children):
            time.sleep(0.2)
    finally:
        stop(children)
    return 0 if ending else 1


if __name__ == "__main__":
    raise SystemExit(main())
