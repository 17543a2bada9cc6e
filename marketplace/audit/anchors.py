"""Anchoring the trail: a time-stamp authority signs the root of what was written since the last time (AUD-1)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from marketplace.audit.models import Anchor, Entry
from marketplace.lib import timestamp

logger = logging.getLogger(__name__)
MOST = 50_000  # entries under one root: keeps a proof at sixteen hashes and the work within memory


def leaf(sha256: str) -> bytes:
    """The leaf of an entry's hash (hex): RFC 6962 puts a zero before it, so that no node can pass for a leaf."""
    return hashlib.sha256(b"\0" + bytes.fromhex(sha256)).digest()


def node(left: bytes, right: bytes) -> bytes:
    """What stands above two nodes."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(hashes: Sequence[str]) -> str:
    """The Merkle root (hex) of at least one hash; an odd one at the end of a level moves up as it is."""
    level = [leaf(each) for each in hashes]
    while len(level) > 1:
        level = _above(level)
    return level[0].hex()


def _above(level: list[bytes]) -> list[bytes]:
    pairs = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs + level[len(pairs) * 2 :]


def path(hashes: Sequence[str], at: int) -> list[tuple[str, str]]:
    """How to reach the root from the leaf at index `at`: ("left" or "right", hex of the neighbor), lowest first."""
    level, found = [leaf(each) for each in hashes], []
    while len(level) > 1:
        neighbor = at ^ 1
        if neighbor < len(level):
            found.append(("left" if neighbor < at else "right", level[neighbor].hex()))
        level, at = _above(level), at // 2
    return found


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry stood in the trail when its anchor was stamped."""

    anchor: Anchor
    path: list[tuple[str, str]]


def make() -> Anchor | None:
    """Anchor what was written since the last anchor; None when that is nothing, or another process was first.

    Speaks to the authorities, so call it outside a transaction. Raises timestamp.NoAuthority or timestamp.NoStamp.
    """
    before = Anchor.objects.order_by("-last").values_list("last", flat=True).first() or 0
    rows = Entry.objects.filter(number__gt=before).order_by("number").values_list("number", "sha256")[:MOST]
    numbers, hashes = zip(*rows, strict=True) if rows else ((), ())
    if not hashes:
        return None
    top = root(hashes)
    token, stamped_at = timestamp.token(bytes.fromhex(top))
    try:
        with transaction.atomic():
            return Anchor.objects.create(
                first=numbers[0], last=numbers[-1], root=top, token=token, stamped_at=stamped_at
            )
    except IntegrityError:
        logger.info("entries from %d on were anchored by another process", numbers[0])
        return None


def keep_up() -> None:
    """Anchor all there is, every hour; an authority out of reach is logged, and the next hour tries anew."""
    try:
        while make():
            pass
    except (timestamp.NoAuthority, timestamp.NoStamp):
        logger.exception("the trail could not be anchored")


def proofs(entries: Sequence[Entry]) -> dict[int, Proof]:
    """By entry number, the proof of each entry that is anchored; the others wait for the next anchor."""
    found: dict[int, Proof] = {}
    numbers = sorted(entry.number for entry in entries)
    if not numbers:
        return found
    for anchor in Anchor.objects.filter(last__gte=numbers[0], first__lte=numbers[-1]):
        hashes = _hashes(anchor)
        for number in numbers:
            if anchor.first <= number <= anchor.last:
                found[number] = Proof(anchor, path(hashes, number - anchor.first))
    return found


def _hashes(anchor: Anchor) -> list[str]:
    rows = Entry.objects.filter(number__gte=anchor.first, number__lte=anchor.last).order_by("number")
    return list(rows.values_list("sha256", flat=True))
