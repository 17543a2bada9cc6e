"""Checks the parties' signatures of an evidence pack; verify.py reads this file. The standard library only."""

from __future__ import annotations

import hashlib
import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any


def ask(folder: Path, report: Any, agreement: dict[str, Any], tools: dict[str, Any]) -> None:
    """Every signature: over which bytes, and by its method; then every scan of a stamped paper.

    `tools` are the functions of verify.py.
    """
    papers = {paper["file"]: paper for paper in json.loads((folder / "papers.json").read_text("utf-8"))}
    for signature in json.loads((folder / "signatures.json").read_text("utf-8")):
        side, signed = signature["party"], signature["document_sha256"]
        where = f" {signature['paper']}" if signature.get("paper") else ""
        wanted = _wanted(signature, agreement, papers)
        same = tools["same"]
        report.ask(
            f"所签即存档原文 {side}{where}", f"what was signed is what is kept {side}{where}", same, signed, wanted
        )
        if signature["method"] == "passkey":
            check = _beside("passkeys.py")
            about = (signature, tools["Der"], tools["check_signature"])
            report.ask(f"通行密钥签名 {side}{where}", f"signature by passkey {side}{where}", check, *about)
        if signature["method"] == "ca":
            data = (folder / _file_of(signed, papers)).read_bytes()
            check = _beside("certificates.py")
            report.ask(
                f"证书签名 {side}{where}",
                f"signature by certificate {side}{where}",
                check, signature, data, folder, tools,
            )  # fmt: skip
    _ask_scans(folder, report, tools)


def _beside(name: str) -> Callable[..., str]:
    found: Callable[..., str] = runpy.run_path(str(Path(__file__).with_name(name)))["check"]
    return found


def _wanted(signature: dict[str, Any], agreement: dict[str, Any], papers: dict[str, Any]) -> str:
    """The hash of what the signature should stand under."""
    if signature["over"] == "paper":
        return str(papers[signature["paper"]]["sha256"])
    return str(agreement["contract_sha256" if signature["over"] == "contract" else "term_sheet_sha256"])


def _file_of(sha256: str, papers: dict[str, Any]) -> str:
    """The file of the paper that had this hash before anybody signed it. Raises KeyError."""
    return next(name for name, paper in papers.items() if paper["sha256"] == sha256)


def _ask_scans(folder: Path, report: Any, tools: dict[str, Any]) -> None:
    """Each scan is the file whose hash was kept, of the paper whose hash was kept."""
    if not (folder / "scans.json").exists():
        return
    for scan in json.loads((folder / "scans.json").read_text("utf-8")):
        name = scan["in_pack"]
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        report.ask(f"扫描件 {name}", f"scan of a stamped paper {name}", tools["same"], found, scan["sha256"])
