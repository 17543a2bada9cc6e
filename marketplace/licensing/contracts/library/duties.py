"""What both owe each other while the license runs: guidance, secrets, improvements, the patent's life, warranties."""

from __future__ import annotations

from marketplace.licensing.contracts import days
from marketplace.licensing.contracts.clause import Row
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.reading import lines


def guidance(d: Draft) -> list[str]:
    """Technical data and guidance (CC 866, PRESET-3)."""
    data = d.say(
        "许可人应当自生效日起十五日内，通过平台或者电子邮件向被许可人交付专利授权文本；其持有的、实施专利所必需的技术资料一并交付。",
        "Within fifteen days of the effective date the Licensor delivers the granted patent text, through the platform"
        " or by e-mail, together with the technical data it has that are necessary to work the patents.",
    )
    if d.offer.flag("guidance_none"):
        return [
            data,
            d.say(
                "双方明确约定：本许可不含技术指导。被许可人需要指导的，双方另行约定。",
                "The parties expressly agree that no technical guidance is included. Should the Licensee need it, the"
                " parties agree on it separately.",
            ),
        ]
    return [
        data,
        d.say(
            f"许可人应当提供必要的技术指导，其内容、时数、响应时间、人员、差旅费用和超出部分的价格见{d.ref('annex_guidance')}。",
            "The Licensor gives the necessary technical guidance; its content, hours, response time, persons, travel"
            f" cost and the price beyond it are in the {d.ref('annex_guidance')}.",
        ),
        d.say(
            f"指导如何预约和确认，见{d.ref('annex_guidance')}；技术指导不附带购买设备、原料或者其他服务的义务。",
            f"The {d.ref('annex_guidance')} says how guidance is booked and accepted. It never obliges the Licensee"
            " to buy equipment, material or other services.",
        ),
    ]


def annex_guidance_table(d: Draft) -> list[Row]:
    """The support plan as numbers."""
    offer = d.offer
    hours, days = offer.number("guidance_hours"), offer.number("response_days")
    extra = offer.number("extra_hour_minor")
    return [
        (d.say("项目", "Item"), d.say("约定", "Agreed")),
        (d.say("包含的指导时数", "Hours included"), d.say(f"{hours}小时", f"{hours} hours")),
        (d.say("响应时间", "Response time"), d.say(f"{days}个工作日内", f"within {days} working days")),
        (d.say("指导人员", "Persons"), d.fact(offer.text("guidance_persons"))),
        (d.say("差旅费用", "Travel cost"), d.fact(offer.text("travel"))),
        (
            d.say("超出部分每小时价格", "Price of a further hour"),
            d.amount(extra) if extra else d.say("另行商定", "to be agreed"),
        ),
    ]


def annex_guidance(d: Draft) -> list[str]:
    """How guidance is booked, accepted and paid beyond the plan; then the content in the licensor's own words."""
    content = lines(d.offer.terms.get("guidance")) or [
        d.say("指导内容由双方按实施需要商定。", "The content is agreed as the work requires.")
    ]
    said = [
        d.say(
            "预约：被许可人通过平台收件箱或者电子邮件提出，写明要解决的问题和希望的时间；许可人在上列响应时间内答复并安排人员。",
            "Booking: the Licensee asks through the platform's inbox or by e-mail, naming the problem and the time it"
            " wishes; the Licensor answers within the response time above and sends somebody.",
        ),
        d.say(
            "确认：每次指导后，许可人以书面（包括电子邮件）告知时数和内容，被许可人在"
            f"{days.GUIDANCE_OBJECT_DAYS}日内没有提出异议的，视为确认；往返路途时间不计入时数。",
            "Acceptance: after each guidance the Licensor states hours and content in writing, which includes e-mail."
            f" What the Licensee does not object to within {days.GUIDANCE_OBJECT_DAYS} days counts as accepted. Travel"
            " time is not counted.",
        ),
        d.say(
            "超出包含时数的指导，须被许可人事先书面同意，按上列价格计费；没有事先同意的，不收费。包含的时数在许可期限内有效。",
            "Guidance beyond the hours included needs the Licensee's consent in writing beforehand and is paid at the"
            " price above; without that consent nothing is charged. The hours included may be used throughout the"
            " license.",
        ),
    ]
    return [*said, d.say("指导内容：", "Content:"), *content]


def secrets(d: Draft) -> list[str]:
    """Confidentiality, bounded in object and time (CC 868, 871)."""
    return [
        d.say(
            "一方对因履行本合同知悉的、对方标明保密的技术资料和经营信息负有保密义务，只能用于履行本合同。",
            "Each party keeps secret the technical data and business information that the other marks as confidential"
            " and uses them for this contract only.",
        ),
        d.say(
            "已经公开的、合法从第三方取得的、自行独立获得的信息，以及依法应当提供的信息，不在此限。专利文献本身是公开信息。",
            "This does not apply to what is public, lawfully obtained from others, independently developed, or to be"
            " disclosed by law. The patent documents themselves are public.",
        ),
        d.say(
            "保密义务在本合同终止后继续五年。",
            "The duty continues for five years after this contract ends.",
        ),
    ]


