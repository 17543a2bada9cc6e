"""The power of attorney: who, whom, what for, up to what, until when (CC 165; SIG-3)."""

from __future__ import annotations

from marketplace.licensing.contracts import pieces
from marketplace.licensing.contracts.clause import Row
from marketplace.licensing.contracts.drafting import BLANK, Draft
from marketplace.licensing.contracts.further_facts import PowerOfAttorneyFacts
from marketplace.licensing.contracts.pieces import Piece
from marketplace.licensing.contracts.words import Pair

SCOPES: dict[str, Pair] = {
    "contracts": (
        "以委托人的名义订立、变更和终止专利实施许可合同，发出和签收开放许可的书面通知",
        (
            "to make, amend and end patent license contracts in the principal's name, and to send and receive the"
            " written notices of open licenses"
        ),
    ),
    "term_sheets": (
        "签署条件单，作为对符合条件者的持续要约",
        "to sign term sheets as standing offers to whoever meets their terms",
    ),
    "filings": (
        "向国家知识产权局办理专利实施许可备案、变更和注销，办理技术合同认定登记",
        "to have licenses recorded, changed and cancelled at the patent office, and technology contracts registered",
    ),
    "payments": ("确认收款和付款", "to confirm payments received and made"),
}


def principal(d: Draft, facts: PowerOfAttorneyFacts) -> list[Row]:
    """Who gives the power."""
    side = facts.principal
    return [
        (d.say("项目", "Item"), d.say("内容", "Content")),
        (d.say("名称", "Name"), d.fact(side.name)),
        (d.say("统一社会信用代码", "Unified social credit code"), d.fact(side.credit_code)),
        (d.say("住所", "Address"), d.fact(side.address)),
        (d.say("法定代表人（负责人）", "Legal representative"), d.fact(side.legal_representative)),
    ]


def agent(d: Draft, facts: PowerOfAttorneyFacts) -> list[Row]:
    """Who receives it. No number of an identity card: the platform does not want it."""
    return [
        (d.say("项目", "Item"), d.say("内容", "Content")),
        (d.say("姓名", "Name"), d.fact(facts.agent)),
        (d.say("职务", "Position"), d.fact(facts.agent_position)),
        (d.say("联系方式", "Contact"), d.fact(facts.agent_contact)),
    ]


def scopes(d: Draft, facts: PowerOfAttorneyFacts) -> list[str]:
    """What the agent may do: those given, or all with a box to tick."""
    box = "" if facts.scopes else "□ "
    chosen = facts.scopes or tuple(SCOPES)
    return [box + d.say(*SCOPES[scope]) for scope in chosen if scope in SCOPES]


def limits(d: Draft, facts: PowerOfAttorneyFacts) -> list[str]:
    """Up to which amount, from when to when, and no further."""
    known = facts.at_most_minor is not None
    amount = d.amount(facts.at_most_minor or 0) if known else f"{d.say('人民币', 'CNY')} {BLANK}"
    starts = d.day(facts.valid_from) if facts.valid_from else BLANK
    ends = d.day(facts.valid_until) if facts.valid_until else BLANK
    return [
        d.say(
            f"单份合同或者条件单的金额上限：{amount}（含税）；超过的，须另行授权。",
            f"Up to this amount for each contract or term sheet: {amount} (tax included); beyond it a further power is"
            " needed.",
        ),
        d.say(
            f"授权期限：自{starts}起至{ends}止。受托人无权转委托。",
            f"Valid from {starts} through {ends}. The agent may not delegate it.",
        ),
        d.say(
            "受托人在上述权限和期限内的签署，由委托人承担责任。委托人可以随时撤销；撤销自在平台上登记之时起对平台和对方生效，"
            "此前已经签署的文件不受影响。",
            "What the agent signs within these limits binds the principal. The principal may revoke this power at any"
            " time; for the platform and other parties the revocation counts from its entry on the platform, and what"
            " was signed before stands.",
        ),
    ]


def signing(d: Draft) -> list[Piece]:
    """Stamp and signatures."""
    return [
        pieces.rows(
            [
                ("", d.say("委托人", "Principal"), d.say("受托人", "Agent")),
                (d.say("签章", "Signature or stamp"), "", ""),
                (d.say("法定代表人（负责人）签字", "Signed by the legal representative"), "", "—"),
                (d.say("日期", "Date"), "", ""),
            ]
        )
    ]


def hint(d: Draft) -> str:
    """What to do with the paper."""
    return d.say(
        "打印后由法定代表人签字并加盖公章，扫描成PDF，在平台“签署权限”页上传；平台核对后，受托人方可签署。请不要写身份证号码。",
        "Print it, have the legal representative sign and stamp it, scan it to PDF and upload it on the page “Signing"
        " authorities”; the agent can sign once the platform has checked it. Do not write the number of an identity"
        " card on it.",
    )
