"""Builds Elasticsearch nodes from Maven's jars once per machine, and starts and ends them on loopback."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

HERE = Path(__file__).resolve().parent
MISSING = (
    "Elasticsearch cannot be started: Java 17 (a JDK) and Maven are needed. Debian: "
    "apt-get install openjdk-17-jdk-headless maven. The jars come from Maven Central, 40 MB, once."
)
_START_SECONDS = 90
_STARTED: list[subprocess.Popen[bytes]] = []  # Python warns of processes that nobody holds
_PLUGIN = """name=transport-netty4
description=Netty transport and HTTP
version={version}
elasticsearch.version={version}
java.version=17
classname=org.elasticsearch.transport.netty4.Netty4Plugin
modulename=
extended.plugins=
has.native.controller=false
"""
_LOG = """status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""


class NoNode(Exception):
    """A node could not be built or did not answer; the message has the end of its log."""


def can_start() -> bool:
    """Whether this machine has what a node needs."""
    return bool(shutil.which("javac") and shutil.which("mvn")) and _java() >= 17


def _java() -> int:
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


def build() -> Path:
    """The folder with jars, modules and our class; made by the first who asks, the others wait."""
    digest = re.search(r"<elasticsearch>(.+)</elasticsearch>", (HERE / "pom.xml").read_text())
    assert digest
    version = digest[1]
    root = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kaixu-elasticsearch"
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = root / version
        if not (made / "lib").is_dir():
            _fetch(made, version)
        source = HERE / "SearchNode.java"
        if not (made / "classes").is_dir() or (made / "classes").stat().st_mtime < source.stat().st_mtime:
            _run("javac", "-cp", f"{made}/lib/*", "-d", str(made / "classes"), str(source))
            os.utime(made / "classes")
    return made


def _fetch(made: Path, version: str) -> None:
    half = made.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    jars, module = half / "lib", half / "modules" / "transport-netty4"
    module.mkdir(parents=True)
    _run("mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies", f"-DoutputDirectory={jars}")
    for jar in [*jars.glob("netty-*.jar"), *jars.glob("transport-netty4-*.jar")]:
        jar.rename(module / jar.name)
    (module / "plugin-descriptor.properties").write_text(_PLUGIN.format(version=version))
    shutil.rmtree(made, ignore_errors=True)
    half.rename(made)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise NoNode(f"{command[0]}: {(done.stdout + done.stderr)[-2000:]}")


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Node:
    """One node with its home. `masters` are names and transport ports of a cluster's first nodes; none: it is alone."""

    home: Path
    name: str = "alone"
    port: int = field(default_factory=free_port)
    transport: int = field(default_factory=free_port)
    heap: str = "512m"
    masters: Sequence[tuple[str, int]] = ()
    owner: int = 0  # the process with which the node ends
    pid: int = 0

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Node:
        """Start it; returns at once."""
        self._lay_out()
        made = build()
        command = [
            "java", f"-Xms{self.heap}", f"-Xmx{self.heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=4",
            f"-Djava.io.tmpdir={self.home / 'tmp'}", f"-Des.path.home={self.home}", "-Dlog4j2.disable.jmx=true",
            "-Dlog4j.shutdownHookEnabled=false", "-Dio.netty.noUnsafe=true", "-Djava.security.manager=allow",
            "-cp", f"{made}/classes:{made}/lib/*", "SearchNode", str(self.home), str(self.owner),
        ]  # fmt: skip
        with (self.home / "out.log").open("ab") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        _STARTED.append(process)
        self.pid = process.pid
        return self

    def wait(self, status: str = "yellow") -> Node:
        """Until it answers. Raises NoNode when it died or takes too long."""
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if self.health(status):
                return self
            if not self.runs():
                break
            time.sleep(0.1)
        raise NoNode((self.home / "out.log").read_text(errors="replace")[-3000:])

    def health(self, status: str = "yellow") -> str:
        """Its cluster's color once it is at least `status`; "" while it does not answer."""
        try:
            with urlopen(f"{self.url}/_cluster/health?wait_for_status={status}&timeout=2s", timeout=5) as told:  # noqa: S310
                return str(json.load(told)["status"])
        except (URLError, OSError, ValueError):
            return ""

    def runs(self) -> bool:
        """Whether its process is alive."""
        try:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                return False
        except ChildProcessError:
            pass  # another process started it
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait until it is gone; SIGKILL ends it as a power cut would."""
        if self.pid and self.runs():
            os.kill(self.pid, how)
            end = time.monotonic() + 20
            while self.runs() and time.monotonic() < end:
                time.sleep(0.05)
            if self.runs():
                os.kill(self.pid, signal.SIGKILL)
        for process in _STARTED:
            if process.pid == self.pid:
                process.wait()
        self.pid = 0

    def _lay_out(self) -> None:
        made = build()
        for name in ("config", "data", "logs", "tmp", "plugins"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        modules = self.home / "modules"
        if not modules.is_symlink():
            modules.symlink_to(made / "modules")
        (self.home / "config" / "log4j2.properties").write_text(_LOG)
        lines = {
            "cluster.name": "kaixu-tests", "node.name": self.name, "network.host": "127.0.0.1",
            "http.port": self.port, "transport.port": self.transport,
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            **self._cluster(),
        }  # fmt: skip
        text = "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None)
        (self.home / "config" / "elasticsearch.yml").write_text(text)

    def _cluster(self) -> dict[str, str]:
        if not self.masters:
            return {"discovery.type": "single-node"}
        seeds = ", ".join(f"127.0.0.1:{port}" for _name, port in self.masters)
        told = {"discovery.seed_hosts": f"[{seeds}]"}
        if not (self.home / "data" / "_state").exists():
            told["cluster.initial_master_nodes"] = f"[{', '.join(name for name, _port in self.masters)}]"
        return told
