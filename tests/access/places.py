"""Every address of the site with the things of the world that it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from listings import saved
from listings.publicity import guests
from marketplace.notices import calendar, paces
from tests.access import changes, running, signatures
from tests.access.world import World

NOWHERE = UUID("01987654-3210-7abc-8def-0123456789ab")  # belongs to nobody and nothing


@dataclass(frozen=True, slots=True)
class Address:
    """A pattern of the resolver: its full name (or, where it has none, its route) and its route."""

    name: str
    route: str


def addresses() -> list[Address]:
    """All of them, in the resolver's order."""
    return list(_walk(get_resolver(), "", ()))


def _walk(resolver: URLResolver, route: str, spaces: tuple[str, ...]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, here, (*spaces, str(pattern.namespace)) if pattern.namespace else spaces)
        elif isinstance(pattern, URLPattern):
            yield Address(":".join((*spaces, pattern.name)) if pattern.name else f"/{here}", here)


Args = Callable[[World], tuple[Any, ...]]


def _listing(key: str) -> Args:
    return lambda world: (world.listings[key].code,)


def _draft(world: World) -> tuple[Any, ...]:
    return (world.listings["kiln-burner"].code,)


def _patent(world: World) -> tuple[Any, ...]:
    return (world.listings["kiln-burner"].patent.code,)


def _sheet(key: str) -> Args:
    return lambda world: (world.sheets[key].code,)


def _deal(key: str) -> Args:
    return lambda world: (world.deals[key].code,)


def _debt(key: str) -> Args:
    return lambda world: (world.debt(key).code,)


def _thing(key: str, attribute: str = "pk") -> Args:
    return lambda world: (getattr(world.things[key], attribute),)


