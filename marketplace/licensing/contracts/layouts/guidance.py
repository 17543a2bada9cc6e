"""The guidance plan on a paper of its own: content, hours, answers, persons, travel, price, booking (PRESET-3)."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.licensing.contracts import pieces
from marketplace.licensing.contracts.clause import Clause
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.library import duties


def guidance(d: Draft, clauses: Sequence[Clause]) -> Sheet:
    """An annex to a preset contract; beside an open license a free-standing promise of the patentee."""
    opened = d.offer.track == "open"
    patents = next(c for c in clauses if c.key == "patents")
    licensor, licensee = d.fact(d.deal.licensor.name), d.fact(d.deal.licensee.name)
    none = d.offer.flag("guidance_none")
    return Sheet(
        title=d.say("技术指导计划", "Guidance Plan"),
        kicker=d.say("随开放许可提供", "Beside an open license")
        if opened
        else d.say("许可合同附件", "Annex to the license contract"),
        lead=[
            d.say(f"指导方　{licensor}", f"Guidance by: {licensor}"),
            d.say(f"接受方　{licensee}", f"Given to: {licensee}"),
        ],
        dated=d.deal.starts_on or d.deal.made_on,
        pieces=[
            pieces.heading(d.say("指导的安排", "What is given")),
            *(
                [
                    pieces.par(
                        d.say(
                            "双方明确约定：不含技术指导。", "The parties expressly agree that no guidance is included."
                        )
                    )
                ]
                if none
                else [pieces.rows(duties.annex_guidance_table(d)), *(pieces.par(p) for p in duties.annex_guidance(d))]
            ),
            pieces.heading(d.say("专利", "The patent")),
            pieces.rows(patents.rows),
            pieces.note(_note(d, opened)),
        ],
    )


def _note(d: Draft, opened: bool) -> str:
    reference = d.fact(d.deal.reference)
    if opened:
        return d.say(
            "技术指导由专利权人自愿提供，不是获得开放许可的条件；是否接受由被许可人决定。",
            "The patentee gives this guidance of its own will. It is no condition of the open license; the licensee"
            " decides whether to take it.",
        )
    return d.say(
        f"本件是编号{reference}的专利实施许可合同的附件，合同的签署即为对本件的签署。",
        f"This is an annex to patent license contract {reference}; the signatures on the contract cover it.",
    )
