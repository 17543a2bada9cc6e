"""One small world, led there by the flows: a university, a firm, their deals in every state, and those who look on."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from cms import contact, seeding
from cms.models import ContactMessage
from listings import flow as listings_flow
from listings import saved, term_sheets
from listings.asking import entry
from listings.flow import approvals
from listings.health import flow as health
from listings.importing import flow as importing
from listings.integrity import running as integrity
from listings.integrity.facts import Found
from listings.models import Asking, Listing, Patent, Reason, TermSheet
from listings.search import Query
from marketplace.accounts import flow as accounts_flow
from marketplace.accounts import people as accounts_people
from marketplace.accounts import seeds
from marketplace.accounts.models import (
    ContactConsent,
    Membership,
    Organization,
    PersonalCopy,
    Role,
    SigningAuthority,
    User,
)
from marketplace.accounts.privacy import contacts
from marketplace.demo import deals, evidence, offers, people
from marketplace.lib.terms import start_of, today
from marketplace.licensing.models import Agreement, Obligation
from marketplace.needs import flow as needs_flow
from marketplace.notices.models import Message
from marketplace.outbox.models import Effect
from marketplace.outbox.worker import run_pending
from marketplace.payments import attempts, bank_transfer
from marketplace.payments.models import Payment, PracticeCheckout, Suspense, Way
from marketplace.vault import files
from marketplace.vault.models import VaultFile
from tests.access import changes, running, signatures
from tests.access.keys import credential

# Who looks, in the order of the columns of every table here.
WHO = (
    "anonymous",
    "stranger",  # another firm's owner, signatory, lister and finance
    "rival",  # the same of another university
    "firm viewer",
    "firm owner",
    "viewer",  # of the university, as are the next three
    "lister",
    "finance",
    "owner",
    "former",  # was owner and finance of the university and of the firm
    "moderator",
)
OUTSIDERS = ("anonymous", "stranger", "rival", "former")


@dataclass
class World:
    """Everything that an address can name, by a short key, and the people who knock."""

    users: dict[str, User] = field(default_factory=dict)
    organizations: dict[str, Organization] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    sheets: dict[str, TermSheet] = field(default_factory=dict)
    deals: dict[str, Agreement] = field(default_factory=dict)
    files: dict[str, VaultFile] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    browsers: dict[str, Client] = field(default_factory=dict)

    def debt(self, deal: str) -> Obligation:
        """What a deal's licensee has to pay, or has paid, first."""
        return self.deals[deal].obligations.exclude(amount_minor=0).earliest("pk")


def browser(user: User | None) -> Client:
    """A browser in which a person has just proved who he or she is; server errors become answers."""
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        late = time.time() + 3_600  # slow machines take longer than a fresh log-in lasts
        proof = {"method": "password", "at": late, "email": user.email, "reauthenticated": True}
        session["account_authentication_methods"] = [proof]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client


def build() -> World:
    """Make it all, in the surrounding transaction."""
    world = World()
    seeding.seed()
    moderator = people.person("moderator", "审核员莫", is_staff=True)
    accounts_people.make_moderator(moderator)
    world.users["moderator"] = moderator
    _organizations(world, moderator)
    _offers(world, moderator)
    _deals(world)
    _money(world)
    _papers(world)
    _requests_to_moderators(world)
    _wishes(world)
    run_pending()
    changes.put(world)
    running.put(world)
    signatures.put(world)
    _flag(world)  # now: what nobody finds would be let go again by the work above
    for name, deal in world.deals.items():
        world.deals[name] = Agreement.objects.get(pk=deal.pk)
    _collect_files(world)
    world.browsers = {who: browser(world.users.get(who)) for who in WHO}
    return world


def _organizations(world: World, moderator: User) -> None:
    north = people.university("north", "北原理工大学", "North University (invented)", "张示范", "410100", moderator)
    rival = people.university("rival", "别处大学", "Elsewhere University (invented)", "钱别处", "410300", moderator)
    firm = people.firm(people.Firm("firm", "暗河铅业有限公司", "李暗河"), moderator)
    other = people.firm(people.Firm("other", "旁观机械有限公司", "孙旁观"), moderator)
    world.organizations = {"university": north, "rival": rival, "firm": firm, "other": other}
    world.users |= {
        "stranger": deals.owner(other),
        "rival": deals.owner(rival),
        "firm owner": deals.owner(firm),
        "owner": deals.owner(north),
        "lister": accounts_people.members(north, Role.LISTER)[0],
        "finance": accounts_people.members(north, Role.FINANCE)[0],
        "viewer": _member("north-viewer", "周只读", north, Role.VIEWER),
        "firm viewer": _member("firm-viewer", "吴只读", firm, Role.VIEWER),
        "former": _former(north, firm),
    }
    for who in ("stranger", "rival"):
        organization = world.organizations["other" if who == "stranger" else "rival"]
        for role in (Role.LISTER, Role.FINANCE):
            Membership.objects.get_or_create(user=world.users[who], organization=organization, role=role)