def improvements(d: Draft) -> list[str]:
    """Improvements belong to their maker (CC 875); nothing that CC 850 makes void."""
    return [
        d.say(
            "任何一方对专利技术作出的后续改进及其知识产权，归作出改进的一方所有，另一方无权分享；需要使用的，双方另行有偿约定。",
            "Improvements and the rights in them belong to the party that makes them; the other has no share in them."
            " If it wants to use them, the parties agree on a price.",
        ),
        d.say(
            "本合同不限制被许可人进行研究开发、采用其他来源的技术、自主选择原料、设备和人员、决定产品的数量、品种、价格、销售渠道"
            "和出口，也不限制任何一方对专利权的有效性提出异议。",
            "Nothing in this contract restricts the Licensee's research, its use of other technology, its choice of"
            " material, equipment and staff, the quantity, variety, price, channels or export of its products, or"
            " either party's right to contest the validity of a patent.",
        ),
    ]


def upkeep(d: Draft) -> list[str]:
    """The patent is kept alive; what happens when it dies (SPC 26; PL 47)."""
    return [
        d.say(
            "许可人应当在许可期限内维持专利权有效，按时缴纳年费，积极应对无效宣告请求，不得放弃专利权。",
            "During the term the Licensor keeps the patents in force, pays the annual fees in time, answers"
            " invalidation requests and does not waive the patents.",
        ),
        d.say(
            f"专利权的法律状态发生变化，或者专利权被质押、被保全、拟转让的，许可人应当在{days.STATUS_TELL_DAYS}日内通知被许可人。"
            "变化妨碍或者可能妨碍被许可人实施的，被许可人在查清之前可以暂停支付尚未支付的款项，暂停期间不计逾期利息；"
            "查清不妨碍的，自告知之日起恢复支付。专利权转让不影响本许可，许可人应当使受让人承受本合同。",
            f"The Licensor tells the Licensee within {days.STATUS_TELL_DAYS} days of any change of the legal status, of"
            " a pledge, preservation or intended assignment. Where the change hinders or may hinder the Licensee's"
            " work, the Licensee may withhold what is not yet paid until that is settled, without interest; if"
            " nothing is found to hinder it, payment resumes when the Licensee is told so. An assignment does not"
            " affect this license; the Licensor binds the assignee to it.",
        ),
        d.say(
            "专利权被宣告无效的，被许可人自决定公告之日起不再支付尚未到期的费用；已预付的、对应公告之后期间的费用，许可人在"
            f"{days.REFUND_DAYS}日内按比例退还。此前已经履行的部分不返还，但许可人有恶意或者不返还明显违反公平原则的除外。",
            "If a patent is invalidated, nothing that falls due after the announcement is owed; what was prepaid for"
            f" the time after it is refunded in proportion within {days.REFUND_DAYS} days. What was performed before"
            " is not returned, save where the Licensor acted in bad faith or keeping it would be manifestly unfair.",
        ),
        d.say(
            "因许可人未缴年费等原因致使专利权终止的，许可人除按前款退还外，还应当赔偿被许可人的直接损失。",
            "If a patent ends because the Licensor did not pay a fee or for a like reason, the Licensor also makes good"
            " the Licensee's direct loss.",
        ),
    ]


def others(d: Draft) -> list[str]:
    """Infringement by others, and claims of others (CC 874)."""
    return [
        d.say(
            "发现第三方侵犯专利权的，双方应当及时相互通知；是否采取法律行动由许可人决定，费用和所得归许可人，被许可人予以协助。",
            "Each party tells the other of infringement by third parties. The Licensor decides on legal action, bears"
            " its cost and keeps what it yields; the Licensee assists.",
        ),
        d.say(
            "被许可人按照本合同实施专利被第三方指控侵权的，应当在十日内通知许可人；由此依法应当承担的责任，由许可人承担。"
            "因被许可人自行添加的技术、产品的其他部分或者超出许可范围引起的，由被许可人承担。",
            "If a third party claims that work under this contract infringes its rights, the Licensee tells the"
            " Licensor within ten days, and the Licensor bears the liability that follows by law. Liability caused by"
            " technology that the Licensee added, by other parts of its product or by work beyond the license is its"
            " own.",
        ),
    ]


def warranty(d: Draft) -> list[str]:
    """Title and technology (CC 870), and what is not promised."""
    return [
        *_public(d),
        d.say(
            "许可人保证：自己是专利的合法权利人或者有权许可；签署时专利权有效，年费已按规定缴纳；不存在独占许可、排他许可或者其他"
            "妨碍本许可的权利负担；已披露其知悉的质押、诉讼和无效宣告程序。",
            "The Licensor warrants that it owns the patents or may license them; that they are in force at signing with"
            " fees paid as required; that no exclusive or sole license or other burden stands against this license; and"
            " that it has disclosed every pledge, suit and invalidation proceeding it knows of.",
        ),
        d.say(
            "许可人保证所交付的技术资料是其持有的真实版本，不对商业成功、产量或者收益作任何承诺。",
            "The Licensor warrants that the technical data delivered are the true versions it holds. It promises"
            " neither commercial success nor output or profit.",
        ),
        d.say(
            "被许可人保证：主体合法存续，签署人有权签署，所提供的信息真实，并自行取得生产经营所需的许可和资质。",
            "The Licensee warrants that it lawfully exists, that its signatory may sign, that what it stated is true,"
            " and that it obtains the permits its business needs.",
        ),
    ]


def _public(d: Draft) -> list[str]:
    """Public universities and institutes publish their terms before they bind (TL 18; INST-1)."""
    if d.offer.licensor.get("kind") not in {"university", "institute"}:
        return []
    return [
        d.say(
            "许可人为国家设立的高等学校、研究开发机构的，保证本许可的条件已经依法公示并完成内部审批，许可使用费收入的分配由其自行负责。",
            "A Licensor that is a state-established university or institute warrants that these terms were published as"
            " the law demands and approved within; sharing the income is its own affair.",
        )
    ]
