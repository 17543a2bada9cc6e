"""Liability, exit, disputes and the closing clauses (CC 496, 506, 563, 577, 585; PL 52; ES 11, 13; PIPL)."""

from __future__ import annotations

from marketplace.licensing.contracts import days, words
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.library.fee import INTEREST_EN, INTEREST_ZH
from marketplace.licensing.contracts.reading import one_line


def liability(d: Draft) -> list[str]:
    """What each pays for a breach, and the limit. Highlighted: it limits liability."""
    said = [
        d.say(
            "一方违约的，应当继续履行、采取补救措施或者赔偿对方的直接损失。",
            "A party in breach performs, remedies or makes good the other's direct loss.",
        )
    ]
    if not d.is_free:
        said.append(
            d.say(
                f"被许可人未按期付款的，{INTEREST_ZH}；经书面催告后{days.DEMAND_DAYS}日内仍未支付的，许可人可以依照{d.ref('exit')}解除合同。",
                f"Payment not made in time bears {INTEREST_EN}. If it is not made within {days.DEMAND_DAYS} days of a"
                f" written demand, the Licensor may end the contract under {d.ref('exit')}.",
            )
        )
    said += [
        d.say(
            "被许可人超出许可的地域、领域、行为或者期限实施专利的，该部分不在许可之内，许可人可以依法请求停止侵害和赔偿损失。",
            "Work beyond the territory, field, acts or term is not licensed; the Licensor may ask by law that it stops"
            " and that the loss is made good.",
        ),
        _limit(d),
        d.say(
            "前款限额不适用于：造成对方人身损害的；因故意或者重大过失造成对方财产损失的；许可人无权许可或者隐瞒权利负担的；"
            "应付的许可使用费本身；超出许可范围的实施。",
            "The limit does not apply to personal injury, to loss caused intentionally or by gross negligence, to a"
            " Licensor without the right to license or one that hid a burden, to the license fee itself, or to work"
            " beyond the license.",
        ),
    ]
    return said


def _limit(d: Draft) -> str:
    if d.is_free:
        return d.say(
            "责任限额：本许可无偿，除下款情形外，许可人不承担赔偿责任，被许可人的赔偿总额以人民币十万元为限；双方均不赔偿间接损失"
            "和预期利润。",
            "Limit of liability: since the license is free, the Licensor owes no damages save in the cases below, and"
            " the Licensee at most CNY 100,000 in all. Neither party owes indirect loss or expected profit.",
        )
    return d.say(
        "责任限额：除下款情形外，任何一方因本合同承担的赔偿总额，以本合同已付和到期应付的许可使用费总额为限；该总额不足人民币十万元的，"
        "以人民币十万元为限。双方均不赔偿间接损失和预期利润。",
        "Limit of liability: save in the cases below, neither party owes more in damages than the license fees paid and"
        " due under this contract, or CNY 100,000 where they are less. Neither owes indirect loss or expected profit.",
    )


def _early(d: Draft) -> str:
    """How the licensee leaves early, by the contract's own terms."""
    if d.is_free:
        return d.say(
            f"被许可人可以提前{days.EARLY_EXIT_FREE_DAYS}日书面通知终止本合同，不承担任何费用。",
            f"The Licensee may end the contract on {days.EARLY_EXIT_FREE_DAYS} days' written notice at no cost.",
        )
    return d.say(
        f"被许可人提前退出：被许可人可以提前{days.EARLY_EXIT_DAYS}日书面通知终止本合同，不需要理由，不付违约金；终止前已经到期的费用"
        "仍应支付，尚未到期的不再支付，已付的固定费用不退还。",
        f"Early exit: the Licensee may end the contract on {days.EARLY_EXIT_DAYS} days' written notice, without a"
        " reason or a penalty. Fees that fell due before the end stay owed, those not yet due are dropped, and fixed"
        " fees already paid are not refunded.",
    )


