"""Reading the whole trail and saying whether every entry is what it was when it was written (AUD-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from marketplace.audit import anchors, trail
from marketplace.audit.models import Anchor, Entry
from marketplace.lib import timestamp

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain, as it was seen somewhere else: on paper, in a time stamp, on another machine."""

    number: int
    sha256: str

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read "12345:<64 hex digits>". Raises ValueError."""
        found = re.fullmatch(r"([0-9]+):([0-9a-f]{64})", text.strip().lower())
        if not found:
            raise ValueError("a head is written as number:sha256, with 64 hexadecimal digits")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.number}:{self.sha256}"


class Broken(Exception):
    """The trail was tampered with; `number` is the first entry that does not hold, `reason` what is wrong with it."""

    def __init__(self, number: int, reason: str) -> None:
        self.number = number
        self.reason = reason
        super().__init__(f"entry {number}: {reason}")


def head() -> Head:
    """The last entry now; (0, zeros) of an empty trail."""
    last = Entry.objects.order_by("-number").values_list("number", "sha256").first()
    return Head(*last) if last else Head(0, trail.START)


def verify(*known: Head) -> Head:
    """Walk the chain from its first entry; the head it ends with. Raises Broken at the first entry that does not hold.

    A chain alone cannot show that its end was cut off: give heads that were kept elsewhere as `known`.
    """
    at = {each.number: each.sha256 for each in known}
    reached = Head(0, trail.START)
    _compare(at, reached)
    for entry in _entries():
        reached = _follow(reached, entry)
        _compare(at, reached)
    _compare_anchors()
    beyond = [number for number in at if number > reached.number]
    if beyond:
        raise Broken(reached.number + 1, f"entries up to {max(beyond)} are known elsewhere and are missing here")
    return reached


def _follow(before: Head, entry: Entry) -> Head:
    if entry.number != before.number + 1:
        raise Broken(before.number + 1, f"missing: the next entry is {entry.number}")
    if entry.previous_sha256 != before.sha256:
        raise Broken(entry.number, "does not follow the entry before it")
    if trail.digest(entry) != entry.sha256:
        raise Broken(entry.number, "is not what was written")
    return Head(entry.number, entry.sha256)


def _compare_anchors() -> None:
    """Every anchor's root must come out anew from the entries it covers, and its stamp must be over that root."""
    for anchor in Anchor.objects.iterator():
        rows = Entry.objects.filter(number__gte=anchor.first, number__lte=anchor.last).order_by("number")
        hashes = list(rows.values_list("sha256", flat=True))
        if len(hashes) != anchor.last - anchor.first + 1 or anchors.root(hashes) != anchor.root:
            raise Broken(anchor.first, f"and those up to {anchor.last} are not what the anchor was stamped over")
        if not timestamp.stamps(bytes(anchor.token), bytes.fromhex(anchor.root)):
            raise Broken(anchor.first, f"the time stamp of the anchor up to {anchor.last} does not hold")


def _compare(known: dict[int, str], reached: Head) -> None:
    if known.get(reached.number, reached.sha256) != reached.sha256:
        raise Broken(reached.number, "is another entry than the one known elsewhere")


def _entries() -> Iterator[Entry]:
    """Every entry in order, a chunk at a time: the trail may be larger than memory."""
    after: int | None = None
    while True:
        page = Entry.objects.order_by("number", "id")
        chunk = list((page if after is None else page.filter(number__gt=after))[:CHUNK])
        yield from chunk
        if len(chunk) < CHUNK:
            return
        after = chunk[-1].number
