"""One node for a whole test run: the first worker that asks starts it, all share it, the run's end stops it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from tests.services.elasticsearch.node import Node


def _owner() -> int:
    """The process that runs the tests: pytest itself, or the parent of pytest's workers."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _folder() -> Path:
    return Path(tempfile.gettempdir()) / f"kaixu-elasticsearch-{_owner()}"


def url() -> str:
    """Where this run's node answers; starts it when nobody has. Raises NoNode."""
    folder = _folder()
    folder.mkdir(exist_ok=True)
    told = folder / "url"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            node = Node(folder / "node", owner=_owner()).start().wait()
            (folder / "pid").write_text(str(node.pid))
            told.write_text(node.url)
    return told.read_text()


def end() -> None:
    """Stop this run's node, if one was started, and take its data away. For the process that runs the tests."""
    folder = _folder()
    if (folder / "pid").exists():
        Node(folder / "node", pid=int((folder / "pid").read_text())).stop()
    shutil.rmtree(folder, ignore_errors=True)