def exit_(d: Draft) -> list[str]:
    """Who may leave, when and with what effect. Highlighted: it bears on major interests."""
    said = []
    if d.may_leave_free:
        said.append(
            d.say(
                "试用期内退出：被许可人在试用期内可以随时书面通知退出，不需要理由，不支付任何费用。通知到达之日本合同终止。",
                "Leaving in the free period: the Licensee may leave at any time in the free period by written notice,"
                " without a reason and at no cost. The contract ends on the day the notice arrives.",
            )
        )
    return [
        *said,
        _early(d),
        d.say(
            f"一方迟延履行主要义务，经书面催告后{days.DEMAND_DAYS}日内仍未履行，或者有其他违约行为致使不能实现合同目的的，"
            "另一方可以书面通知解除；解除权自可以解除之日起一年内不行使的，消灭。许可人在被许可人没有违约时不得提前解除。",
            f"If a party is late with a main duty and does not perform within {days.DEMAND_DAYS} days of a written"
            " demand, or defeats the purpose of the contract by another breach, the other may end it by written"
            " notice; a right not used within a year lapses. The Licensor may not end it early while the Licensee is"
            " not in breach.",
        ),
        d.say(
            "专利权终止、被宣告全部无效，或者许可人丧失许可的权利的，被许可人可以立即终止本合同，尚未到期的费用不再支付。"
            f"专利发生{d.ref('upkeep')}所称的其他变化、妨碍被许可人实施的，被许可人也可以书面通知退出。",
            "If the patent ends or is wholly invalidated, or the Licensor loses the right to license, the Licensee may"
            " end the contract at once; fees not yet due are no longer owed. The Licensee may also leave, by written"
            f" notice, where another change under {d.ref('upkeep')} hinders its work.",
        ),
        d.say(
            "终止后，专利权仍然有效的，被许可人停止实施专利，并返还或者销毁标明保密的技术资料；终止前已经制成的产品可以在"
            f"{days.SELL_OFF_MONTHS}个月内继续销售，按本合同应当计费的照常计费。因超范围实施或者不付款被解除的，不适用该期限。",
            "After the end, while the patent is in force, the Licensee stops working it and returns or destroys"
            " technical data marked as confidential. Products made before may be sold for"
            f" {days.SELL_OFF_MONTHS} more months, with fees as agreed; not so where the contract was ended for work"
            " beyond the license or for non-payment.",
        ),
    ]


def disputes(d: Draft) -> list[str]:
    """Negotiate, mediate, go to court. Highlighted: it bears on how rights are enforced."""
    return [
        d.say(
            "因本合同发生争议的，双方先协商；一方提出协商后三十日内未能解决的，可以请求当地知识产权管理部门、技术合同或者知识产权纠纷"
            "人民调解组织调解。",
            "Disputes are first negotiated. What is not settled within thirty days may be brought before the local"
            " intellectual-property authority or a people's mediation body for technology contracts or intellectual"
            " property.",
        ),
        d.say(
            "不愿协商、调解或者协商、调解不成的，任何一方可以向被告住所地有管辖权的人民法院起诉。协商和调解不是起诉的前提。",
            "Either party may sue before the competent people's court at the defendant's domicile. Neither negotiation"
            " nor mediation is a condition of suing.",
        ),
        d.say(
            "本合同适用中华人民共和国法律。争议期间，无争议的部分继续履行。",
            "The law of the People's Republic of China applies. What is not in dispute continues to be performed.",
        ),
    ]


def service(d: Draft) -> list[str]:
    """How notices reach a party (ES 11)."""
    return [
        d.say(
            "双方指定各自在平台上的收件箱为接收本合同通知的特定系统；通知进入对方收件箱的时间为到达时间。"
            f"平台同时向{d.ref('parties')}所列电子邮箱发出提醒，提醒邮件不影响到达时间。",
            "Each party names its inbox on the platform as the system that receives notices under this contract. A"
            " notice arrives when it enters that inbox. A reminder also goes to the e-mail addresses in"
            f" {d.ref('parties')}; it does not decide when the notice arrived.",
        ),
        d.say(
            f"{d.ref('parties')}所列联系方式变更的，应当在五日内在平台上更新；该条的住所和电子邮箱同时是诉讼文书的送达地址。",
            "Changed contact details are updated on the platform within five days. The addresses and e-mail addresses"
            f" in {d.ref('parties')} also serve for documents of court proceedings.",
        ),
    ]


def personal_data(d: Draft) -> list[str]:
    """Contacts are used for this contract only (PIPL 13, 21)."""
    return [
        d.say(
            "双方只为订立和履行本合同处理对方联系人、签署人的个人信息，采取必要的保护措施，不向无关的人提供；"
            "依法留存期满后删除。",
            "Each party handles the personal data of the other's contacts and signatories only to make and perform this"
            " contract, protects them, does not pass them on, and deletes them when the time of keeping is over.",
        )
    ]


