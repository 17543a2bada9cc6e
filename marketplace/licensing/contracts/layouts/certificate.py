"""The open track's certificate: the facts by which the license came into being, each with its instant (LIC-A)."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.lib.terms import recordal_due
from marketplace.licensing.contracts import pieces, words
from marketplace.licensing.contracts.clause import Clause, Row
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.facts import PaymentFacts
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.reading import one_line


def certificate(d: Draft, clauses: Sequence[Clause]) -> Sheet:
    """What happened, when, and what follows from it by law."""
    patents = next(c for c in clauses if c.key == "patents")
    licensee, licensor = d.fact(d.deal.licensee.name), d.fact(d.offer.patents[0].patentee)
    return Sheet(
        title=d.say("专利开放许可成立证明", "Certificate of an Open License"),
        kicker=d.say("专利开放许可 · 平台记录", "Open license · record of the platform"),
        lead=[
            d.say(f"被许可人　{licensee}", f"Licensee: {licensee}"),
            d.say(f"专利权人　{licensor}", f"Patentee: {licensor}"),
        ],
        dated=d.deal.starts_on,
        pieces=[
            pieces.heading(d.say("结论", "Conclusion")),
            pieces.par(
                d.say(
                    f"依照《中华人民共和国专利法》第五十一条第一款，下列专利的开放许可自{d.at(d.deal.effective_at)}起对"
                    f"{licensee}生效，至{d.day(d.deal.ends_on)}止。",
                    f"Under article 51, paragraph 1, of the Patent Law the open license on the patent below has been in"
                    f" effect for {licensee} since {d.at(d.deal.effective_at)} and runs to {d.day(d.deal.ends_on)}.",
                )
            ),
            pieces.heading(d.say("事实与时间", "Facts and instants")),
            pieces.rows(_facts(d)),
            *_payments(d),
            pieces.heading(d.say("专利", "The patent")),
            pieces.rows(patents.rows),
            pieces.heading(d.say("接下来", "What follows")),
            pieces.points(_next(d)),
            pieces.note(
                d.say(
                    "本证明根据平台保存的记录生成，不是国家机关的文件；许可依法由书面通知和付款成立，不以本证明为条件。",
                    "This certificate is made from the platform's records. It is no document of an authority; by law"
                    " notice and payment make the license, not this certificate.",
                )
            ),
        ],
    )


def _facts(d: Draft) -> list[Row]:
    return [
        (d.say("事实", "Fact"), d.say("记录", "Record")),
        (
            d.say("开放许可声明", "Declaration"),
            d.say(
                f"编号{d.fact(d.offer.declaration_number)}，{d.day(d.offer.announced_on)}公告",
                f"number {d.fact(d.offer.declaration_number)}, announced {d.day(d.offer.announced_on)}",
            ),
        ),
        (d.say("书面通知到达专利权人", "Notice reached the patentee"), d.at(d.deal.noticed_at)),
        (d.say("通知文件的SHA-256", "SHA-256 of the notice"), words.grouped(d.deal.contract_sha256)),
        (d.say("许可生效", "License took effect"), d.at(d.deal.effective_at)),
        (d.say("许可期限至", "License runs to"), d.day(d.deal.ends_on)),
        (d.say("所接受条件的SHA-256", "SHA-256 of the terms accepted"), words.grouped(d.deal.offer_sha256)),
    ]


def _payments(d: Draft) -> list[pieces.Piece]:
    settled = [p for p in d.deal.payments if p.state == "settled"]
    title = pieces.heading(d.say("付款", "Payment"))
    if not settled:
        return [
            title,
            pieces.par(
                d.say(
                    "公告的条件没有要求在获得许可时付款。",
                    "The announced terms ask for no payment at the start.",
                )
            ),
        ]
    head: Row = (
        d.say("款项", "Item"),
        d.say("金额", "Amount"),
        d.say("结清时间", "Settled"),
        d.say("凭证", "Proof"),
    )
    return [title, pieces.rows([head, *(_payment(d, p) for p in settled)])]


def _payment(d: Draft, p: PaymentFacts) -> Row:
    kind = words.name(words.PROOFS, str(p.proof.get("kind", "")), d.zh)
    reference = one_line(p.proof.get("reference"))
    return (
        words.name(words.OBLIGATIONS, p.kind, d.zh),
        words.short_money(p.amount_minor, p.currency),
        d.at(p.settled_at),
        f"{kind} {reference}".strip(),
    )


def _next(d: Draft) -> list[str]:
    said = []
    if d.deal.starts_on:
        due = d.day(recordal_due(d.deal.starts_on))
        said.append(
            d.say(
                f"备案：专利权人或者被许可人应当在{due}前凭通知、付款凭证和身份证明向国家知识产权局备案。",
                f"Recordal: by {due} the patentee or the licensee records the license with the patent office on the"
                " notice, the proof of payment and proof of identity.",
            )
        )
    return [
        *said,
        d.say(
            "声明以后被撤回的，本许可继续有效，直到期限届满。",
            "If the declaration is withdrawn later, this license stays in force to the end of its term.",
        ),
        d.say(
            "被许可人不得许可他人实施该专利。",
            "The licensee may not let others work the patent.",
        ),
    ]
