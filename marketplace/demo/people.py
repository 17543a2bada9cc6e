"""The people and organizations of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zlib import crc32

from allauth.account.models import EmailAddress

from marketplace.accounts import flow, legal, people
from marketplace.accounts.models import AuthorityState, Membership, Organization, OrganizationKind, Role, User
from marketplace.demo import evidence
from marketplace.demo.numbers import credit_code
from marketplace.lib.sizes import size_of
from marketplace.vault import files

PASSWORD = "kaixu-demo-2026"  # noqa: S105 - printed on the terminal, for invented people only
DOMAIN = "demo.example"


@dataclass(frozen=True, slots=True)
class Firm:
    """An invented firm: key of its log-in, name, kind, place, and the figures its size follows from."""

    key: str
    name: str
    person: str
    kind: OrganizationKind = OrganizationKind.FIRM
    division: str = "419001"
    industry: str = "industry"
    staff: int = 18
    revenue_wan: int = 260
    assets_wan: int = 300
    verified: bool = True
    shareholders: str = ""


FIRMS = (
    Firm("firm", "示例铅业有限公司", "李示例"),
    Firm(
        "machinery",
        "示例机械制造有限公司",
        "王示例",
        division="410300",
        staff=210,
        revenue_wan=1_900,
        shareholders="王示例 70%；刘示范 30%",
    ),
    Firm("battery", "示例电池材料有限公司", "赵示例", staff=420, revenue_wan=9_800),
    Firm("noodles", "示例面食店（个体工商户）", "孙示例", OrganizationKind.SOLE_TRADER, staff=4, revenue_wan=60),
    Firm("greens", "示例蔬菜专业合作社", "周示例", industry="farming", division="410800", staff=26, revenue_wan=120),
    Firm("new", "示例新材料科技有限公司", "吴示例", division="410100", staff=9, revenue_wan=35, verified=False),
)
UNIVERSITIES = (
    ("north", "示范理工大学", "Demo University of Technology (invented)", "张示范", "410100"),
    ("heluo", "河洛大学（示范）", "Heluo University (invented)", "刘示范", "410300"),
)


def _serial(key: str) -> int:
    """A number of one's own, the same at every build: addresses and telephones that nobody shares by chance."""
    return crc32(key.encode()) % 9_999


def person(key: str, name: str, **fields: Any) -> User:
    """A person with a confirmed address who has accepted the site's rules."""
    email = f"{key}@{DOMAIN}"
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    flow.accept_texts(user, legal.current())
    return user


def moderator() -> User:
    """The one who checks; a superuser, so that the whole Wagtail admin can be seen."""
    user = person("moderator", "示例审核员", is_staff=True, is_superuser=True)
    people.make_moderator(user)
    return user


def university(key: str, name: str, name_en: str, owner: str, division: str, by: User) -> Organization:
    """A verified state-established university with owner and signatory, a lister and a finance officer."""
    head = person(key, owner)
    organization = flow.register_organization(
        by=head,
        kind=OrganizationKind.UNIVERSITY,
        is_legal_representative=True,
        name=name,
        name_en=name_en,
        credit_code=credit_code("12", _serial(key)),
        division=division,
        address=f"示例路 {_serial(key)} 号（虚构）",
        legal_representative=owner,
        contact_name="示例技术转移办公室",
        contact_phone=f"000-{_serial(key):07d}",
        contact_email=f"{key}@{DOMAIN}",
        bank_name="示例银行（虚构）",
        bank_account_name=name,
        bank_account=f"0000 0000 0000 {_serial(key):04d}",
        state_established=True,
    )
    for suffix, title, role in (("lister", "示例专员", Role.LISTER), ("finance", "示例财务", Role.FINANCE)):
        member = person(f"{key}-{suffix}", title)
        flow.add_role(organization, user=_join(organization, member), role=role, by=head)
    return _verified(organization, head, by)


def _join(organization: Organization, user: User) -> User:
    """Invited people get their first role by invitation; here it is given directly, without the mail."""
    Membership.objects.create(user=user, organization=organization, role=Role.VIEWER)
    return user


def firm(told: Firm, by: User) -> Organization:
    """A firm whose owner is its legal representative and signs for it."""
    owner = person(told.key, told.person)
    prefix = "92" if told.kind == OrganizationKind.SOLE_TRADER else "91"
    organization = flow.register_organization(
        by=owner,
        kind=told.kind,
        is_legal_representative=True,
        name=told.name,
        credit_code=credit_code(prefix, _serial(told.key)),
        division=told.division,
        address=f"示例工业园 {_serial(told.key)} 号（虚构）",
        legal_representative=told.person,
        contact_name=told.person,
        shareholders=told.shareholders,
        contact_phone=f"000-{_serial(told.key):07d}",
        contact_email=f"{told.key}@{DOMAIN}",
        industry=told.industry,
        people=told.staff,
        revenue_wan=told.revenue_wan,
        assets_wan=told.assets_wan,
        size=str(size_of(told.industry, told.staff, told.revenue_wan, told.assets_wan)),
        size_year=2025,
    )
    return _verified(organization, owner, by) if told.verified else organization


def _verified(organization: Organization, owner: User, by: User) -> Organization:
    proof = files.store(
        evidence.page(f"{organization.name} 登记证明"),
        kind="organization_evidence",
        name="登记证明（示例）.pdf",
        by=owner,
        subject=organization,
    )
    verification = flow.submit_verification(organization, by=owner, evidence=[proof], note="示例")
    flow.decide_verification(verification, by=by, decision="verified")
    for authority in organization.signing_authorities.filter(state=AuthorityState.PENDING):
        flow.confirm_authority(authority, by=by)
    Organization.objects.filter(pk=organization.pk).update(is_demo=True)
    organization.refresh_from_db()
    return organization