def recordal(d: Draft) -> list[str]:
    """Recordal within three months (IR 15; REC-1), technology-contract registration."""
    return [
        d.say(
            "许可人应当自生效日起三个月内，向国家知识产权局办理专利实施许可合同备案，被许可人予以配合；许可人逾期未办的，"
            "被许可人可以自行办理。备案不影响本合同的效力。",
            "Within three months of the effective date the Licensor records this license with the patent office and the"
            " Licensee assists; if the Licensor does not, the Licensee may. Recordal does not decide whether this"
            " contract is in force.",
        ),
        d.say(
            "需要办理技术合同认定登记的，由许可人申请，被许可人提供所需材料。一方办理备案或者登记的，在平台上记明递交和受理的日期、编号。",
            "Where the contract is to be registered as a technology contract, the Licensor applies and the Licensee"
            " provides what is needed. Whoever has it recorded or registered enters the days and numbers on the"
            " platform.",
        ),
    ]


def signing(d: Draft) -> list[str]:
    """How it is signed and what the platform's records are worth (ES 5, 7, 8, 13; SIG-2; LIC-K)."""
    said = _standing_offer(d)
    said += [
        d.say(
            "双方同意以数据电文形式订立本合同。签署人在平台上以下列任一方式签署，即表明其认可本合同的内容并受其约束：登录并重新"
            "验证身份后输入发至其本人的一次性验证码点击确认；用本人的通行密钥对文件签名；用持牌电子认证机构的证书签名；"
            "打印后签字或者盖章，扫描上传并经对方确认。所用方式记载于签署记录。",
            "The parties make this contract by data message. A signatory who signs on the platform in one of these ways"
            " consents to be bound: a click after log-in, renewed authentication and a one-time code sent to him or"
            " her; the own passkey over the file; a certificate of a licensed certification authority; a signed or"
            " stamped print, scanned and confirmed by the other party. The signature record names the way.",
        ),
        d.say(
            "以一次性验证码点击确认的，双方不主张该方式是《电子签名法》第十三条所称的可靠电子签名；其他方式是否可靠，依法判断。",
            "Neither party claims that a click with a one-time code is a reliable electronic signature under article 13"
            " of the Electronic Signature Law; whether another way is one, the law decides.",
        ),
        d.say(
            "签署完成后，平台以自己的密钥对文件加盖平台封印和时间戳，证明文件自封印之时起没有改变。平台封印不是任何一方的签名，"
            "平台不是本合同的当事人。",
            "After signing the platform seals the file with its own key and a time stamp, which shows that it has not"
            " changed since. The seal is neither party's signature, and the platform is no party to this contract.",
        ),
        d.say(
            "平台保存的签署记录（签署人、权限、时间、方式、文件SHA-256、逐条确认）可以作为证据，任何一方可以提出相反证据。",
            "The platform's signature record (signatory, authority, time, method, the document's SHA-256, each"
            " confirmation) may serve as evidence, open to evidence to the contrary.",
        ),
    ]
    return said


def _standing_offer(d: Draft) -> list[str]:
    """The term sheet that the licensor signed beforehand (LIC-K)."""
    sheet = d.offer.term_sheet
    if sheet is None:
        return []
    signer, digest = one_line(d.deal.standing_signer), words.grouped(sheet.sha256)
    on, name = d.day(sheet.signed_on), d.fact(sheet.name)
    return [
        d.say(
            f"许可人的有权签署人{signer}已于{on}签署条件单《{name}》，作为对符合条件者的持续要约，其SHA-256为"
            f"{digest}。本合同的条件与该条件单一致，被许可人签署本合同即为承诺。",
            f"On {on} the Licensor's authorized signatory {signer} signed the term sheet “{name}” as a standing"
            f" offer; its SHA-256 is {digest}. This contract keeps to that term sheet, and the Licensee's"
            " signature accepts the offer.",
        )
    ]


def general(d: Draft) -> list[str]:
    """The rest."""
    return [
        d.say(
            "本合同的变更应当由双方以书面形式（包括数据电文）约定。双方另行协商一致的条款优先于格式条款。",
            "Changes are agreed in writing, which includes data messages. Terms that the parties negotiated"
            " individually prevail over standard terms.",
        ),
        d.say(
            "部分条款无效的，不影响其他条款的效力。对格式条款有两种以上解释的，作出不利于提供方的解释。",
            "If a term is void, the others stand. Of two readings of a standard term the one against the party that"
            " provided it is taken.",
        ),
        d.say(
            "本合同以中文文本为准，英文译本仅供参考。双方各自可以从平台下载封印后的电子文件，每份效力相同。",
            "The Chinese text is binding; the English rendering is for reference only. Each party may download the"
            " sealed electronic file from the platform; all copies are equal.",
        ),
    ]
