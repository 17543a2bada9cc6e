"""The open track: the announced terms and how the license comes into being by law (PL 50-52; IR 85-88; LIC-A)."""

from __future__ import annotations

from marketplace.licensing.contracts import words
from marketplace.licensing.contracts.drafting import Draft


def declaration(d: Draft) -> list[str]:
    """What opened the patent."""
    number, on = d.fact(d.offer.declaration_number), d.day(d.offer.announced_on)
    return [
        d.say(
            f"专利权人已书面声明愿意许可任何单位或者个人实施该专利；国家知识产权局于{on}公告了该声明，声明编号{number}。",
            f"The patentee has declared in writing that it will license the patent to anybody; the patent office"
            f" announced the declaration on {on} under number {number}.",
        ),
        d.say(
            "下列条件与公告的条件一致，对所有被许可人相同，不因被许可人的类别、规模或者所在地而不同。",
            "The terms below are those announced. They are the same for every licensee, whatever its class, size or"
            " place.",
        ),
    ]


def effect(d: Draft) -> list[str]:
    """Notice and payment make the license; nobody's approval does (PL 51)."""
    said = [
        d.say(
            "任何单位或者个人以书面方式通知专利权人，并依照公告的方式和标准支付许可使用费后，即获得专利实施许可，不需要专利权人批准。",
            "Whoever notifies the patentee in writing and pays the fee as announced obtains the license. No approval by"
            " the patentee is needed.",
        )
    ]
    if d.is_free or not d.fee_is_dated:
        said.append(
            d.say(
                "公告的条件没有要求在获得许可时付款的，许可自书面通知到达专利权人之时起生效。",
                "Where the announced terms ask for no payment at the start, the license takes effect when the written"
                " notice reaches the patentee.",
            )
        )
    else:
        said.append(
            d.say(
                "许可自书面通知到达专利权人和付清应付款项这两个时间中较晚的一个起生效。",
                "The license takes effect at the later of two instants: the written notice reaching the patentee, and"
                " the payment due.",
            )
        )
    return [
        *said,
        d.say(
            "平台上的签署和封印是通知已经发出、到达和文件未被改动的证据，不是获得许可的额外条件。",
            "A signature or seal on the platform is evidence that the notice was sent, arrived and is unchanged; it is"
            " no further condition of the license.",
        ),
    ]


def scope(d: Draft) -> list[str]:
    """An ordinary license for anybody in the country, never sublicensed."""
    territory = words.territory_words(d.offer.text("territory"), d.zh)
    return [
        d.say(
            f"许可方式为普通许可；地域：{territory}。开放许可实施期间，专利权人不得就该专利给予独占许可或者排他许可。",
            f"The license is ordinary; territory: {territory}. While the open license stands, the patentee may grant"
            " neither an exclusive nor a sole license on this patent.",
        ),
        d.say(
            "被许可人无权许可他人实施该专利。",
            "The licensee may not let others work the patent.",
        ),
    ]


def term(d: Draft) -> list[str]:
    """From effect to the announced end, not beyond the patent."""
    last = max((p.last_day for p in d.offer.patents if p.last_day), default=None)
    months = d.offer.number("months")
    span = words.months_words(months, d.zh) if months else ""
    if span:
        said = d.say(
            f"许可期限自生效之日起{span}，但不超过专利权期限的最后一日（{d.day(last)}）。",
            f"The license runs for {span} from the day it takes effect, but not beyond the patent's last day"
            f" ({d.day(last)}).",
        )
    else:
        said = d.say(
            f"许可期限自生效之日起至专利权期限的最后一日（{d.day(last)}）止。",
            f"The license runs from the day it takes effect to the patent's last day ({d.day(last)}).",
        )
    return [said]


def withdrawal(d: Draft) -> list[str]:
    """Licenses obtained before a withdrawal stay (PL 50)."""
    return [
        d.say(
            "开放许可声明被公告撤回的，不影响在先给予的开放许可的效力。",
            "A withdrawal of the declaration, once announced, does not affect licenses obtained before.",
        ),
        d.say(
            "专利权终止或者被宣告无效的，许可随之终止，尚未到期的费用不再支付；专利权人应当及时通知被许可人。",
            "If the patent ends or is invalidated, the license ends with it and fees not yet due are no longer owed."
            " The patentee tells the licensees without delay.",
        ),
    ]


def disputes(d: Draft) -> list[str]:
    """PL 52."""
    return [
        d.say(
            "当事人就实施开放许可发生纠纷的，由当事人协商解决；不愿协商或者协商不成的，可以请求国家知识产权局进行调解，"
            "也可以向人民法院起诉。",
            "Disputes over an open license are negotiated; failing that, either side may ask the patent office to"
            " mediate or sue before a people's court.",
        )
    ]


def recordal(d: Draft) -> list[str]:
    """IR 15, 87; REC-1, REC-2."""
    return [
        d.say(
            "许可生效后三个月内，专利权人或者被许可人应当凭书面通知、支付凭证等证明文件向国家知识产权局备案。",
            "Within three months of effect the patentee or the licensee records the license with the patent office on"
            " the notice, the proof of payment and the other documents.",
        )
    ]


def payment(d: Draft) -> list[str]:
    """Payment as announced, straight to the patentee."""
    days = d.offer.number("pay_within_days") or 15
    said = []
    if d.fee_is_dated:
        said.append(
            d.say(
                f"被许可人应当自发出书面通知之日起{days}日内，将应付款项一次付至上列账户；付清之前许可不生效。",
                f"Within {days} days of sending the written notice the licensee pays the amount due to the account"
                " above; until then the license does not take effect.",
            )
        )
    if d.offer.flag("fee_per_year"):
        said.append(
            d.say(
                f"以后各许可年度的使用费，在该年度开始之日起{days}日内付清。",
                f"The fee of each further license year is paid within {days} days of its first day.",
            )
        )
    if d.has_royalty:
        said.append(
            d.say(
                f"提成费按自然年度结算，被许可人应当在该年度结束后六十日内告知专利权人计算结果，并在其后{days}日内付清。",
                "The royalty is settled by the calendar year: within sixty days of its end the licensee tells the"
                f" patentee what it comes to, and pays within {days} days more.",
            )
        )
    return [
        *said,
        d.say(
            "款项直接付给专利权人，平台不代收、不保管许可使用费。",
            "Money is paid straight to the patentee. The platform neither collects nor holds license fees.",
        ),
    ]
