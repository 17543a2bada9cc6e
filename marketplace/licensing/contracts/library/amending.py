"""The amendment: what is changed, from when, and that all the rest stands (CC 543, 544)."""

from __future__ import annotations

from marketplace.licensing.contracts import words
from marketplace.licensing.contracts.clause import Row
from marketplace.licensing.contracts.drafting import Draft, Entry
from marketplace.licensing.contracts.further_facts import AmendmentFacts
from marketplace.licensing.contracts.library import changed, subject
from marketplace.licensing.contracts.reading import one_line


def entries(facts: AmendmentFacts) -> tuple[Entry, ...]:
    """The clauses of an amendment in their order."""
    heavy = changed.bears_on_major_interests(facts.changes)
    return (
        Entry("parties", "当事人", "Parties", lambda d: _parties(d, facts), subject.parties_table),
        Entry("patents", "许可的专利", "Licensed patents", subject.patents, subject.patents_then),
        Entry(
            "changes",
            "变更的内容",
            "What is changed",
            lambda d: _changes(d, facts),
            lambda d: _table(d, facts),
            highlighted=heavy,
        ),
        Entry("effect", "变更的生效", "When it takes effect", lambda d: _effect(d, facts)),
        Entry("rest", "其余条款", "All the rest", _rest),
        Entry("signing", "签署与电子证据", "Signing and electronic evidence", _signing),
    )


def _parties(d: Draft, facts: AmendmentFacts) -> list[str]:
    reference = d.fact(d.deal.reference)
    digest = words.grouped(d.deal.contract_sha256)
    said = [
        d.say(
            f"上列许可人与被许可人于{d.day(d.deal.made_on)}订立了编号{reference}的专利实施许可合同（以下称原合同，其电子文件的"
            f"SHA-256为{digest}）。双方协商一致，对原合同作第{facts.number}次变更。",
            f"On {d.day(d.deal.made_on)} the Licensor and the Licensee named above made patent license contract"
            f" {reference} (the contract; the SHA-256 of its electronic file is {digest}). They agree to amend it; this"
            f" is amendment number {facts.number}.",
        )
    ]
    if reason := one_line(facts.reason):
        reason = reason.rstrip("。.")
        said.append(d.say(f"变更的原因：{reason}。", f"Reason: {reason}."))
    return said


def _table(d: Draft, facts: AmendmentFacts) -> list[Row]:
    head = (d.say("事项", "Point"), d.say("变更前", "Before"), d.say("变更后", "From now on"))
    return [head, *(changed.row(d, change) for change in facts.changes)]


def _changes(d: Draft, facts: AmendmentFacts) -> list[str]:
    said = [
        d.say(
            "上表列出变更的全部内容；没有列出的，不作变更。",
            "The table above names everything that changes; what it does not name does not change.",
        )
    ]
    if any(change.name in {"ends_on", "months"} for change in facts.changes):
        last = max((p.last_day for p in d.offer.patents if p.last_day), default=None)
        said.append(
            d.say(
                f"许可期限无论如何不超过专利权期限的最后一日（{d.day(last)}）。",
                f"The license never runs beyond the last day of the patent ({d.day(last)}).",
            )
        )
    if any(change.name in {"fee_minor", "royalty_bp", "fee_mode", "instalments"} for change in facts.changes):
        said.append(
            d.say(
                "变更生效前已经到期的款项，按变更前的约定支付；已经支付的款项不因变更重新计算。金额为含税价。",
                "What fell due before the amendment takes effect is paid as agreed before; what was paid is not"
                " reckoned anew. Amounts include tax.",
            )
        )
    return said


def _effect(d: Draft, facts: AmendmentFacts) -> list[str]:
    if facts.effective_on:
        return [
            d.say(
                f"双方均签署后，变更自{d.day(facts.effective_on)}起生效。",
                f"Once both parties have signed, the amendment takes effect on {d.day(facts.effective_on)}.",
            )
        ]
    return [
        d.say(
            "变更自双方中最后一方签署之日起生效；只有一方签署的，原合同不变。",
            "The amendment takes effect on the day on which the last party signs. While only one has signed, the"
            " contract stays as it is.",
        )
    ]


def _rest(d: Draft) -> list[str]:
    return [
        d.say(
            "原合同的其余条款继续有效，包括许可方式为普通许可、被许可人无权分许可、责任限额、退出与解除、争议解决和送达的约定；"
            "本变更与原合同不一致的，以本变更为准。",
            "All other clauses of the contract stand, among them that the license is ordinary, that the Licensee may"
            " not sublicense, and those on the limit of liability, exit, disputes and service. Where this amendment"
            " and the contract differ, the amendment decides.",
        ),
        d.say(
            "原合同已经备案的，许可人应当自变更生效之日起三十日内向国家知识产权局办理备案变更，被许可人予以配合。",
            "If the contract is on record at the patent office, the Licensor has the record changed within thirty days"
            " of effect, and the Licensee assists.",
        ),
    ]


def _signing(d: Draft) -> list[str]:
    return [
        d.say(
            "本变更依照原合同约定的方式以数据电文签署，或者打印后签章并由对方在平台上确认。中文文本为准。",
            "This amendment is signed by data message as the contract has it, or printed, stamped and confirmed by the"
            " other party on the platform. The Chinese text is binding.",
        )
    ]
