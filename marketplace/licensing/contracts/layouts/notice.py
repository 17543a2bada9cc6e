"""The open track's written notice to the patentee (PL 51): the declaration and the announced terms it accepts."""

from __future__ import annotations

from collections.abc import Sequence

from marketplace.licensing.contracts import pieces, words
from marketplace.licensing.contracts.clause import Clause, Row
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.layouts.sheet import Sheet

SHOWN = ("scope", "term", "fee", "payment", "effect", "withdrawal", "disputes")


def notice(d: Draft, clauses: Sequence[Clause]) -> Sheet:
    """A letter with the announced terms behind it."""
    patent = d.offer.patents[0]
    number, declared = words.number_words(patent.number), d.fact(d.offer.declaration_number)
    owner, sender = d.fact(patent.patentee), d.fact(d.deal.licensee.name)
    patents = next(c for c in clauses if c.key == "patents")
    return Sheet(
        title=d.say("专利开放许可书面通知", "Written Notice under an Open License"),
        kicker=d.say("专利开放许可", "Open license"),
        lead=[d.say(f"致　{owner}", f"To: {owner}"), d.say(f"发出人　{sender}", f"From: {sender}")],
        dated=d.deal.made_on,
        pieces=[
            pieces.heading(d.say("通知", "Notice")),
            pieces.par(
                d.say(
                    f"贵方就专利“{patent.title}”（专利号{number}）作出的开放许可声明，已由国家知识产权局于"
                    f"{d.day(d.offer.announced_on)}公告，声明编号{declared}。",
                    f"Your open-license declaration for the patent “{patent.title}” ({number}) was announced by the"
                    f" patent office on {d.day(d.offer.announced_on)} under number {declared}.",
                )
            ),
            pieces.par(_acceptance(d)),
            *([pieces.par(_use(d))] if d.deal.intended_use else []),
            pieces.heading(d.say("通知人", "Who gives notice")),
            pieces.rows(_sender(d)),
            pieces.heading(d.say("专利", "The patent")),
            pieces.rows(patents.rows),
            pieces.heading(d.say("接受的公告条件", "The announced terms that are accepted")),
            pieces.quiet(
                d.say(
                    "条款编号与平台公示的条件全文一致；第一条“专利”和第二条“声明”的内容已写在上文。",
                    "The clauses carry the numbers they have in the published terms; clauses 1 (the patent) and 2 (the"
                    " declaration) are told above.",
                )
            ),
            *(pieces.clause(c) for c in clauses if c.key in SHOWN),
            pieces.heading(d.say("发出与到达", "Sending and arrival")),
            pieces.par(_service(d)),
        ],
    )


def _acceptance(d: Draft) -> str:
    return d.say(
        "依照《中华人民共和国专利法》第五十一条第一款，我方现书面通知贵方：我方愿意按照公告的条件实施该专利，"
        "并按照公告的方式和标准支付许可使用费。公告的条件附后，我方全部接受，不作任何变更。",
        "Under article 51, paragraph 1, of the Patent Law we hereby notify you in writing that we will work this patent"
        " on the announced terms and pay the fee in the announced way and amount. We accept the announced terms, set"
        " out below, without any change.",
    )


def _use(d: Draft) -> str:
    use = d.fact(d.deal.intended_use)
    return d.say(
        f"预期用途（自愿说明，不限制许可的范围）：{use}。",
        f"Intended use (told voluntarily, it does not narrow the license): {use}.",
    )


def _sender(d: Draft) -> list[Row]:
    side = d.deal.licensee
    return [
        (d.say("项目", "Item"), d.say("内容", "Content")),
        (d.say("名称", "Name"), d.fact(side.name)),
        (d.say("统一社会信用代码", "Unified social credit code"), d.fact(side.credit_code)),
        (d.say("住所", "Address"), d.fact(side.address)),
        (d.say("联系人", "Contact"), d.fact(side.contact_name)),
        (d.say("电话", "Phone"), d.fact(side.contact_phone)),
        (d.say("电子邮箱", "E-mail"), d.fact(side.contact_email)),
    ]


def _service(d: Draft) -> str:
    return d.say(
        "本通知由通知人的有权签署人在平台上确认并发出，进入专利权人在平台上的收件箱时视为到达。发出和到达的时间由平台记录，"
        "记载于证明和签署记录。平台封印证明文件没有改变，不是任何一方的签名，也不是获得许可的条件。",
        "A person authorized to sign for the sender confirms and sends this notice on the platform. It arrives when it"
        " enters the patentee's inbox there. The platform records both instants, which stand in the certificate and the"
        " signature record. The platform's seal shows that the file is unchanged; it is neither party's signature and"
        " no condition of the license.",
    )