def _member(key: str, name: str, organization: Organization, *roles: Role) -> User:
    user = people.person(key, name)
    for role in roles:
        Membership.objects.create(user=user, organization=organization, role=role)
    return user


def _former(*organizations: Organization) -> User:
    user = people.person("former", "郑离任")
    for organization in organizations:
        for role in (Role.OWNER, Role.FINANCE, Role.LISTER):
            Membership.objects.create(user=user, organization=organization, role=role, ended_at=timezone.now())
    return user


PLANS = {
    "zinc-leach": "published",
    "gear-noise": "published",
    "led-heat": "published",
    "lead-free": "published",
    "tube-scraper": "published",
    "coating-bubble": "published",
    "rehmannia": "published",
    "aerogel-board": "published",  # nobody has asked for it yet
    "waste-heat": "published",  # open track
    "paint-water": "published",  # open track, free
    "kiln-burner": "draft",
    "peel-waste": "submitted",
    "arsenic": "publicity",
    "al-foam": "awaiting",  # open track
    "odor": "withdrawal",  # open track
}


def _offers(world: World, moderator: User) -> None:
    north, owner = world.organizations["university"], world.users["owner"]
    signed = offers.sheets(north, owner)
    told = {row["key"]: row for row in offers.read()}
    for number, key in enumerate(PLANS, start=1):
        plan = offers.PLANS[key]
        patent = offers.patent(told[key], number, north, world.users["lister"])
        sheet = signed[plan.sheet] if plan.sheet else None
        world.listings[key] = offers.listing(told[key], patent, plan, sheet, moderator)
    world.things["spare"] = offers.patent(told["pcb-drill"], len(PLANS) + 1, north, world.users["lister"])
    world.sheets["signed"] = signed["小微企业价"]
    draft = {
        "name": "未签的内部条件",
        "territory": "CN",
        "acts": ["make"],
        **offers.GUIDANCE,
        **offers.SHEETS["免费开放"],
    }
    world.sheets["draft"] = term_sheets.draft(north, by=world.users["lister"], fields=draft)


def _deals(world: World) -> None:
    firm, row = world.organizations["firm"], world.listings
    made = world.deals
    made["active"] = deals.signed(deals.ask(row["tube-scraper"], firm, "暗中用途甲"))
    made["trial"] = deals.signed(deals.ask(row["rehmannia"], firm, "暗中用途乙"))
    made["opened"] = deals.signed(deals.ask(row["paint-water"], firm, "暗中用途丙"))
    made["owing"] = deals.signed(deals.ask(row["zinc-leach"], firm, "暗中用途丁"))
    made["declared"] = deals.signed(deals.ask(row["gear-noise"], firm, "暗中用途戊"))
    made["settled"] = deals.signed(deals.ask(row["led-heat"], firm, "暗中用途己"))
    made["offered"] = deals.ask(row["coating-bubble"], firm, "暗中用途庚")
    made["requested"] = deals.ask(row["lead-free"], firm, "暗中用途辛", related="股东相同")
    made["prepared"] = deals.ask(row["waste-heat"], firm, "暗中用途壬")


def _money(world: World) -> None:
    payer = world.users["firm owner"]
    attempts.start(deals.debt(world.deals["owing"]), by=payer, way=Way.PRACTICE)
    world.things["checkout"] = PracticeCheckout.objects.latest("pk")
    world.things["payment"] = Payment.objects.get(code=world.things["checkout"].payment_code)
    owed = deals.debt(world.deals["declared"])
    receipt = world.files["transfer_receipt"] = store(world, "transfer_receipt", payer, owed)
    world.things["transfer"] = bank_transfer.declare(
        owed, by=payer, payer=world.organizations["firm"].name, paid_on=today(), serial="暗号流水 7731", receipt=receipt
    )
    deals.transferred(world.deals["settled"], "暗号流水 7732")
    arrival = bank_transfer.Arrival("暗号流水 7733", today(), 12_345)
    bank_transfer.record(
        world.organizations["university"], arrival, by=world.users["finance"], reference="看不清", payer="暗河散户"
    )
    world.things["suspense"] = Suspense.objects.latest("pk")


