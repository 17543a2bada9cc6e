"""The papers after the contract as they are printed: amendment, termination, withdrawal, power of attorney."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.licensing.contracts import pieces
from marketplace.licensing.contracts.clause import Clause
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.further_facts import (
    AmendmentFacts,
    Ground,
    PowerOfAttorneyFacts,
    TerminationFacts,
    WithdrawalFacts,
)
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.library import empowering, withdrawing
from marketplace.licensing.contracts.pieces import Piece


def amendment(d: Draft, facts: AmendmentFacts, clauses: Sequence[Clause]) -> Sheet:
    """An amendment that both sign."""
    return Sheet(
        title=d.say("专利实施许可合同变更协议", "Amendment of a Patent License Contract"),
        kicker=d.say(f"第{facts.number}次变更", f"Amendment {facts.number}"),
        lead=_both(d),
        dated=facts.made_on or d.deal.made_on,
        pieces=[
            pieces.heading(d.say("变更协议", "What the parties agree")),
            *(pieces.clause(c) for c in clauses),
            *both_sign(d),
        ],
    )


def termination(d: Draft, facts: TerminationFacts, clauses: Sequence[Clause]) -> Sheet:
    """An agreement that both sign, or one side's notice."""
    agreed = facts.ground == Ground.MUTUAL
    return Sheet(
        title=d.say("专利实施许可合同终止协议", "Agreement to End a Patent License Contract")
        if agreed
        else d.say("专利实施许可合同终止通知", "Notice of the End of a Patent License Contract"),
        kicker=d.say("双方协商一致", "By agreement") if agreed else d.say("单方通知", "Notice by one party"),
        lead=_both(d),
        dated=facts.made_on or d.deal.made_on,
        pieces=[
            pieces.heading(d.say("终止协议", "What the parties agree") if agreed else d.say("终止通知", "The notice")),
            *(pieces.clause(c) for c in clauses),
            *(both_sign(d) if agreed else one_signs(d, _name(d, facts.by))),
        ],
    )


def withdrawal(d: Draft, facts: WithdrawalFacts) -> Sheet:
    """The withdrawal of a declaration or of a preset offer."""
    opened = d.offer.track == "open"
    owner = d.fact(d.offer.patents[0].patentee)
    to = facts.to or (d.say("国家知识产权局", "the patent office (CNIPA)") if opened else "")
    told = withdrawing.told(d, facts)
    return Sheet(
        title=d.say("撤回专利开放许可声明通知书", "Withdrawal of an Open-License Declaration")
        if opened
        else d.say("撤回快速许可条件通知书", "Withdrawal of Preset License Terms"),
        kicker=d.say("专利开放许可", "Open license") if opened else d.say("快速许可", "Preset license"),
        lead=[
            *([d.say(f"致　{to}", f"To: {to}")] if to else []),
            d.say(f"专利权人　{owner}", f"Patentee: {owner}"),
        ],
        dated=facts.made_on,
        pieces=[
            pieces.heading(d.say("撤回", "Withdrawal")),
            pieces.par(withdrawing.opening(d, facts)),
            pieces.par(withdrawing.reason(d, facts)),
            *(
                [
                    pieces.heading(d.say("全体专利权人的同意", "Consent of all owners")),
                    pieces.rows(withdrawing.consents(d, facts)),
                ]
                if opened
                else []
            ),
            pieces.heading(d.say("效力", "Effect")),
            pieces.points(withdrawing.effects(d, facts)),
            *([pieces.par(told)] if told else []),
            *one_signs(d, owner),
        ],
    )


def power_of_attorney(d: Draft, facts: PowerOfAttorneyFacts) -> Sheet:
    """A power of attorney to print, stamp and upload."""
    return Sheet(
        title=d.say("授权委托书", "Power of Attorney"),
        kicker=d.say("签署与办理专利许可事务", "To sign and handle patent licenses"),
        lead=[],
        dated=facts.made_on,
        one_page=True,
        pieces=[
            pieces.heading(d.say("委托人", "Principal")),
            pieces.rows(empowering.principal(d, facts)),
            pieces.heading(d.say("受托人", "Agent")),
            pieces.rows(empowering.agent(d, facts)),
            pieces.heading(d.say("授权", "Authority")),
            pieces.points(empowering.scopes(d, facts)),
            *(pieces.par(said) for said in empowering.limits(d, facts)),
            *empowering.signing(d),
            pieces.note(empowering.hint(d)),
        ],
    )


def both_sign(d: Draft) -> list[Piece]:
    """Room for both signatures: filled by the signature record, or by pen and stamp."""
    return [
        pieces.heading(d.say("签署", "Signatures")),
        pieces.rows(
            [
                ("", d.say("许可人", "Licensor"), d.say("被许可人", "Licensee")),
                (d.say("名称", "Name"), d.fact(d.deal.licensor.name), d.fact(d.deal.licensee.name)),
                (d.say("签署人", "Signatory"), "", ""),
                (d.say("签章", "Signature or stamp"), "", ""),
                (d.say("日期", "Date"), "", ""),
            ]
        ),
        pieces.quiet(_where(d)),
    ]


def one_signs(d: Draft, name: str) -> list[Piece]:
    """Room for the signature of the one who gives notice."""
    return [
        pieces.heading(d.say("签署", "Signature")),
        pieces.rows(
            [
                (d.say("项目", "Item"), d.say("内容", "Content")),
                (d.say("名称", "Name"), name),
                (d.say("签署人", "Signatory"), ""),
                (d.say("签章", "Signature or stamp"), ""),
                (d.say("日期", "Date"), ""),
            ]
        ),
        pieces.quiet(_where(d)),
    ]


def _where(d: Draft) -> str:
    return d.say(
        "在平台上签署的，签署人、权限、时间和方式见签署记录，此处不填；打印签署的，请填写并签章。",
        "Where this is signed on the platform, signatory, authority, time and method stand in the signature record and"
        " these lines stay empty; where it is printed, fill them in and stamp.",
    )


def _both(d: Draft) -> list[str]:
    titles = d.say("》《", "”, “").join(p.title for p in d.offer.patents)
    licensor, licensee = d.fact(d.deal.licensor.name), d.fact(d.deal.licensee.name)
    return [
        d.say(f"《{titles}》", f"“{titles}”"),
        d.say(f"许可人　{licensor}", f"Licensor: {licensor}"),
        d.say(f"被许可人　{licensee}", f"Licensee: {licensee}"),
    ]


def _name(d: Draft, party: str) -> str:
    return d.fact((d.deal.licensor if party == "licensor" else d.deal.licensee).name)
