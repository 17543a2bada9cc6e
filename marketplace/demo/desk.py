"""What moderators find on their desk in the demonstration: every state of the queue, flags, objections, a veto."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from listings import flow
from listings.integrity import deciding, registry, running
from listings.models import FlagKind, IntegrityFlag, Listing, Reason, ReasonUse, Review, TermSheet
from marketplace.accounts import flow as accounts
from marketplace.accounts import people as accounts_people
from marketplace.accounts.models import Organization, Role, User
from marketplace.demo import offers, people
from marketplace.outbox.worker import run_pending

FIRST_NUMBER = 500  # of the invented patents of this module
EMPTY = (
    "本发明公开了一种新型节能装置，结构简单，设计合理，使用方便，成本低廉，便于推广应用，具有良好的经济效益和社会效益。"
)
TWIN = (
    "一种果蔬皮渣膳食纤维的干法改性装置，采用低水分双螺杆挤压与气流粉碎，提高可溶性膳食纤维含量。",
    "果蔬皮渣膳食纤维的干法改性装置",
)
# key: what stands in the queue, from which other text, title, abstract
WAITING: dict[str, tuple[str, str, str]] = {
    "late": ("slag-brick", "冶炼水淬渣护坡砖的快速养护方法", ""),
    "taken": ("kiln-burner", "石灰窑富氧燃烧的风量调节方法", ""),
    "again": ("noodle-shelf", "湿面条低温锁鲜包装方法", ""),
    "twin": ("peel-waste", TWIN[1], TWIN[0]),
    "empty": ("led-heat", "一种新型节能装置", EMPTY),
    "refused": ("film-mulch", "地膜回收机的起膜铲", ""),
    "green": ("greenhouse", "温室卷帘电机的防过卷装置", ""),
    "blocked": ("weld-seam", "长焊缝跟踪焊机的机头", ""),
}
DEAR = {**offers.OPEN_TERMS, "fee_minor": 2_400_000_000}  # above what a declaration may say without papers (DECL-4)


def build(listings: dict[str, Listing], university: Organization, sheet: TermSheet, moderator: User) -> None:
    """Fill the queue of a university's listings, under one of its signed term sheets."""
    second = people.person("moderator2", "示例复核员", is_staff=True)
    accounts_people.make_moderator(second)
    made = {key: _submitted(number, told, university, sheet) for number, (key, told) in enumerate(WAITING.items())}
    Listing.objects.filter(pk=made["late"].pk).update(submitted_at=timezone.now() - timedelta(days=12))
    flow.take(made["taken"], by=second)
    _sent_back_and_changed(made["again"], moderator)
    refusing = Reason.objects.filter(use=ReasonUse.REFUSE)[3:4]
    flow.refuse_listing(made["refused"], by=second, revision=made["refused"].revision, quoting=refusing)
    _objections(listings, moderator)
    run_pending()
    running.recompute(registry.Scope())
    _answers(moderator)


def _submitted(number: int, told: tuple[str, str, str], university: Organization, sheet: TermSheet) -> Listing:
    """A patent told after another one's texts, submitted."""
    model, title, abstract = told
    base: dict[str, Any] = next(row for row in offers.read() if row["key"] == model)
    text = {**base, "title": title, "abstract": abstract or f"{title}（示例），{base['abstract']}"[:180]}
    lister = accounts_people.members(university, Role.LISTER)[0]
    patent = offers.patent(text, FIRST_NUMBER + number, university, lister)
    texts = {name: text[name] for name in offers.TEXTS}
    if title == WAITING["blocked"][1]:
        dear = flow.Draft(texts=texts, terms=DEAR, undertaking=True)
        return flow.submit(flow.create(patent, track="open", by=lister, draft=dear), by=lister)
    draft = flow.Draft(texts=texts, sheet=sheet, undertaking=True)
    return flow.submit(flow.create(patent, track="preset", by=lister, draft=draft), by=lister)


def _sent_back_and_changed(listing: Listing, moderator: User) -> None:
    """Returned with a quoted reason; the lister corrected it and submitted again."""
    lister = listing.submitted_by or moderator
    wanted = Reason.objects.filter(use=ReasonUse.RETURN)[6:7]
    flow.send_back(
        listing, by=moderator, revision=listing.revision, reason="数字请写明对比的产线（示例）。", quoting=wanted
    )
    changed = {
        "headline": "湿面条常温多放六天，退货少三成（示例）",
        "problem": "湿面条两天就发黏，夏天退货多，店家不敢多进（示例）。",
        "gains_source": "示例：两条产线对比三个月",
    }
    listing = flow.edit(Listing.objects.get(pk=listing.pk), by=lister, draft=flow.Draft(texts=changed))
    flow.submit(listing, by=lister)


def _objections(listings: dict[str, Listing], moderator: User) -> None:
    """One to decide, one decided."""
    flow.object_to(
        listings["arsenic"],
        name="示例异议人",
        contact="objector@demo.example",
        text="公示的价格低于去年同类成果的许可价，请说明依据（示例）。",
    )
    other = flow.object_to(
        listings["wound-gel"], name="示例研究生", contact="000-0000009", text="发明人名单里少了一个人（示例）。"
    )
    settled = Reason.objects.filter(use=ReasonUse.OBJECTION)[1:2]
    flow.decide_objection(other, by=moderator, upheld=False, quoting=settled)


def _answers(moderator: User) -> None:
    """One flag dismissed, so that the list shows both."""
    flag = IntegrityFlag.objects.filter(kind=FlagKind.BOILERPLATE, state="open").order_by("pk").last()
    if flag is not None and flag.patent is not None and not Review.objects.filter(listing__patent=flag.patent).exists():
        deciding.dismiss(flag, by=moderator, reason="摘要虽短，说明书写得具体（示例）。")


def veto(moderator: User) -> Organization:
    """An institute that a notice names, with an offer that the veto takes down."""
    institute = people.university(
        "swift", "速成专利研究院（示例）", "Swift Institute (invented)", "孔示例", "410700", moderator
    )
    owner = accounts_people.members(institute, Role.OWNER)[0]
    sheet = offers.sheets(institute, owner)["免费开放"]
    told = next(row for row in offers.read() if row["key"] == "slag-brick")
    text = {
        **told,
        "title": "免烧砖压制机的送料斗（示例）",
        "abstract": "一种送料斗，斗壁装振动板，湿料不挂壁（示例）。",
    }
    patent = offers.patent(text, FIRST_NUMBER + 90, institute, owner)
    offers.listing(text, patent, offers.Plan(offers.PRESET, "published", "免费开放"), sheet, moderator)
    run_pending()
    accounts.veto(institute, by=moderator, reason="示例通报（2026）第 7 号列为非正常申请单位。")
    run_pending()
    return institute
