"""The end before the time: by agreement, or by one side's notice on a ground of contract or law (CC 562-567)."""

from __future__ import annotations

from marketplace.licensing.contracts import days, words
from marketplace.licensing.contracts.clause import Row
from marketplace.licensing.contracts.drafting import Draft, Entry
from marketplace.licensing.contracts.further_facts import Ground, TerminationFacts
from marketplace.licensing.contracts.library import subject
from marketplace.licensing.contracts.reading import one_line


def entries(facts: TerminationFacts) -> tuple[Entry, ...]:
    """The clauses of a termination in their order; one that settles money is confirmed on its own where both sign."""
    agreed = facts.ground == Ground.MUTUAL
    return (
        Entry("parties", "当事人", "Parties", lambda d: _parties(d, facts), subject.parties_table),
        Entry("patents", "许可的专利", "Licensed patents", lambda d: [], subject.patents_then),
        Entry("ground", "终止的依据", "Ground", lambda d: _ground(d, facts)),
        Entry("end", "终止的日期", "Day of the end", lambda d: _end(d, facts)),
        Entry(
            "money",
            "款项的结清",
            "Settling the money",
            lambda d: _money(d, facts),
            lambda d: _owed(d, facts),
            highlighted=agreed,
        ),
        Entry("after", "终止之后", "After the end", lambda d: _after(d, facts), highlighted=agreed),
        Entry("objection", "异议", "Objection", _objection, when=lambda d: not agreed),
    )


def _parties(d: Draft, facts: TerminationFacts) -> list[str]:
    reference, made = d.fact(d.deal.reference), d.day(d.deal.made_on)
    if facts.ground == Ground.MUTUAL:
        return [
            d.say(
                f"上列许可人与被许可人于{made}订立了编号{reference}的专利实施许可合同（以下称原合同）。双方协商一致，提前终止原合同。",
                f"On {made} the Licensor and the Licensee named above made patent license contract {reference} (the"
                " contract). They agree to end it before its time.",
            )
        ]
    by = words.name(words.PARTIES, facts.by, d.zh)
    other = words.name(words.PARTIES, "licensee" if facts.by == "licensor" else "licensor", d.zh)
    return [
        d.say(
            f"{by}就双方于{made}订立的编号{reference}的专利实施许可合同（以下称原合同），向{other}作出本通知。",
            f"The {by} gives the {other} this notice under patent license contract {reference} of {made} (the"
            " contract).",
        )
    ]


def _ground(d: Draft, facts: TerminationFacts) -> list[str]:
    said = [_WORDS[facts.ground](d, facts)]
    if detail := one_line(facts.detail):
        detail = detail.rstrip("。.")
        said.append(d.say(f"说明：{detail}。", f"Details: {detail}."))
    return said


def _agreement(d: Draft, facts: TerminationFacts) -> str:
    return d.say(
        "依据：《中华人民共和国民法典》第五百六十二条第一款，双方协商一致。",
        "Ground: article 562, paragraph 1, of the Civil Code; the parties agree.",
    )


def _trial_exit(d: Draft, facts: TerminationFacts) -> str:
    return d.say(
        "依据：原合同关于试用期内退出的约定。被许可人在试用期内退出，不需要理由，不支付任何费用。",
        "Ground: the contract's clause on leaving within the free period. The Licensee leaves within it, without a"
        " reason and at no cost.",
    )


def _early(d: Draft, facts: TerminationFacts) -> str:
    days = notice_days(d)
    return d.say(
        f"依据：原合同关于被许可人提前退出的约定，须提前{days}日书面通知。",
        f"Ground: the contract's clause on the Licensee's early exit, on {days} days' written notice.",
    )


def notice_days(d: Draft) -> int:
    """How long before its exit the licensee gives notice, as the contract's clause has it."""
    return days.EARLY_EXIT_FREE_DAYS if d.is_free else days.EARLY_EXIT_DAYS


def _breach(d: Draft, facts: TerminationFacts) -> str:
    breaker = words.name(words.PARTIES, "licensee" if facts.by == "licensor" else "licensor", d.zh)
    return d.say(
        f"依据：《中华人民共和国民法典》第五百六十三条和原合同关于解除的约定。{breaker}迟延履行主要义务，于"
        f"{d.day(facts.demanded_on)}收到书面催告，{days.DEMAND_DAYS}日内仍未履行。",
        f"Ground: article 563 of the Civil Code and the contract's clause on termination. The {breaker} is late with a"
        f" main duty, received a written demand on {d.day(facts.demanded_on)} and did not perform within"
        f" {days.DEMAND_DAYS} days.",
    )


def _nonpayment(d: Draft, facts: TerminationFacts) -> str:
    return d.say(
        f"依据：《中华人民共和国民法典》第五百六十三条和原合同关于不付款的约定。被许可人未按期付款，于"
        f"{d.day(facts.demanded_on)}收到书面催告，{days.DEMAND_DAYS}日内仍未支付。",
        "Ground: article 563 of the Civil Code and the contract's clause on non-payment. The Licensee did not pay in"
        f" time, received a written demand on {d.day(facts.demanded_on)} and did not pay within"
        f" {days.DEMAND_DAYS} days.",
    )


