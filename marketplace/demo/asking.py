"""Approval steps of a university, and a co-owner who was asked by link and has not answered yet; all invented."""

from __future__ import annotations

from listings import flow
from listings.flow import approvals
from listings.models import Listing
from marketplace.accounts import people as accounts_people
from marketplace.accounts.models import Role
from marketplace.demo.people import DOMAIN

CO_OWNER = "洛河冶金设计院（示例）"
STEPS = (  # office, person, address, above and up to so many yuan
    ("技术转移办公室（示例）", "钱主任", "office", 0, 100_000),
    ("分管院长（示例）", "李院长", "dean", 100_000, None),
    ("分管副校长（示例）", "周副校长", "vice-president", 500_000, None),
)


def build(draft: Listing) -> None:
    """Set the steps of the draft's university and ask the co-owner of its patent."""
    organization = draft.organization
    owner = accounts_people.members(organization, Role.OWNER)[0]
    for capacity, name, address, above, up_to in STEPS:
        columns = {
            "capacity": capacity,
            "name": name,
            "email": f"{address}@{DOMAIN}",
            "above_minor": above * 100,
            "up_to_minor": up_to * 100 if up_to else None,
        }
        approvals.put_step(organization, by=owner, columns=columns)
    lister = accounts_people.members(organization, Role.LISTER)[0]
    patentee = f"{draft.patent.patentee};{CO_OWNER}"
    flow.change_patent(draft.patent, by=lister, facts={"patentee": patentee})
    draft.refresh_from_db()
    flow.ask_consent(draft, owner=CO_OWNER, name="赵工（示例）", email=f"co-owner@{DOMAIN}", by=lister)
