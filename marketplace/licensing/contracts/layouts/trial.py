"""The free period of a contract on a paper of its own: its dates, and the clauses it rests on (PRESET-2, F3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from marketplace.licensing.contracts import pieces, words
from marketplace.licensing.contracts.clause import Clause, Row
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.layouts import six
from marketplace.licensing.contracts.layouts.sheet import Sheet

SHOWN = ("grant", "trial", "fee", "exit", "liability")


def trial(d: Draft, clauses: Sequence[Clause]) -> Sheet:
    """An annex: the contract's signature covers it, and it says no more than the contract does."""
    patents = next(c for c in clauses if c.key == "patents")
    licensor, licensee = d.fact(d.deal.licensor.name), d.fact(d.deal.licensee.name)
    reference = d.fact(d.deal.reference)
    return Sheet(
        title=d.say("先使用后付费：试用约定", "Use First, Pay Later: the Free Period"),
        kicker=d.say("许可合同附件", "Annex to the license contract"),
        lead=[
            d.say(f"许可人　{licensor}", f"Licensor: {licensor}"),
            d.say(f"被许可人　{licensee}", f"Licensee: {licensee}"),
        ],
        dated=d.deal.starts_on or d.deal.made_on,
        pieces=[
            pieces.heading(d.say("试用期的日期", "The dates of the free period")),
            pieces.rows(_dates(d)),
            pieces.heading(d.say("专利", "The patent")),
            pieces.rows(patents.rows),
            pieces.heading(d.say("合同中的有关条款", "The clauses of the contract")),
            *(pieces.clause(c) for c in clauses if c.key in SHOWN),
            pieces.note(
                d.say(
                    f"本件是编号{reference}的专利实施许可合同的附件，条款编号与合同一致，合同的签署即为对本件的签署；"
                    "与合同不一致的，以合同为准。",
                    f"This is an annex to patent license contract {reference}; its clauses carry the contract's"
                    " numbers, and the signatures on the contract cover it. Where the two differ, the contract"
                    " decides.",
                )
            ),
        ],
    )


def _dates(d: Draft) -> list[Row]:
    head = (d.say("事项", "Item"), d.say("日期", "Date"))
    months = d.offer.number("free_months")
    span = words.months_words(months, d.zh)
    later = d.say("自生效日起算", "from the effective date")
    begun = d.deal.starts_on is not None
    last = six.free_until(d) - timedelta(days=1) if begun else None
    rows: list[Row] = [
        head,
        (d.say("试用期开始", "The free period begins"), d.day(d.deal.starts_on) if begun else later),
        (d.say("最长", "At most"), span),
        (
            d.say(
                "最后一个免费的日子，也是不花钱退出的最后一天",
                "Last free day, and the last on which to leave at no cost",
            ),
            (d.day(last) if begun else d.say(f"满{span}的前一日", f"the day before {span} are over")) + _earlier(d),
        ),
    ]
    rows += [
        (
            d.say("试用期后", "Afterwards") + f"　{words.name(words.OBLIGATIONS, p.kind, d.zh)}",
            f"{d.amount(p.amount_minor)}　"
            + d.say(f"最迟{d.day(p.due_on)}前付清", f"pay by {d.day(p.due_on)} at the latest"),
        )
        for p in d.deal.payments
        if p.amount_minor and p.due_on
    ]
    return rows


def _earlier(d: Draft) -> str:
    """What can end the free period before that day; the day itself is still free."""
    return {
        "first_revenue": d.say("；首次收入在前的，为首次收入当日", "; the day of the first revenue, if earlier"),
        "milestone": d.say("；里程碑达成在前的，为达成当日", "; the day on which the milestone is reached, if earlier"),
    }.get(str(d.offer.terms.get("trigger")), "")