def store(world: World, kind: str, by: User, subject: Any) -> VaultFile:
    """A scan in the vault, as a form would have left it there."""
    return files.store(evidence.page(f"{kind}（示例）"), kind=kind, name=f"暗档-{kind}.pdf", by=by, subject=subject)


def _papers(world: World) -> None:
    """Evidence of every kind, and the rows that hold it."""
    lister, owner, firm_owner = world.users["lister"], world.users["owner"], world.users["firm owner"]
    patent = world.listings["kiln-burner"].patent
    for kind in ("evaluation_report", "pledgee_consent", "status_evidence", "encumbrance_evidence"):
        world.files[kind] = store(world, kind, lister, patent)
    for kind in ("publicity_proof", "declaration_evidence", "withdrawal_evidence"):
        world.files[kind] = store(world, kind, lister, world.listings["arsenic"])
    consent = world.files["co_owner_consent"] = store(world, "co_owner_consent", lister, patent)
    listings_flow.set_co_owners(patent, by=lister, owners=[("暗合作研究院", consent, today())])
    world.things["co_owner"] = patent.co_owners.get()
    _questions(world, patent)
    _story(world)
    world.things["encumbrance"] = listings_flow.encumber(
        patent, kind="ordinary", starts_at=start_of(today() - timedelta(days=9)), ends_at=None, holder="暗持有人",
        reference="暗约 55", by=lister,
    )  # fmt: skip
    power = world.files["power_of_attorney"] = store(
        world, "power_of_attorney", owner, world.organizations["university"]
    )
    world.things["authority"] = accounts_flow.grant_authority(
        world.organizations["university"], user=owner, by=owner, basis="power_of_attorney", document=power
    )
    world.things["firm authority"] = SigningAuthority.objects.get(user=firm_owner)
    sheet = "序号,专利名称,申请号,申请日,专利权人\n1,暗表里的专利,2019218980500,2019-11-06,北原理工大学\n".encode()
    world.things["run"], _new = importing.stage(
        sheet, "暗表.csv", organization=world.organizations["university"], by=lister
    )
    world.things["status run"], _new = health.stage(
        "专利号,法律状态,日期\n201921898050.0,有效,2026-03-05\n".encode(), "暗状态.csv", source="暗代理所",
        organization=world.organizations["university"], by=lister,
    )  # fmt: skip
    world.things["event"] = patent.health_events.create(
        kind="invalidation", happened_on=today() - timedelta(days=3), source="暗来源", settled_at=timezone.now(),
        settled_how="暗结果", recorded_by=lister,
    )  # fmt: skip
    world.things["passkey"] = Authenticator.objects.create(
        user=firm_owner, type=Authenticator.Type.WEBAUTHN, data={"name": "暗钥匙", "credential": credential()}
    )


def picture() -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return out.getvalue()


def _story(world: World) -> None:
    """A variant, a picture and a proof of the draft."""
    row, lister = world.listings["kiln-burner"], world.users["lister"]
    terms = {"fee_mode": "free", "months": 24, "acts": ["make"], "guidance_none": True, "territory": "CN"}
    row = listings_flow.put_variant(row, by=lister, label="暗变体", draft=listings_flow.Draft(terms=terms, prices={}))
    world.things["variant"] = row.variants.get()
    world.things["picture"] = listings_flow.add_picture(row, by=lister, data=picture(), alt="暗照片")
    world.files["listing_picture"] = world.things["picture"].file
    proof = world.files["maturity_proof"] = store(world, "maturity_proof", lister, row)
    Listing.objects.filter(pk=row.pk).update(maturity_file=proof)


def _questions(world: World, patent: Patent) -> None:
    """A question to a co-owner that waits for its answer, and a step of approval that no price here reaches."""
    lister, owner = world.users["lister"], world.users["owner"]
    for kind in ("consent_power", "approval_record"):
        world.files[kind] = store(world, kind, lister, patent)
    row = world.things["co_owner"]
    listings_flow.set_co_owners(
        patent, by=lister, owners=[(row.name, row.consent, row.consented_on), ("暗第二合作所", None, None)]
    )
    Listing.objects.filter(patent=patent).update(co_owner_default=True)  # so that the draft can be submitted
    world.things["asking"] = listings_flow.ask_consent(
        world.listings["kiln-burner"], owner="暗第二合作所", name="暗共有人", email="co-owner@example.test", by=lister
    )
    world.things["question"] = entry.token_of(world.things["asking"])
    with transaction.atomic():
        letter = listings_flow.Post().letter_of(world.things["asking"])
    Asking.objects.filter(pk=world.things["asking"].pk).update(letter=letter)
    world.things["letter"] = entry.token_of(letter)
    columns = {"capacity": "校长", "name": "暗校长", "email": "president@example.test", "above_minor": 10**12}
    world.things["approval step"] = approvals.put_step(world.organizations["university"], by=owner, columns=columns)


