"""The withdrawal of a declaration or of a preset offer: licenses given before stay (PL 50; IR 86; CC 475; DECL-7)."""

from __future__ import annotations

from marketplace.licensing.contracts import words
from marketplace.licensing.contracts.clause import Row
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.further_facts import WithdrawalFacts
from marketplace.licensing.contracts.reading import one_line


def opening(d: Draft, facts: WithdrawalFacts) -> str:
    """What is withdrawn."""
    patent = d.offer.patents[0]
    number = words.number_words(patent.number)
    if d.offer.track == "open":
        declared = d.fact(d.offer.declaration_number)
        return d.say(
            f"专利权人撤回就专利“{patent.title}”（专利号{number}）作出的开放许可声明，声明编号{declared}，"
            f"{d.day(d.offer.announced_on)}公告。撤回不附任何条件。",
            f"The patentee withdraws the open-license declaration for the patent “{patent.title}” ({number}), number"
            f" {declared}, announced on {d.day(d.offer.announced_on)}. The withdrawal is unconditional.",
        )
    return d.say(
        f"许可人撤回在平台上就专利“{patent.title}”（专利号{number}）发布的快速许可条件，不再接受新的申请。",
        f"The licensor withdraws the preset terms published on the platform for the patent “{patent.title}” ({number})"
        " and takes no new requests.",
    )


def reason(d: Draft, facts: WithdrawalFacts) -> str:
    """Why: a declaration needs a legitimate reason."""
    why = (one_line(facts.reason) or "________").rstrip("。.")
    return d.say(f"理由：{why}。", f"Reason: {why}.")


def consents(d: Draft, facts: WithdrawalFacts) -> list[Row]:
    """Every co-owner with the day of the consent."""
    head: Row = (d.say("专利权人", "Patentee"), d.say("书面同意的日期", "Consented in writing on"))
    owner = d.offer.patents[0].patentee
    rows: list[Row] = [(d.fact(owner), d.say("以本件签章为准", "by signing this paper"))]
    rows += [(d.fact(name), d.day(on)) for name, on in facts.consents]
    return [head, *rows]


def effects(d: Draft, facts: WithdrawalFacts) -> list[str]:
    """From when, and what stays."""
    if d.offer.track == "open":
        when = (
            d.say(
                f"国家知识产权局于{d.day(facts.announced_on)}公告撤回，撤回自当日零时（北京时间）起生效。",
                f"The patent office announces the withdrawal on {d.day(facts.announced_on)}; it takes effect at 00:00"
                " Beijing time of that day.",
            )
            if facts.announced_on
            else d.say(
                "撤回自国家知识产权局公告之日零时（北京时间）起生效；公告之前，任何人仍可以按照公告的条件获得许可。",
                "The withdrawal takes effect at 00:00 Beijing time of the day on which the patent office announces it."
                " Until then anybody may still obtain a license on the announced terms.",
            )
        )
        later = d.say(
            "撤回生效后，专利年费自下一个专利年度起不再因开放许可减缴。",
            "After that, the annual fee is no longer reduced for the open license from the next patent year on.",
        )
    else:
        when = d.say(
            "撤回自平台撤下发布项之时起生效；被许可人已经签署的合同和许可人已经签署、尚在承诺期限内的要约，不受影响。",
            "The withdrawal takes effect when the platform takes the listing down. Contracts that a licensee has"
            " signed, and offers of the licensor that are signed and still open for acceptance, are not affected.",
        )
        later = d.say("已经付款的，不因撤回退还。", "What was paid is not returned for the withdrawal.")
    standing = d.say(
        f"在先给予的{facts.standing}项许可继续有效，直到各自期限届满。"
        if facts.standing
        else "在先给予的许可继续有效，直到各自期限届满。",
        f"The {facts.standing} licenses given before stay in force, each to the end of its term."
        if facts.standing > 1
        else "Licenses given before stay in force, each to the end of its term.",
    )
    return [when, standing, later]


def told(d: Draft, facts: WithdrawalFacts) -> str:
    """What it means for the one who reads it."""
    to = one_line(facts.to)
    if not to:
        return (
            d.say(
                "专利权人承诺：以上内容真实；提交虚假材料的，依法承担责任。",
                "The patentee declares that this is true and answers for false statements as the law has it.",
            )
            if d.offer.track == "open"
            else ""
        )
    return d.say(
        f"{to}：您已经获得的许可不受影响，应付的款项、期限和技术指导都不变，不需要做任何事。",
        f"{to}: your license is not affected. What you pay, its term and the guidance stay as they are. There is"
        " nothing you need to do.",
    )
