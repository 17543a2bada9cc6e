"""From a frozen offer and the facts of a deal to the clauses in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from marketplace.licensing.contracts import words
from marketplace.licensing.contracts.clause import Clause
from marketplace.licensing.contracts.drafting import Draft, Entry
from marketplace.licensing.contracts.facts import DealFacts, frozen_party
from marketplace.licensing.contracts.library import defining, duties, ending, fee, opened, subject
from marketplace.licensing.contracts.reading import read

TEMPLATE = "2026-12"  # the version of this library that a signature record names (SIG-4)


def _guided(draft: Draft) -> bool:
    return not draft.offer.flag("guidance_none")


def _paid(draft: Draft) -> bool:
    return not draft.is_free


PRESET: tuple[Entry, ...] = (
    Entry("parties", "当事人", "Parties", subject.parties, subject.parties_table),
    Entry("patents", "许可的专利", "Licensed patents", subject.patents, subject.patents_table),
    Entry("definitions", "定义", "Definitions", defining.definitions),
    Entry("grant", "许可方式与范围", "Grant", subject.grant),
    Entry("term", "生效与许可期限", "Effect and term", subject.term),
    Entry("trial", "试用期", "Free period", defining.trial, when=lambda d: d.may_leave_free, highlighted=True),
    Entry("fee", "许可使用费", "License fee", fee.fee, highlighted=True),
    Entry("payment", "支付与发票", "Payment and invoice", fee.payment, fee.account_table, when=_paid),
    Entry("reports", "记录、报告与查账", "Records, reports, inspection", fee.reports, when=lambda d: d.has_royalty),
    Entry("guidance", "技术资料与技术指导", "Technical data and guidance", duties.guidance),
    Entry("secrets", "保密", "Confidentiality", duties.secrets),
    Entry("improvements", "后续改进与自由", "Improvements and freedoms", duties.improvements),
    Entry("upkeep", "专利权的维持与无效", "Upkeep and invalidity of the patents", duties.upkeep),
    Entry("others", "第三方侵权与第三方主张", "Third parties", duties.others),
    Entry("warranty", "保证", "Warranties", duties.warranty),
    Entry("liability", "违约责任与责任限额", "Breach and limit of liability", ending.liability, highlighted=True),
    Entry("exit", "退出与解除", "Exit and termination", ending.exit_, highlighted=True),
    Entry("disputes", "争议解决", "Disputes", ending.disputes, highlighted=True),
    Entry("service", "通知与送达", "Notices and service", ending.service),
    Entry("personal_data", "个人信息", "Personal data", ending.personal_data),
    Entry("recordal", "备案与登记", "Recordal and registration", ending.recordal),
    Entry("signing", "签署与电子证据", "Signing and electronic evidence", ending.signing),
    Entry("general", "其他", "General", ending.general),
    Entry(
        "annex_guidance",
        "技术指导计划",
        "Guidance plan",
        duties.annex_guidance,
        duties.annex_guidance_table,
        when=_guided,
        annex=True,
    ),
)
OPEN: tuple[Entry, ...] = (
    Entry("patents", "开放许可的专利", "The patent", subject.patents, subject.patents_table),
    Entry("declaration", "开放许可声明", "The declaration", opened.declaration),
    Entry("scope", "许可方式与范围", "Grant", opened.scope),
    Entry("term", "许可期限", "Term", opened.term),
    Entry("fee", "公告的许可使用费", "The announced fee", fee.fee),
    Entry("payment", "公告的支付方式", "The announced way of paying", opened.payment, fee.account_table, when=_paid),
    Entry("effect", "许可如何生效", "How the license takes effect", opened.effect),
    Entry("withdrawal", "声明撤回与专利权终止", "Withdrawal and end of the patent", opened.withdrawal),
    Entry("disputes", "争议解决", "Disputes", opened.disputes),
    Entry("recordal", "备案", "Recordal", opened.recordal),
)


def clauses(snapshot: Mapping[str, Any], deal: DealFacts, language: str) -> list[Clause]:
    """The clauses of the contract (preset track) or of the announced terms (open track), numbered from 1.

    `language` is "zh-hans" (binding) or "en" (a rendering). The same arguments give the same words and hashes.
    """
    offer = read(snapshot)
    bare = Draft(offer, deal, language != "en")
    return compose(OPEN if offer.track == "open" else PRESET, bare)


def compose(entries: Sequence[Entry], bare: Draft) -> list[Clause]:
    """The entries that stand in this paper, written and numbered from 1; annexes carry no number."""
    standing = [entry for entry in entries if entry.when(bare)]
    numbers = _numbers(standing)
    labels = {key: _label(number, bare.zh) for key, number in numbers.items()}
    draft = replace(bare, labels=labels)
    return [
        Clause(
            key=entry.key,
            number=numbers[entry.key],
            label=labels[entry.key],
            title=draft.say(entry.zh, entry.en),
            paragraphs=tuple(entry.write(draft)),
            rows=tuple(entry.table(draft)),
            highlighted=entry.highlighted,
        )
        for entry in standing
    ]


def preview(snapshot: Mapping[str, Any], language: str) -> list[Clause]:
    """The same clauses for reading before log-in: the licensee is a blank, the price the general one."""
    return clauses(snapshot, blank_deal(snapshot), language)


def blank_deal(snapshot: Mapping[str, Any]) -> DealFacts:
    """A deal without a licensee: what the offer says, and blanks."""
    offer = read(snapshot)
    return DealFacts(
        licensor=frozen_party(offer.licensor),
        fee_minor=offer.number("fee_minor"),
        currency=str(offer.terms.get("currency") or "CNY"),
    )


def _numbers(entries: Sequence[Entry]) -> dict[str, int]:
    """1, 2, 3 … for clauses, 0 for annexes."""
    body = [entry for entry in entries if not entry.annex]
    return {entry.key: 0 for entry in entries} | {entry.key: i for i, entry in enumerate(body, start=1)}


def _label(number: int, zh: bool) -> str:
    if not number:
        return "附件" if zh else "Annex"
    return f"第{words.ordinal(number)}条" if zh else f"Clause {number}"
