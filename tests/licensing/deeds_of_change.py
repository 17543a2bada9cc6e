"""What can be tried beside a license: other terms, amendments, renewals, its end before the term, holds, consents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from listings import negotiated, offers
from listings.health import events
from listings.models import HealthKind, Listing
from marketplace.accounts.models import User
from marketplace.lib.terms import today
from marketplace.licensing import flow, papers
from marketplace.licensing.flow import amending, changing, holding, negotiating, terminating
from marketplace.licensing.models import (
    TALKING,
    Amendment,
    Hold,
    Negotiation,
    NegotiationState,
    Paper,
    Party,
    Termination,
)
from marketplace.licensing.signing import acts
from marketplace.licensing.signing.doors import Signing
from marketplace.licensing.terms import clauses, effective
from tests.licensing import conftest as ways
from tests.licensing.life import Life

KINDS = ("amendment", "termination")  # papers that both sides sign beside the contract
WISHES: tuple[dict[str, Any], ...] = (
    {"guidance_hours": 36},
    {"months": 24},
    {"months": 84},
    {"fee_minor": 1_800_000},
    {"fee_minor": 4_000_000},
    {"pay_within_days": 40},
    {"fee_per_year": True},
    {"fee_per_year": False},
    {"fee_mode": "entry_royalty", "royalty_bp": 250, "royalty_base": "net_sales"},
    {"fee_mode": "fixed", "fee_minor": 2_000_000},
    {"travel": "许可方承担"},
    {},
)
EVENTS = (HealthKind.DISPUTE, HealthKind.INVALIDATION, HealthKind.ASSIGNMENT, HealthKind.PLEDGE)


def _talk(life: Life) -> Negotiation:
    found = Negotiation.objects.filter(listing=life.listing).order_by("-pk").first()
    if found is None:
        raise flow.NotNow("nothing is negotiated")
    return found


def _other(life: Life, by: User, number: int) -> None:
    listing = Listing.objects.get(pk=life.listing.pk)
    snapshot = offers.snapshot(listing)
    wanted = negotiated.starting(snapshot, offers.class_of(life.world.firm, snapshot)) | WISHES[number % len(WISHES)]
    wish = negotiating.OtherTerms(terms=wanted, reason="我们产量小", intended_use="自用")
    negotiating.ask(listing, wish, licensee=life.world.firm, by=by)


def _take(life: Life, by: User, number: int) -> None:
    negotiating.take(_talk(life), by=by)


def _counter(life: Life, by: User, number: int) -> None:
    talk = _talk(life)
    last = talk.proposals.order_by("-number").first()
    assert last is not None
    wish = WISHES[number % len(WISHES)]
    negotiating.propose(talk, by=by, terms=last.terms | wish, reason="折中", seen=last.number - number // 11)


def _accept(life: Life, by: User, number: int) -> None:
    talk = _talk(life)
    last = talk.proposals.order_by("-number").first()
    assert last is not None
    read = "0" * 64 if number == 11 else last.sha256
    negotiating.accept(talk, by=by, number=last.number, sha256=read)
    life.reckon()


def _note(life: Life, by: User, number: int) -> None:
    negotiating.note(_talk(life), by=by, text="请说明")


def _break_off(life: Life, by: User, number: int) -> None:
    negotiating.withdraw(_talk(life), by=by, reason="谈不拢")


def _change(life: Life, by: User, number: int) -> None:
    deal = life.live()
    before = negotiated.starting(effective.snapshot_of(deal), deal.licensee_class)
    changing.change(deal, by=by, terms=before | WISHES[number % len(WISHES)], reason="情况变了")


def _renew(life: Life, by: User, number: int) -> None:
    changing.renew(life.live(), by=by)


def _open_paper(life: Life) -> Paper | None:
    deal = life.agreement
    rows = Paper.objects.filter(agreement=deal, kind__in=KINDS, language=papers.BINDING, completed_at__isnull=True)
    return rows.order_by("-pk").first() if deal else None


def _put_name(life: Life, by: User, number: int) -> None:
    paper = _open_paper(life)
    if paper is None:
        raise flow.NotNow("no paper waits")
    acts.sign_paper(paper, Signing.now(by, paper.sha256, code=ways.CODE))


def _amendment(life: Life) -> Amendment:
    found = Amendment.objects.filter(agreement=life.live(), state="signing").select_related("agreement").first()
    if found is None:
        raise flow.NotNow("no amendment waits")
    return found


def _confirm_change(life: Life, by: User, number: int) -> None:
    """Every highlighted clause that the amendment touches, one by one."""
    amendment = _amendment(life)
    for clause in clauses.open_ones(amendment):
        amending.confirm(amendment, by=by, clause=clause.key, text_sha256=clause.sha256)


def _propose_end(life: Life, by: User, number: int) -> None:
    terminating.propose(life.live(), by=by, last_day=today() + timedelta(days=7 * number), reason="产线停用")


def _termination(life: Life) -> Termination:
    found = Termination.objects.filter(agreement=life.live()).order_by("-pk").first()
    if found is None:
        raise flow.NotNow("no end is proposed")
    return found


def _drop_end(life: Life, by: User, number: int) -> None:
    terminating.drop(_termination(life), by=by)


def _breach(life: Life, by: User, number: int) -> None:
    terminating.demand(life.live(), by=by, text="未按约定指导")


def _mend(life: Life, by: User, number: int) -> None:
    found = life.live().breach_demands.order_by("-pk").first()
    if found is None:
        raise flow.NotNow("nothing was demanded")
    terminating.mended(found, by=by)


def _event(life: Life, by: User, number: int) -> None:
    kind = EVENTS[number % len(EVENTS)]
    events.record_event(life.listing.patent, kind=kind, happened_on=today(), source="公告（示例）", by=None)


def _settle_event(life: Life, by: User, number: int) -> None:
    event = life.listing.patent.health_events.filter(settled_at__isnull=True).order_by("pk").first()
    if event is None:
        raise flow.NotNow("nothing happened to the patent")
    events.settle_event(event, by=life.world.moderator, how="撤回")


def _hold(life: Life) -> Any:
    found = life.live().holds.order_by("-pk").first()
    if found is None:
        raise flow.NotNow("nothing is held")
    return found


def _disclose(life: Life, by: User, number: int) -> None:
    standing = flow.standing_consent(life.live())
    if standing is None:
        flow.disclose(life.live(), by=by, recipient="示范银行")
    else:
        flow.withdraw_disclosure(standing, by=by)


ACTS: dict[str, Callable[[Life, User, int], Any]] = {
    "other": _other,
    "take": _take,
    "counter": _counter,
    "accept": _accept,
    "note": _note,
    "break off": _break_off,
    "change": _change,
    "renew": _renew,
    "confirm change": _confirm_change,
    "put name": _put_name,
    "propose end": _propose_end,
    "drop end": _drop_end,
    "breach": _breach,
    "mend": _mend,
    "event": _event,
    "settle event": _settle_event,
    "waive": lambda life, by, n: holding.waive(_hold(life), by=by, reason="不再收取"),
    "release": lambda life, by, n: holding.release(_hold(life), by=by, reason="与被许可方无关"),
    "disclose": _disclose,
}
IN_FORCE = (
    ("change", "licensee"),
    ("change", "licensor"),
    ("renew", "licensee"),
    ("change", "licensee"),
    ("renew", "licensee"),
    ("propose end", "licensee"),
    ("propose end", "licensor"),
    ("breach", "licensee"),
    ("breach", "licensor"),
    ("mend", "licensee"),
    ("mend", "licensor"),
    ("event", "licensor"),
    ("disclose", "licensee"),
    ("disclose", "licensee"),
)
HELD = (("release", "moderator"), ("waive", "licensor"), ("pay", "licensee"), ("settle event", "moderator"))


def waiting(life: Life) -> tuple[tuple[str, str], ...]:
    """Who could go on with what stands open beside the license; nothing where nothing does."""
    if life.agreement is None:
        return ()
    held = HELD if is_held(life) else ()
    paper = _open_paper(life) if life.state == "active" else None
    if paper is not None:
        return (*_signing(paper), *held)
    talk = Negotiation.objects.filter(listing=life.listing, state__in=TALKING).order_by("-pk").first()
    if talk is None or talk.state == NegotiationState.AGREED:
        return held
    if talk.state == NegotiationState.ASKED:
        return (("take", "moderator"), ("take", "moderator"), ("note", "licensee"), ("counter", "licensee"))
    turn, other = str(talk.turn), "licensee" if talk.turn == "licensor" else "licensor"
    ways = [*[("accept", turn)] * 4, ("counter", turn), ("note", other), ("break off", other)]
    return (*ways, *held)


def is_held(life: Life) -> bool:
    """Whether payments under the present license stand still."""
    return Hold.objects.filter(agreement=life.agreement, ended_at__isnull=True).exists() if life.agreement else False


def _signing(paper: Paper) -> list[tuple[str, str]]:
    """A paper that both sign: whose name is missing, seldom what stops it."""
    signed = set(paper.signatures.values_list("party", flat=True))
    missing = [("put name", str(party)) for party in Party if party not in signed]
    amends = paper.kind == "amendment"
    first = [("confirm change", "licensee")] if amends and "licensee" not in signed else []
    return [*first, *missing, *missing, ("counter", "licensor") if amends else ("drop end", "licensee")]
