"""Thousands of changed copies of sealed papers, every one of which must be found; and good files, none of which may be.

The cheap check is the one that the verify page makes first: is this SHA-256 on record? A sample goes through the whole
examination, structural forgeries above all: they are what a hash alone could not tell apart from an unknown paper.
"""

from __future__ import annotations

import hashlib
import io
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from marketplace.licensing.models import Paper
from marketplace.licensing.public.holders import Verdict
from marketplace.licensing.signing import verify
from marketplace.licensing.signing.inspection import Inspection, inspect, trust
from marketplace.licensing.signing.verify import examine
from tests.licensing.verify import forgeries
from tests.licensing.verify.forgeries import Forgery, name
from tests.scored import Outcome

REGIONS = 64  # a file is cut into so many, and each is changed as often as the others
BATCH = 500
CONTROL = 110  # forgeries that are shown to the verifier that compares nothing


def _revised(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _page(writer: Any) -> Any:
    """The first page, however deep the tree is."""
    node = writer.root["/Pages"]
    while "/Kids" in node:
        node = node["/Kids"][0].get_object()
    return node


def _annotation(pdf: bytes) -> bytes:
    """A note that covers what stands beneath it."""

    def change(writer: Any) -> None:
        page = _page(writer)
        note = generic.DictionaryObject(
            {
                name("/Type"): name("/Annot"),
                name("/Subtype"): name("/FreeText"),
                name("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (50, 600, 500, 700)]),
                name("/Contents"): generic.TextStringObject("1 元"),
            }
        )
        page["/Annots"] = generic.ArrayObject([*page.get("/Annots", []), writer.add_object(note)])
        writer.update_container(page)

    return _revised(pdf, change)


def _field(pdf: bytes) -> bytes:
    """A form field, which the seal's permissions would let one fill in."""

    def change(writer: Any) -> None:
        made = generic.DictionaryObject(
            {
                name("/FT"): name("/Tx"),
                name("/T"): generic.TextStringObject("fee"),
                name("/V"): generic.TextStringObject("1"),
            }
        )
        form = writer.root["/AcroForm"]
        form["/Fields"] = generic.ArrayObject([*form["/Fields"], writer.add_object(made)])
        writer.update_container(form)

    return _revised(pdf, change)


def _title(pdf: bytes) -> bytes:
    """Another title in the file's information."""

    def change(writer: Any) -> None:
        writer.set_info(writer.add_object(generic.DictionaryObject({name("/Title"): generic.TextStringObject("x")})))

    return _revised(pdf, change)


def _hidden(pdf: bytes) -> bytes:
    """Shadow: a page whose content is replaced by one that was put there as a spare."""

    def change(writer: Any) -> None:
        spare = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 40 Tf 72 500 Td (1) Tj ET"))
        page = _page(writer)
        page["/Contents"] = spare
        writer.update_container(page)

    return _revised(pdf, change)


def _fewer_pages(pdf: bytes) -> bytes:
    """Shadow: the tree of pages points past one of them."""

    def change(writer: Any) -> None:
        pages = writer.root["/Pages"]
        pages["/Kids"] = generic.ArrayObject(list(pages["/Kids"])[1:])
        writer.update_container(pages)

    return _revised(pdf, change)


def _other_catalog(pdf: bytes) -> bytes:
    """Shadow: a second catalog behind the seal, named by a second trailer."""
    start = pdf.rindex(b"startxref")
    return pdf + b"9999 0 obj\n<</Type/Catalog/Pages 1 0 R>>\nendobj\ntrailer\n<</Root 9999 0 R>>\n" + pdf[start:]


def _twice(pdf: bytes) -> bytes:
    """The seal's revision, appended once more."""
    at = forgeries.signature(pdf).signed_data and pdf.rindex(b"%%EOF", 0, len(pdf) - 10)
    return pdf + pdf[at:]


def _first_revision(pdf: bytes) -> bytes:
    """The seal taken off: the bytes as they were before."""
    return pdf[: pdf.index(b"%%EOF") + 6]


def _garbage_before(pdf: bytes) -> bytes:
    """Something in front of the header, where readers are patient."""
    return b"% read me\n" + pdf


STRUCTURAL: dict[str, Forgery] = {
    **forgeries.BROKEN_SEAL,
    **forgeries.APPENDED,
    "flip_padding": forgeries.flip_padding,
    "flip_timestamp": forgeries.flip_timestamp,
    "strip_timestamp": forgeries.strip_timestamp,
    "truncate": forgeries.truncate,
    "encrypted": forgeries.encrypted,
    "annotation": _annotation,
    "field": _field,
    "title": _title,
    "hidden": _hidden,
    "fewer_pages": _fewer_pages,
    "other_catalog": _other_catalog,
    "first_revision": _first_revision,
    "twice": _twice,
    "garbage_before": _garbage_before,
}


def changed(pdf: bytes, dice: random.Random, turn: int) -> bytes:
    """One changed copy: a bit, a byte more or less, an end cut off or put on, two places exchanged."""
    size = len(pdf)
    region = turn % REGIONS
    at = min(size - 2, region * size // REGIONS + dice.randrange(max(1, size // REGIONS)))
    match turn // REGIONS % 8:
        case 0 | 1 | 2:
            return forgeries.flip(pdf, at, dice.randrange(8))
        case 3:
            return pdf[:at] + bytes([dice.randrange(256)]) + pdf[at:]
        case 4:
            return pdf[:at] + pdf[at + 1 :]
        case 5:
            return pdf[: size - 1 - region * 7]
        case 6:
            return pdf + dice.randbytes(1 + region)
        case _:
            other = dice.randrange(size - 64)
            middle = pdf[other : other + 32]
            return pdf[:at] + middle + pdf[at + 32 :] if pdf[at : at + 32] != middle else forgeries.flip(pdf, at)


def unnoticed(sealed: Sequence[bytes], count: int) -> int:
    """How many of `count` changed copies have a hash that is on record as a sealed paper's."""
    dice = random.Random(20261125)  # noqa: S311  the same every time
    found, batch = 0, []
    originals = {hashlib.sha256(pdf).hexdigest() for pdf in sealed}
    for turn in range(count):
        copy = hashlib.sha256(changed(sealed[turn % len(sealed)], dice, turn // len(sealed))).hexdigest()
        found += copy in originals
        batch.append(copy)
        if len(batch) == BATCH or turn == count - 1:
            found += Paper.objects.filter(sealed_sha256__in=batch).count()
            batch = []
    return found


def structural(sealed: Sequence[bytes], count: int) -> Iterator[tuple[str, bytes]]:
    """So many structural forgeries, every kind in turn, over every file in turn, then changed copies."""
    kinds = list(STRUCTURAL.items())
    dice = random.Random(7)  # noqa: S311  the same every time
    for turn in range(count):
        kind, forge = kinds[turn % len(kinds)]
        pdf = sealed[turn // len(kinds) % len(sealed)]
        if turn // len(kinds) >= len(sealed):
            yield "changed", changed(pdf, dice, dice.randrange(8 * REGIONS))
        else:
            yield kind, forge(pdf)


def judge(sealed: Sequence[bytes], *, cheap: int, looked: int) -> Outcome:
    """Change copies of these files and ask our own verify page about them; then ask it about the files themselves."""
    missed: Counter[str] = Counter()
    missed["hash"] = unnoticed(sealed, cheap)
    for kind, forged in structural(sealed, looked):
        missed[kind] += examine(forged).verdict == Verdict.OK
    alarms = sum(examine(pdf).verdict != Verdict.OK for pdf in sealed)
    told = ", ".join(kind for kind, number in missed.items() if number)
    said = f"{cheap} hashes, {looked} examined, {len(sealed)} good files, {alarms} false alarms {told}".strip()
    return Outcome(cheap + looked, missed.total() + alarms, said)


@contextmanager
def comparing_nothing(genuine: bytes) -> Iterator[None]:
    """A verifier that takes every file with a readable seal for the paper of a genuine one."""
    whole, paper = inspect(genuine, trust()), Paper.objects.get(sealed_sha256=hashlib.sha256(genuine).hexdigest())

    def looks_for_a_seal(pdf: bytes, *_told: Any) -> Inspection:
        seen = inspect(pdf, trust())
        return whole if seen.seal is not None else seen

    with (
        patch.object(verify, "inspect", looks_for_a_seal),
        patch.object(verify, "_match", lambda *_told: verify.Match(paper, "sealed")),
    ):
        yield


def deceived(sealed: Sequence[bytes], count: int) -> float:
    """The control: the share of forgeries that a verifier lets pass when it compares nothing."""
    with comparing_nothing(sealed[0]):
        passed = sum(examine(forged).verdict == Verdict.OK for _kind, forged in structural(sealed, count))
    return passed / count


def run(count: int) -> Outcome:
    """`count` changed copies, one in 50 of them examined whole, one good file for every 100 of them; the control."""
    from tests.licensing.life import people
    from tests.licensing.verify.papers import sealed_papers

    sealed = sealed_papers(people(), max(4, count // 100))
    told = judge(sealed, cheap=count, looked=max(60, count // 50))
    return replace(told, control=deceived(sealed, CONTROL))
