"""What the contract's words mean, and what a free period is (CC 142, 466; PRESET-2)."""

from __future__ import annotations

from marketplace.licensing.contracts import days, words
from marketplace.licensing.contracts.drafting import Draft

WATCHED = ("first_revenue", "milestone")


def definitions(d: Draft) -> list[str]:
    """The words that money or time hang on."""
    said = [
        d.say(
            "许可产品，指落入上列专利权利要求保护范围的产品；方法专利的，还包括依照该方法直接获得的产品。",
            "A licensed product is a product within the claims of a patent above and, for a process, a product obtained"
            " directly by it.",
        ),
        d.say(
            "实施，指为生产经营目的作出本合同许可的行为；试验、试制、小批量生产和送样都是实施。专为科学研究和实验使用专利，依法不需要许可。",
            "To work a patent is to do, for business, what this contract permits; trials, pilot runs, small batches and"
            " samples are such work. Use for scientific research and experiment alone needs no license by law.",
        ),
        d.say(
            "书面形式包括数据电文。许可期限、许可年度和试用期自起始之日当日起算；其他以日计算的期限，开始的当日不计入，最后一日是"
            "法定休假日的，以休假日结束的次日为最后一日。工作日按国务院公布的放假安排确定。",
            "Writing includes data messages. The license term, license years and the free period include the day on"
            " which they begin. In other periods of days the day on which they begin is not counted, and one that"
            " ends on a legal holiday ends on the day after it. Working days follow the State Council's calendar.",
        ),
        d.say(
            "平台，指双方订立本合同所用的开许专利许可平台。",
            "The platform is the Kaixu patent licensing platform on which the parties make this contract.",
        ),
    ]
    if d.has_revenue_trigger:
        said.append(
            d.say(
                "首次收入，指被许可人第一次因销售、出租许可产品或者用专利方法有偿服务而开具发票或者收到款项，以较早的一日为准；"
                "免费送样、内部测试不是收入。",
                "The first revenue is the first time that the Licensee issues an invoice or receives money, whichever"
                " is earlier, for selling or leasing a licensed product or for a paid service by the patented process."
                " Free samples and tests of its own are none.",
            )
        )
    return said


def trial(d: Draft) -> list[str]:
    """When the free period begins and ends, what may be done in it, who says what, how to leave (PRESET-2, CC 140)."""
    return [
        d.say(
            f"{_span(d)}试用期内被许可人可以做的与试用期后相同（见{d.ref('grant')}），包括为验证效果的使用和许可产品的制造、销售，"
            "但以许可的行为为限，不需要支付任何费用。",
            f"{_span(d)} In it the Licensee may do what it may do afterwards ({d.ref('grant')}), to test the technology"
            " as well as to make and sell, within the permitted acts, and owes nothing.",
        ),
        *_watching(d),
        d.say(
            f"被许可人可以在试用期内依照{d.ref('exit')}随时退出，不承担任何费用；没有退出的，试用期结束时许可继续有效，"
            f"自动转入付费期，按{d.ref('fee')}付费，不需要另行签署。",
            f"The Licensee may leave at any time in the free period under {d.ref('exit')} at no cost. If it does not,"
            " the license goes on when the free period ends and is paid for under"
            f" {d.ref('fee')}; nothing more has to be signed.",
        ),
        d.say(
            "平台在试用期届满前向被许可人发出提醒；提醒是便利服务，没有提醒不改变试用期的届满。",
            "The platform reminds the Licensee before the free period ends. That is a convenience: without a reminder"
            " the free period ends all the same.",
        ),
    ]


def _span(d: Draft) -> str:
    months = d.offer.number("free_months")
    span = words.months_words(months, d.zh)
    match d.offer.terms.get("trigger"):
        case "first_revenue":
            return d.say(
                f"试用期自生效日起，至被许可人取得首次收入之日（含当日）止，最长{span}。",
                f"The free period runs from the effective date through the day of the first revenue, {span} at most.",
            )
        case "milestone":
            milestone = d.fact(d.offer.text("milestone"))
            return d.say(
                f"试用期自生效日起，至约定里程碑（{milestone}）达成之日（含当日）止，最长{span}。",
                f"The free period runs from the effective date through the day on which the milestone ({milestone}) is"
                f" reached, {span} at most.",
            )
        case _:
            return d.say(
                f"试用期自生效日起，共{span}。",
                f"The free period is {span} from the effective date.",
            )


def _watching(d: Draft) -> list[str]:
    """Who tells of the first revenue or the milestone, and what silence means."""
    conditional = d.offer.terms.get("later_mode") == "conditional"
    if d.offer.terms.get("trigger") not in WATCHED and not conditional:
        return []
    milestone = conditional or d.offer.terms.get("trigger") == "milestone"
    revenue = d.offer.terms.get("trigger") == "first_revenue"
    what = d.say(
        "或者".join([*(["首次收入"] if revenue else []), *(["里程碑"] if milestone else [])]),
        " or ".join([*(["the first revenue"] if revenue else []), *(["the milestone"] if milestone else [])]),
    )
    return [
        d.say(
            f"{what}发生的，被许可人应当在{days.TRIGGER_TELL_DAYS}日内通过平台告知许可人。",
            f"The Licensee tells the Licensor of {what} through the platform within {days.TRIGGER_TELL_DAYS} days.",
        ),
        d.say(
            f"许可人认为已经发生而没有被告知的，可以在平台上提出并附说明；被许可人应当在{days.TRIGGER_ANSWER_DAYS}日内答复，"
            "双方约定逾期不答复的视为认可。被许可人说明理由不认可的，由平台根据双方提交的材料在"
            f"{days.TRIGGER_DECIDE_DAYS}日内核对，没有核对的视为没有发生；双方先按核对结果履行，"
            f"不服的，仍可以依照{d.ref('disputes')}处理。",
            "A Licensor who holds that it happened untold may say so on the platform, with reasons. The Licensee"
            f" answers within {days.TRIGGER_ANSWER_DAYS} days; the parties agree that silence counts as consent. If"
            " the Licensee contests it with reasons, the platform checks within"
            f" {days.TRIGGER_DECIDE_DAYS} days what both submit; without a result it counts as not having happened. The"
            " parties perform accordingly for the time being; whoever disagrees may still proceed under"
            f" {d.ref('disputes')}.",
        ),
    ]
