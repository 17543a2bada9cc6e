"""What a request tells of who asks: the person, the organization he or she acts for, the network address."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

if TYPE_CHECKING:
    from marketplace.accounts.models import Organization, User


class PersonRequest(HttpRequest):
    """The request that a view gets behind `login_required`: a known person."""

    user: User


class MemberRequest(PersonRequest):
    """The request that a view gets behind `organization_required`: a known person, acting for an organization."""

    organization: Organization


def address_of(request: HttpRequest) -> str:
    """The network address that asks, as the proxies in front of us vouch for it; '' when nobody does.

    `REMOTE_ADDR` is the last proxy's: a limit counted by it would lock everybody out together (IDN-9), and a signature
    would be kept with an address that tells nothing (SIG-4).
    """
    return str(get_adapter().get_client_ip(request) or "")


def asker_of(request: HttpRequest) -> str:
    """Whom a limit of reading counts: the account, else the network around the address, /24 or /48 (WEB-7).

    Whoever collects a catalog changes addresses within one network more easily than networks.
    """
    if request.user.is_authenticated:
        return f"account:{request.user.pk}"
    address = address_of(request)
    try:
        bits = 24 if ip_address(address).version == 4 else 48
    except ValueError:
        return address
    return str(ip_network(f"{address}/{bits}", strict=False))