DOOR = ("consent", "consent_code", "consent_open", "consent_answer", "consent_question", "consent_record")
LETTER, BEHIND = ("letter", "letter_code", "letter_open", "letter_answer"), ("letter_question", "letter_record")
# What each address with arguments names, where the world has it: chosen so that the act is open to the right person.
PLACES: dict[str, Args] = {
    "accounts:text": lambda world: ("privacy_notice",),
    "accounts:text_version": lambda world: ("privacy_notice", 1),
    "accounts:member_remove": lambda world: (world.users["viewer"].pk,),
    "accounts:membership_end": lambda world: (world.users["viewer"].memberships.get().pk,),
    "accounts:invitation_cancel": _thing("invitation"),
    "accounts:contact_decide": _thing("consent", "code"),
    "licensing:licenses_sheet": lambda world: ("csv",),
    "licensing:shown": _deal("active"),
    "accounts:copy_fetch": _thing("copy", "code"),
    "accounts:authority_revoke": _thing("authority"),
    "accounts:invitation": lambda world: (world.things["token"],),
    "vault:file": lambda world: (world.files["contract"].code,),
    "notices:calendar": lambda world: (calendar.token(world.users["firm owner"]),),
    "notices:off": lambda world: (paces.off_token(world.users["firm owner"], "deals"),),
    "notices:follow": _thing("notice"),
    "notices:read": _thing("notice"),
    "listings:listing": _listing("zinc-leach"),
    "listings:saved_change": _thing("saved", "code"),
    "listings:saved_off": lambda world: (saved.off_token(world.things["saved"]),),
    "needs:need": _thing("need", "code"),
    "needs:edit": _thing("need", "code"),
    "needs:close": _thing("need", "code"),
    "needs:pass_on": _thing("need", "code"),
    "needs:contact": _thing("need", "code"),
    "needs_moderation:decide": _thing("need", "code"),
    "listings:import_run": _thing("run", "code"),
    "listings:import_corrected": _thing("run", "code"),
    "listings:objection": _listing("arsenic"),
    "listings:objection_guest": lambda world: (
        world.listings["arsenic"].code,
        guests.token_for(world.listings["arsenic"], "objector@elsewhere.test"),
    ),
    "listings:status_run": _thing("status run", "code"),
    "listings:patent_event": _patent,
    "listings:patent_event_settle": lambda world: (*_patent(world), world.things["event"].pk),
    "listings:declaration_pdf": _listing("al-foam"),
    "listings:declaration_xlsx": _listing("al-foam"),
    "listings:withdrawal_pdf": _listing("waste-heat"),
    "desks:patent_shares": _patent,
    "listings:cost": _listing("zinc-leach"),
    "listings:fees": _listing("kiln-burner"),
    "listings:variant_new": _listing("kiln-burner"),
    "listings:variant_edit": lambda world: (*_draft(world), world.things["variant"].code),
    "listings:variant_drop": lambda world: (*_draft(world), world.things["variant"].code),
    "listings:picture_add": _listing("kiln-burner"),
    "listings:picture_remove": lambda world: (*_draft(world), world.things["picture"].code),
    "listings:mine_one": _listing("kiln-burner"),
    "listings:edit": _listing("kiln-burner"),
    "listings:terms": _listing("kiln-burner"),
    "listings:publicity": _listing("kiln-burner"),
    "listings:consents": _listing("kiln-burner"),
    "listings:call_back": _listing("kiln-burner"),
    "listings:asking_again": _thing("asking", "code"),
    "listings:approval_step": _thing("approval step"),
    "listings:approval_step_remove": _thing("approval step"),
    **{f"listings:{name}": lambda world: (world.things["question"],) for name in DOOR},
    **{f"listings:{name}": lambda world: (world.things["letter"],) for name in LETTER},
    **{f"listings:{name}": lambda world: (world.things["letter"], world.things["asking"].code) for name in BEHIND},
    "listings:publicity_elsewhere": _listing("kiln-burner"),
    "listings:declaration": _listing("al-foam"),
    "listings:copy": _listing("kiln-burner"),
    "listings:submit": _listing("kiln-burner"),
    "listings:withdraw": _listing("peel-waste"),
    "listings:request_withdrawal": _listing("waste-heat"),
    "listings:confirm": _listing("zinc-leach"),
    "listings:patent": _patent,
    "listings:patent_edit": _patent,
    "listings:patent_status": _patent,
    "listings:patent_owner": _patent,
    "listings:patent_owner_remove": lambda world: (*_patent(world), world.things["co_owner"].pk),
    "listings:patent_encumber": _patent,
    "listings:patent_encumbrance_end": lambda world: (*_patent(world), world.things["encumbrance"].pk),
    "listings:patent_pledge": _patent,
    "listings:patent_evaluation": _patent,
    "listings:term_sheet": _sheet("signed"),
    "listings:term_sheet_edit": _sheet("draft"),
    "listings:term_sheet_print": _sheet("signed"),
    "listings:term_sheet_sign": _sheet("draft"),
    "listings:term_sheet_revoke": _sheet("signed"),
    "listings:term_sheet_version": _sheet("signed"),
    **changes.PLACES,
    **running.PLACES,
    **signatures.PLACES,
    "licensing:preview": _listing("zinc-leach"),
    "licensing:summary": _listing("zinc-leach"),
    "licensing:withdrawal_notice": _listing("waste-heat"),
    "licensing:filing": lambda world: (world.deals["active"].code, "recordal"),
    "licensing:filing_files": lambda world: (world.deals["active"].code, "recordal"),
    "licensing:made": lambda world: (world.deals["active"].code, "summary"),
    "licensing:request": _listing("aerogel-board"),
    "licensing:agreement": _deal("active"),
    "licensing:confirm": _deal("offered"),
    "licensing:sign": _deal("offered"),
    "licensing:code": _deal("offered"),
    "licensing:after": _deal("active"),
    "licensing:evidence": _deal("active"),
    "licensing:cancel": _deal("offered"),
    "licensing:decline": _deal("requested"),
    "licensing:leave": _deal("trial"),
    "licensing:offer": _deal("requested"),
    "licensing:again": _deal("offered"),
    "licensing:verify_code": lambda world: (world.deals["active"].verify_code,),
    "payments:pay": _debt("owing"),
    "payments:slip": _debt("owing"),
    "payments:online": _debt("owing"),
    "payments:declare": _debt("owing"),
    "payments:withdraw": _debt("declared"),
    "payments:receipt": _debt("settled"),
    "payments:returned": _thing("payment", "code"),
    "payments:confirm": _thing("transfer", "code"),
    "payments:repay": _thing("repayment", "code"),
    "payments:approve": _thing("transfer", "code"),
    "payments:not_found": _thing("transfer", "code"),
    "payments:practice": _thing("checkout", "code"),
    "payments:webhook": lambda world: ("practice",),
    "accounts_moderation:organization": lambda world: (world.organizations["newcomer"].pk,),
    "accounts_moderation:decide": lambda world: (world.organizations["newcomer"].pk,),
    "accounts_moderation:authority": _thing("authority"),
    "cms_moderation:message": _thing("message"),
    "listings_moderation:listing": _listing("peel-waste"),
    "listings_moderation:decide": _listing("peel-waste"),
    "listings_moderation:declare": _listing("al-foam"),
    "listings_moderation:objection": _thing("objection", "code"),
    "listings_moderation:assign": _listing("peel-waste"),
    "listings_moderation:flag": _thing("flag"),
    "listings_moderation:reason": _thing("reason"),
    "payments_moderation:suspense": _thing("suspense"),
    "account_reset_password_from_key": lambda world: ("1", "set-password"),
    "mfa_remove_webauthn": _thing("passkey"),
    "mfa_edit_webauthn": _thing("passkey"),
    "wagtaildocs_serve": lambda world: (1, "x.pdf"),
    "wagtaildocs_authenticate_with_password": lambda world: (1,),
    "wagtailcore_authenticate_with_password": lambda world: (1, 1),
    "wagtail_serve": lambda world: ("",),
}


UNNAMED = {"/admin/password_reset/<path:rest>": "/admin/password_reset/confirm/x/y/", "/admin/^.*/$": "/admin/nowhere/"}


def path_of(name: str, world: World) -> str:
    """The address as a browser would ask for it."""
    if name.startswith("/"):
        return UNNAMED.get(name, name)
    return reverse(name, args=PLACES[name](world) if name in PLACES else ())


def elsewhere(name: str, world: World) -> str:
    """The same page of something that does not exist."""
    args = PLACES[name](world)
    return reverse(name, args=[NOWHERE if isinstance(each, UUID) else 2_000_000_000 for each in args])


def vendor_path(address: Address) -> str:
    """An address of Wagtail's with arguments that fit its route and name nothing."""
    path = re.sub(r"<(\w+:)?\w+>", lambda told: "1" if told[1] == "int:" else "x", address.route)
    path = path.replace(r"(\d+)", "1").replace(r"(live|earliest|\d+)\.\.\.(live|latest|\d+)", "live...latest")
    return "/" + path.replace("^", "").replace("$", "")
