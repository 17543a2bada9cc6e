"""The contract of the preset track: a plain summary on the first page, then the clauses."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.licensing.contracts import pieces
from marketplace.licensing.contracts.clause import Clause, Row
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.layouts import six
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.pieces import Piece


def contract(d: Draft, clauses: Sequence[Clause]) -> Sheet:
    """The whole contract as it is shown and signed."""
    titles = d.say("》《", "”, “").join(p.title for p in d.offer.patents)
    licensor, licensee = d.fact(d.deal.licensor.name), d.fact(d.deal.licensee.name)
    return Sheet(
        title=d.say("专利实施许可合同", "Patent License Contract"),
        kicker=d.say("快速许可 · 普通许可", "Preset license · ordinary license"),
        lead=[
            d.say(f"《{titles}》", f"“{titles}”"),
            d.say(f"许可人　{licensor}", f"Licensor: {licensor}"),
            d.say(f"被许可人　{licensee}", f"Licensee: {licensee}"),
        ],
        dated=d.deal.made_on,
        pieces=[
            *summary(d),
            pieces.page(),
            pieces.heading(d.say("合同条款", "The contract")),
            *(pieces.clause(c) for c in clauses),
            *_signatures(d),
        ],
    )


def summary(d: Draft) -> list[Piece]:
    """One page for somebody who reads nothing else."""
    return [
        pieces.heading(d.say("一页看懂", "On one page")),
        pieces.figures(six.figures(d)),
        pieces.space(1.2),
        pieces.heading(d.say("用大白话说", "In plain words")),
        pieces.points(six.plain(d)),
        pieces.note(
            d.say(
                "本页是摘要，方便阅读，不改变后面条款的含义；与条款不一致的，以条款为准。",
                "This page is a summary for easy reading. It changes nothing in the clauses; where they differ, the"
                " clauses decide.",
            )
        ),
    ]


def _signatures(d: Draft) -> list[Piece]:
    """Who stands behind each side; the licensor's standing offer with its own date (LIC-K)."""
    head: Row = (d.say("签署", "Signatures"), d.say("许可人", "Licensor"), d.say("被许可人", "Licensee"))
    sheet = d.offer.term_sheet
    later = d.say("见签署记录", "see the signature record")
    signer, basis, on = later, later, later
    if sheet:
        signer = d.fact(d.deal.standing_signer)
        basis = d.say(f"条件单《{sheet.name}》", f"term sheet “{sheet.name}”")
        on = d.day(sheet.signed_on)
    return [
        pieces.heading(d.say("签署页", "Signatures")),
        pieces.rows(
            [
                head,
                (d.say("名称", "Name"), d.fact(d.deal.licensor.name), d.fact(d.deal.licensee.name)),
                (d.say("签署人", "Signatory"), signer, later),
                (d.say("依据", "Basis"), basis, d.say("对本文件的签署", "signature on this file")),
                (d.say("签署日期", "Date"), on, later),
                (d.say("签章（打印签署的）", "Stamp (where printed)"), "", ""),
            ]
        ),
        pieces.quiet(
            d.say(
                f"签署人、权限、时间、方式和本文件的SHA-256记载于合同编号{d.fact(d.deal.reference)}的签署记录，"
                "可以用首页的二维码或者查验码核对。",
                "Signatories, their authority, times, methods and this file's SHA-256 are in the signature record of"
                f" {d.fact(d.deal.reference)}; check it with the QR code or the code on the first page.",
            )
        ),
    ]
