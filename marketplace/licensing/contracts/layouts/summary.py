"""One page for somebody who reads nothing else: six numbers, plain words, the next dates."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.licensing.contracts import pieces
from marketplace.licensing.contracts.clause import Clause
from marketplace.licensing.contracts.drafting import BLANK, Draft
from marketplace.licensing.contracts.layouts import six
from marketplace.licensing.contracts.layouts.sheet import Sheet

LONGEST_TITLE = 70


def summary(d: Draft, clauses: Sequence[Clause]) -> Sheet:
    """The summary, before signing with a blank licensee, afterwards with dates."""
    patent = d.offer.patents[0]
    title = patent.title if len(patent.title) <= LONGEST_TITLE else f"{patent.title[:LONGEST_TITLE]}…"
    opened = d.offer.track == "open"
    licensor, licensee = d.fact(d.deal.licensor.name), d.fact(d.deal.licensee.name)
    dated = six.dates(d)
    return Sheet(
        title=d.say("一页看懂这份许可", "This License on One Page"),
        kicker=d.say("专利开放许可", "Open license") if opened else d.say("快速许可 · 普通许可", "Preset license"),
        lead=[
            d.say(f"《{title}》", f"“{title}”"),
            d.say(f"许可人　{licensor}", f"Licensor: {licensor}"),
            *([] if licensee == BLANK else [d.say(f"被许可人　{licensee}", f"Licensee: {licensee}")]),
        ],
        dated=d.deal.starts_on or d.deal.made_on,
        one_page=True,
        pieces=[
            pieces.heading(d.say("六个数", "Six numbers")),
            pieces.figures(six.figures(d)),
            pieces.space(0.8),
            pieces.heading(d.say("用大白话说", "In plain words")),
            pieces.points(six.plain_open(d) if opened else six.plain(d)),
            *([pieces.heading(d.say("接下来的日期", "The next dates")), pieces.rows(dated)] if dated else []),
            pieces.note(_note(d, opened)),
        ],
    )


def _note(d: Draft, opened: bool) -> str:
    which = d.say("公告的条件和书面通知", "the announced terms and the written notice")
    contract = d.say("合同条款", "the contract's clauses")
    paper = which if opened else contract
    return d.say(
        f"本页是摘要，方便阅读，不是合同，也不改变任何条款的含义；与{paper}不一致的，以{paper}为准。",
        "This page is a summary for easy reading. It is no contract and changes nothing; where it differs from"
        f" {paper}, they decide.",
    )
