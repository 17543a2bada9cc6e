"""The only writers of organizations, memberships, authorities and acceptances."""

from __future__ import annotations

from marketplace.accounts.flow.authorities import confirm_authority, grant_authority, revoke_authority
from marketplace.accounts.flow.members import (
    accept_invitation,
    add_role,
    cancel_invitation,
    end_membership,
    find_invitation,
    invite,
    remove_member,
)
from marketplace.accounts.flow.organizations import (
    change_organization,
    code_taken,
    decide_verification,
    register_organization,
    reinstate_organization,
    submit_verification,
    suspend_organization,
)
from marketplace.accounts.flow.policies import set_matching, set_second_factor
from marketplace.accounts.flow.texts import accept_texts
from marketplace.accounts.flow.vetoes import lift_veto, veto

__all__ = [
    "accept_invitation",
    "accept_texts",
    "add_role",
    "cancel_invitation",
    "change_organization",
    "code_taken",
    "confirm_authority",
    "decide_verification",
    "end_membership",
    "find_invitation",
    "grant_authority",
    "invite",
    "lift_veto",
    "register_organization",
    "reinstate_organization",
    "remove_member",
    "revoke_authority",
    "set_matching",
    "set_second_factor",
    "submit_verification",
    "suspend_organization",
    "veto",
]