def _requests_to_moderators(world: World) -> None:
    newcomer = people.firm(people.Firm("new", "暗新材料有限公司", "何暗新", verified=False), world.users["moderator"])
    owner = deals.owner(newcomer)
    proof = world.files["organization_evidence"] = store(world, "organization_evidence", owner, newcomer)
    world.things["verification"] = accounts_flow.submit_verification(newcomer, by=owner, evidence=[proof])
    world.organizations["newcomer"] = newcomer
    objected = world.listings["arsenic"]
    against = world.files["objection_evidence"] = store(world, "objection_evidence", owner, objected)
    world.things["objection"] = listings_flow.object_to(
        objected, name="暗异议人", contact="000-7731", text="发明人之一不同意", evidence=[against]
    )
    message = ContactMessage(name="暗来信人", email="secret@example.test", text="暗信内容")
    world.things["message"] = contact.receive(message, by=None)
    world.things["invitation"] = accounts_flow.invite(
        world.organizations["university"], email="guest@example.test", role=Role.VIEWER, by=world.users["owner"]
    )
    seed = Effect.objects.filter(payload__invitation=world.things["invitation"].pk).latest("pk").payload["seed"]
    world.things["token"] = seeds.token(str(seed))
    world.things["notice"] = Message.objects.filter(user=world.users["firm owner"]).latest("pk")


def _flag(world: World) -> None:
    """Something odd about the listing that waits, and a reason that moderators quote."""
    firm, other = world.organizations["firm"], world.organizations["other"]
    subjects = {"organization": str(firm.pk), "other_organization": str(other.pk)}
    told = {"license": "暗旗 7734", "since": "2025-01-01", "days": 400, "free": True}
    world.things["flag"] = integrity.keep(Found("no_use", "暗旗 7734", 60, subjects, told))
    world.things["reason"] = Reason.objects.earliest("pk")


def _wishes(world: World) -> None:
    """What the firm looks for: a saved search, and a need that universities may read and call about."""
    owner = world.users["firm owner"]
    world.things["saved"] = saved.keep(Query().asking("暗中找的东西"), by=owner)
    told = {
        "problem": "熔炉烟气里的热量白白跑掉", "product": "铅锭", "industry": "nonferrous", "budget": "unsure",
        "division": "410100", "wanted_by": None, "matching": True, "consent": True, "contact_name": "暗需求联系人",
        "contact_phone": "000-5512", "contact_email": "",
    }  # fmt: skip
    need = world.things["need"] = needs_flow.post(told, by=owner, organization=world.organizations["firm"])
    needs_flow.check(need, by=world.users["moderator"])
    contacts.give(needs_flow.whose(need), world.organizations["university"], by=owner)
    world.things["consent"] = ContactConsent.objects.latest("pk")
    world.things["copy"] = PersonalCopy.objects.create(user=owner, asked_at=timezone.now(), ready_at=timezone.now())


def _collect_files(world: World) -> None:
    """Papers of deals and sheets beside the evidence: one file of every kind that the vault holds."""
    for name in ("active", "opened", "trial"):
        for paper in world.deals[name].papers.select_related("sealed_file", "file"):
            world.files.setdefault(paper.kind, paper.file)
            if paper.sealed_file:
                world.files.setdefault(f"{paper.kind}, sealed", paper.sealed_file)
    for kind in ("amendment", "termination"):
        world.files[kind] = store(world, kind, world.users["lister"], world.deals["active"])
    recordal = world.deals["active"].filings.get(kind="recordal")
    world.files["filing"] = store(world, "filing", world.users["lister"], recordal)
    world.files["notice, not sent"] = world.deals["prepared"].papers.earliest("pk").file
    sheet, lister = world.sheets["signed"], world.users["lister"]
    world.files["term_sheet"] = store(world, "term_sheet", lister, sheet)
    TermSheet.objects.filter(pk=sheet.pk).update(paper=world.files["term_sheet"])
    data = "序号,名称\n1,暗表\n".encode()
    world.files["import"] = files.store(data, kind="import", name="暗档-import.csv", by=lister)