def _patent_ended(d: Draft, facts: TerminationFacts) -> str:
    return d.say(
        "依据：《中华人民共和国民法典》第八百六十五条和原合同的约定。专利权终止、被宣告全部无效，或者许可人丧失许可的权利。",
        "Ground: article 865 of the Civil Code and the contract. The patent has ended or was wholly invalidated, or the"
        " Licensor has lost the right to license.",
    )


def _patent_changed(d: Draft, facts: TerminationFacts) -> str:
    return d.say(
        "依据：原合同关于专利法律状态变化的约定。专利的法律状态发生变化，妨碍或者可能妨碍被许可人实施，被许可人选择退出。",
        "Ground: the contract's clause on a change of the patent's status. Something happened to the patent that"
        " hinders or may hinder the Licensee's work, and the Licensee chooses to leave.",
    )


_WORDS = {
    Ground.MUTUAL: _agreement,
    Ground.TRIAL_EXIT: _trial_exit,
    Ground.EARLY: _early,
    Ground.BREACH: _breach,
    Ground.NONPAYMENT: _nonpayment,
    Ground.PATENT_ENDED: _patent_ended,
    Ground.PATENT_CHANGED: _patent_changed,
}


def _end(d: Draft, facts: TerminationFacts) -> list[str]:
    if facts.ground == Ground.MUTUAL:
        return [
            d.say(
                f"双方均签署后，许可在{d.day(facts.ends_on)}（含当日）之后终止。",
                f"Once both parties have signed, the license ends after {d.day(facts.ends_on)}, which it still covers.",
            )
        ]
    return [
        d.say(
            f"本通知于{d.day(facts.told_on)}进入对方在平台上的收件箱，视为到达；许可的最后一日为{d.day(facts.ends_on)}。",
            f"This notice enters the other's inbox on the platform on {d.day(facts.told_on)} and thereby arrives. The"
            f" last day of the license is {d.day(facts.ends_on)}.",
        )
    ]


def _owed(d: Draft, facts: TerminationFacts) -> list[Row]:
    if not facts.owed:
        return []
    head = (d.say("款项", "Item"), d.say("金额", "Amount"), d.say("付款期限", "Pay by"))
    return [
        head,
        *(
            (
                words.name(words.OBLIGATIONS, p.kind, d.zh),
                words.short_money(p.amount_minor, p.currency),
                d.day(p.due_on),
            )
            for p in facts.owed
        ),
    ]


def _money(d: Draft, facts: TerminationFacts) -> list[str]:
    said = []
    if facts.owed:
        said.append(
            d.say(
                "上表列出终止前已经到期、仍应支付的款项；尚未到期的款项不再支付。",
                "The table names what fell due before the end and stays owed; what is not yet due is no longer owed.",
            )
        )
    else:
        said.append(
            d.say(
                "被许可人没有欠付的款项；尚未到期的款项不再支付。",
                "Nothing is outstanding; what is not yet due is no longer owed.",
            )
        )
    if facts.refund_minor:
        said.append(
            d.say(
                f"许可人应当在{days.REFUND_DAYS}日内退还预付的、对应终止之后期间的费用：{d.money(facts.refund_minor)}。",
                f"Within {days.REFUND_DAYS} days the Licensor pays back what was prepaid for the time after the end:"
                f" {d.money(facts.refund_minor)}.",
            )
        )
    if d.has_royalty and facts.ground != Ground.TRIAL_EXIT:
        said.append(
            d.say(
                "终止之日前的销售，被许可人应当在终止后六十日内提交最后一次报告并支付提成费。",
                "For sales up to the end the Licensee sends a last report within sixty days and pays the royalty.",
            )
        )
    return said


def _after(d: Draft, facts: TerminationFacts) -> list[str]:
    lost = facts.ground == Ground.PATENT_ENDED
    said = [
        d.say(
            "专利权终止或者被宣告全部无效的，任何人可以自由实施该技术；原合同对被许可人使用该技术不再设限制，标明保密的技术资料除外。",
            "Where the patent has ended or was wholly invalidated, anybody may use the technology; the contract no"
            " longer limits the Licensee's use of it, save for technical data marked as confidential.",
        )
        if lost
        else d.say(
            "自终止之日的次日起，被许可人停止实施专利，并返还或者销毁标明保密的技术资料。",
            "From the day after the end the Licensee stops working the patent and returns or destroys technical data"
            " marked as confidential.",
        )
    ]
    if facts.sell_until and not lost:
        said.append(
            d.say(
                f"终止前已经制成的产品可以销售至{d.day(facts.sell_until)}，按原合同应当计费的照常计费。",
                f"Products made before the end may be sold until {d.day(facts.sell_until)}, with fees as the contract"
                " has them.",
            )
        )
    return [
        *said,
        d.say(
            "保密、争议解决、送达和终止前已经产生的权利义务，不因终止而消灭。已经备案的，许可人应当自终止之日起三十日内办理备案注销，"
            "被许可人予以配合。",
            "The duties of secrecy, the clauses on disputes and service, and what arose before the end survive. If the"
            " contract is on record at the patent office, the Licensor has the record cancelled within thirty days of"
            " the end, and the Licensee assists.",
        ),
    ]


def _objection(d: Draft) -> list[str]:
    return [
        d.say(
            "对方对本通知有异议的，可以请求人民法院确认解除行为的效力（《中华人民共和国民法典》第五百六十五条）。",
            "Whoever objects to this notice may ask a people's court to decide whether it takes effect (article 565 of"
            " the Civil Code).",
        )
    ]
