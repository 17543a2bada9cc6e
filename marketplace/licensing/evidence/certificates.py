"""Checks a certificate's signature inside a PDF of an evidence pack; verify.py reads it. The standard library only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any


def check(signature: dict[str, Any], data: bytes, folder: Path, tools: dict[str, Any]) -> str:
    """Whose certificate signed, and when. Raises ValueError, or what `tools` of verify.py raise, when it does not hold.

    The signature must cover the file from its first byte to the end of its own revision, be by the certificate that
    was recorded, below a root in trust/parties, and carry a time stamp.
    """
    told = signature["evidence"]["certificate"]
    parties = tools["roots_in"](folder / "trust" / "parties")
    stamps = tools["roots_in"](folder / "trust" / "stamp")
    for match in re.finditer(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data):
        start, length, second, rest = (int(number) for number in match.groups())
        signed = tools["Signed"](bytes.fromhex(data[length + 1 : second - 1].decode("ascii").strip()))
        if signed.signer is None or signed.signer.fingerprint() != told["certificate_sha256"]:
            continue
        revision = data[: second + rest]
        if start or not revision.rstrip().endswith(b"%%EOF"):
            raise ValueError("the signature does not cover its revision of the file")
        at = tools["check_stamp"](signed.stamp() or b"", signed.signature, stamps)
        signed.check(revision[:length] + revision[second:], parties, re.sub(r"\D", "", at))
        mark = "TEST " if told.get("test") else ""
        return f"{mark}{told['subject']} ({told['issuer']}), {at}"
    raise ValueError("no signature in the file is by the certificate that was recorded")
