"""Everything that can be posted, as the right person would post it; whoever is not named must change nothing by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from listings import flow as listings_flow
from listings.models import HealthEvent, LegalStatus
from marketplace.accounts.models import Invitation, Organization
from marketplace.demo import codes, evidence
from marketplace.demo.numbers import announcement_number, application_number
from marketplace.lib.terms import today
from marketplace.licensing import flow as licensing_flow
from marketplace.licensing.terms import clauses
from marketplace.payments import attempts, bank_transfer
from tests.access import changes, running, signatures
from tests.access.world import WHO, World, picture

Body = dict[str, Any]
DAY = today().isoformat()
EARLIER = (today() - timedelta(days=40)).isoformat()
LATER = (today() - timedelta(days=20)).isoformat()


@dataclass(frozen=True, slots=True)
class Act:
    """What is posted to an address: by whom it works, from which page's form, with what, after which preparation.

    Without a page the body is all that is sent. `own` marks what people do in whatever organization they act for.
    """

    name: str
    may: tuple[str, ...]
    body: Callable[[World], Body] = lambda world: {}
    page: str = ""
    prepare: Callable[[World], object] = lambda world: None
    own: bool = False


def scan(name: str = "扫描件.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, evidence.page("扫描件（示例）"), "application/pdf")


def _unverified(world: World) -> None:
    Organization.objects.filter(pk=world.organizations["university"].pk).update(state="unverified")


def _invited(world: World) -> None:
    """The invitation was mailed to the firm's owner, so that somebody here may take it."""
    Invitation.objects.update(email=world.users["firm owner"].email)


def _confirmed(world: World) -> None:
    deal, by = world.deals["offered"], world.users["firm owner"]
    for clause in clauses.open_ones(deal):
        licensing_flow.confirm(deal, by=by, clause=clause.key, text_sha256=clause.sha256)


def _code_sent(world: World) -> None:
    _confirmed(world)
    licensing_flow.request_code(world.deals["offered"], by=world.users["firm owner"])


def _signature(world: World) -> Body:
    code = codes.read(world.users["firm owner"], "sign_agreement")
    return {"code": code, "document_sha256": world.deals["offered"].contract_sha256}


def _in_approval(world: World) -> None:
    """The draft waits for its institution."""
    step, row = world.things["approval step"], world.listings["kiln-burner"]
    type(step).objects.filter(pk=step.pk).update(above_minor=0)
    listings_flow.submit(row, by=world.users["lister"])


def _no_checkout(world: World) -> None:
    attempts.abandon(world.things["payment"])


def _reopened(world: World) -> None:
    """The event waits for its outcome."""
    HealthEvent.objects.filter(pk=world.things["event"].pk).update(settled_at=None, settled_how="")


def _first_of_two(world: World) -> None:
    transfer = world.things["transfer"]
    arrival = bank_transfer.Arrival("流水 9", today(), 20_000_000)
    bank_transfer.confirm(transfer, arrival, by=world.users["finance"])


def stories(world: World) -> str:
    """A sheet with a new sentence for the draft."""
    number = world.listings["kiln-burner"].patent.application_number
    return f"Patent number,In one sentence\n{number},从表格里来的一句话\n"


DEAN = {"capacity": "院长", "name": "某人", "email": "y@example.test"}
LISTS = ("lister", "owner")
PAYS = ("firm owner",)
COUNTS = ("finance", "owner")
OWNS = ("owner",)
LOGGED_IN = tuple(who for who in WHO if who != "anonymous")

ACCOUNTS = [
    Act("accounts:organization", OWNS, lambda w: {"address": "新地址 9 号"}, "accounts:organization", own=True),
    Act("accounts:members", OWNS, lambda w: {"email": "x@example.test", "role": "viewer"}, own=True),
    Act("accounts:member_role", OWNS, lambda w: {"user": w.users["viewer"].pk, "role": "finance"}),
    Act("accounts:member_remove", (*OWNS, "viewer")),  # whoever wants may leave
    Act("accounts:membership_end", (*OWNS, "viewer")),
    Act("accounts:invitation_cancel", OWNS),
    Act(
        "accounts:authorities",
        OWNS,
        lambda w: {"user": w.users["owner"].pk, "basis": "legal_representative", "scope_contracts": "on",
                   "valid_from": DAY},
    ),
    Act("accounts:authority_revoke", OWNS),
    Act("accounts:verification", OWNS, lambda w: {"evidence": scan()}, prepare=_unverified),
    Act("accounts:invitation", ("firm owner",), prepare=_invited),
    Act("accounts:contact_decide", ("firm owner",), lambda w: {"decision": "end"}),
    Act("licensing:shown", ("firm owner", "owner"), lambda w: {"decision": "name"}),
    Act("accounts:second_factor", ("owner", "firm owner"), lambda w: {"second_factor": "on"}, own=True),
    Act("accounts:matching", (*LISTS, "firm owner"), lambda w: {"matching": "off"}, own=True),
    Act("notices:read", ("firm owner",)),
    Act("mfa_remove_webauthn", ("firm owner",)),
    Act("mfa_edit_webauthn", ("firm owner",), lambda w: {"name": "新名"}),
]  # fmt: skip

LISTINGS = [
    Act("listings:import", (*LISTS, "moderator"), lambda w: {
        "file": SimpleUploadedFile("清单.csv", "序号,专利名称,申请号\n1,某法,2019218980500\n".encode())}, own=True),
    Act("listings:import_run", LISTS, lambda w: {"act": "store", "leave_out": "1"}),
    Act("listings:status_import", (*LISTS, "moderator"), lambda w: {
        "file": SimpleUploadedFile("状态.csv", "专利号,状态\n2019218980500,有效\n".encode()),
        "source": "登记簿"}, own=True),
    Act("listings:status_run", (*LISTS, "moderator")),
    Act("listings:patent_event", (*LISTS, "moderator"), lambda w: {
        "event-kind": "pledge", "event-happened_on": DAY, "event-source": "登记簿"}),
    Act("listings:patent_event_settle", (*LISTS, "moderator"), lambda w: {
        f"settle{w.things['event'].pk}-how": "请求被驳回"}, prepare=_reopened),
    Act("listings:new", LISTS, lambda w: {"patent": w.things["spare"].code, "track": "preset"}),
    Act("listings:edit", LISTS, lambda w: {"headline": "改过的一句话"}, "listings:edit"),
    Act("listings:terms", LISTS, page="listings:terms"),
    Act("listings:variant_new", LISTS, lambda w: {"label": "又一种", "months": "24"}, "listings:variant_new"),
    Act("listings:variant_edit", LISTS, lambda w: {"label": "改名的一种"}, "listings:variant_edit"),
    Act("listings:variant_drop", LISTS),
    Act("listings:picture_add", LISTS, lambda w: {
        "pic-picture": SimpleUploadedFile("塔.png", picture()), "pic-alt": "吸收塔"}),
    Act("listings:picture_remove", LISTS),
    Act("listings:together", LISTS, lambda w: {
        "sheet": w.sheets["signed"].code, "patent": [str(w.things["spare"].code)]}),
    Act("listings:drafts", LISTS, lambda w: {
        "undertaking": "on", "listing": [str(w.listings["kiln-burner"].code)]}),
    Act("listings:stories_read", LISTS, lambda w: {"file": SimpleUploadedFile("stories.csv", stories(w).encode())}),
    Act("listings:publicity", LISTS, lambda w: {
        "related_party_mark": "on", "related_parties": "示范新材料厂：股东相同"}, "listings:publicity"),
    Act("listings:publicity_elsewhere", LISTS, lambda w: {
        "pub-held_at": "校园公示栏", "pub-starts_on": EARLIER, "pub-ends_on": LATER, "pub-proof": scan()}),
    Act("listings:declaration", LISTS, lambda w: {
        "decl-number": "示例-77", "decl-announced_on": LATER, "decl-evidence": scan()}),
    Act("listings:copy", LISTS, lambda w: {"patent": w.things["spare"].code}),
    Act("listings:consents", LISTS, lambda w: {"owner": "暗第二合作所", "name": "某人", "email": "x@example.test"}),
    Act("listings:asking_again", LISTS),
    Act("listings:call_back", LISTS, prepare=_in_approval),
    Act("listings:approvals", OWNS, lambda w: DEAN, own=True),
    Act("listings:approval_step", OWNS, lambda w: DEAN),
    Act("listings:approval_step_remove", OWNS),
    Act("listings:submit", LISTS, lambda w: {"undertaking": "on"}),
    Act("listings:withdraw", LISTS),
    Act("listings:request_withdrawal", LISTS, lambda w: {"reason-reason": "拟转让", "reason-unconditional": "on"}),
    Act("listings:confirm", LISTS),
    Act("listings:patent_new", LISTS, lambda w: {
        "application_number": application_number("invention", 2021, 777), "title": "新专利",
        "patentee": "北原理工大学", "filed_on": "2021-03-01", "granted_on": "2022-03-01",
        "publication_number": announcement_number("invention", 777), "ipc_main": "F27D 17/00"}, own=True),
    Act("listings:patent_edit", LISTS, lambda w: {"abstract": "改过的摘要"}, "listings:patent_edit"),
    Act("listings:patent_status", LISTS, lambda w: {
        "status-status": LegalStatus.IN_FORCE, "status-source": "登记簿", "status-checked_on": DAY,
        "status-fees_paid_through": "9", "status-evidence": scan()}),
    Act("listings:patent_owner", LISTS, lambda w: {
        "owner-name": "某公司", "owner-consent": scan(), "owner-consented_on": DAY}),
    Act("listings:patent_owner_remove", LISTS),
    Act("listings:patent_encumber", LISTS, lambda w: {
        "enc-kind": "ordinary", "enc-holder": "某厂", "enc-starts_on": DAY, "enc-evidence": scan()}),
    Act("listings:patent_encumbrance_end", LISTS, lambda w: {"end-ended_on": DAY}),
    Act("listings:patent_pledge", LISTS, lambda w: {"pledge-pledged": "on", "pledge-pledgee_consent": scan()}),
    Act("listings:patent_evaluation", LISTS, lambda w: {
        "eval-evaluation_conclusion": "positive", "eval-evaluation_on": DAY, "eval-evaluation_report": scan()}),
    Act("listings:term_sheet_new", LISTS, lambda w: {
        "name": "又一份条件", "fee_mode": "free", "months": "24", "acts": ["make"], "guidance_none": "on"},
        "listings:term_sheet_new", own=True),
    Act("listings:term_sheet_edit", LISTS, lambda w: {"name": "改名的条件"}, "listings:term_sheet_edit"),
    Act("listings:term_sheet_sign", OWNS, lambda w: {"send": "1"}),
    Act("listings:term_sheet_revoke", OWNS),
    Act("listings:term_sheet_version", LISTS),
]  # fmt: skip

DEALS = [
    Act("licensing:request", ("firm owner", "stranger", "rival"), lambda w: {
        "intended_use": "试用", "related": "no", "territory_ok": "on", "field_ok": "on"}, "licensing:request"),
    Act("licensing:confirm", PAYS, page="licensing:confirm"),
    Act("licensing:confirm_paper", PAYS, changes.confirmation),
    Act("licensing:sign", PAYS, _signature, prepare=_code_sent),
    Act("licensing:code", PAYS, prepare=_confirmed),
    Act("licensing:cancel", PAYS),
    Act("licensing:decline", (*LISTS, "moderator"), lambda w: {"reason": "不符合"}),
    Act("licensing:leave", PAYS),
    Act("licensing:offer", ("moderator",)),
    Act("licensing:again", PAYS),
    Act("licensing:filing", LISTS, lambda w: {"act": "hand_in", "on": today().isoformat()}),
    Act("licensing:other_terms", ("firm owner", "stranger", "rival"), lambda w: {
        "reason": "便宜些", "intended_use": "试用", "related": "no", "fee": "123"}, "licensing:other_terms"),
    Act("licensing:counter", (*PAYS, *LISTS), lambda w: {"reason": "折中", "months": "30"}, "licensing:counter"),
    Act("licensing:negotiation_accept", LISTS, changes.standing),
    Act("licensing:negotiation_take", ("moderator",)),
    Act("licensing:negotiation_break_off", (*PAYS, *LISTS, "moderator"), lambda w: {"reason": "算了"}),
    Act("licensing:negotiation_note", (*PAYS, *LISTS, "moderator"), lambda w: {"text": "一句话"}),
    Act("licensing:publicity_of_terms", (*LISTS, "moderator"), lambda w: {
        "held_at": "校网", "starts_on": EARLIER, "ends_on": LATER, "proof": scan()}),
    Act("licensing:amend", (*PAYS, *LISTS), lambda w: {"reason": "改期限", "months": "30"}, "licensing:amend"),
    Act("licensing:renew", PAYS),
    Act("licensing:propose_end", (*PAYS, *LISTS), lambda w: {"last_day": DAY}),
    Act("licensing:drop_end", (*PAYS, *LISTS)),
    Act("licensing:demand_performance", (*PAYS, *LISTS), lambda w: {"text": "资料未交"}),
    Act("licensing:mended", PAYS),
    Act("licensing:trigger", (*PAYS, *LISTS), running.trigger, prepare=running.unsaid),
    Act("licensing:claim", PAYS, lambda w: {"answer": "agree"}),
    Act("licensing:use_report", PAYS, lambda w: {"nothing": "on"}),
    Act("licensing:correct_report", PAYS, lambda w: {"base": "7", "reason": "暗中漏报"}),
    Act("licensing:demand", ("lister", "finance", "owner"), running.demanded, prepare=running.late),
    Act("licensing:security", (*PAYS, "lister", "finance", "owner"), running.security),
    Act("licensing:bank_file", PAYS, lambda w: {"do": "consent", "recipient": "暗行"}),
    Act("licensing:notice_to_end", PAYS),
    Act("licensing:sign_paper", OWNS, signatures.signature, prepare=signatures.asked),
    Act("licensing:paper_code", (*PAYS, *OWNS)),
    Act("licensing:hand_in_copy", OWNS, signatures.scanned),
    Act("licensing:stamped_copy", LISTS, lambda w: {"confirm": "1"}),
    Act("licensing:stamped_copy_back", PAYS),
    Act("licensing:certificate_begin", (*PAYS, *OWNS)),
    Act("licensing:certificate", PAYS, signatures.pin),
    Act("licensing:phone", (*PAYS, *OWNS)),
    Act("licensing:hold_release", ("moderator",), lambda w: {"reason": "无妨"}),
    Act("licensing:hold_waive", OWNS),
    Act("licensing:approval_again", LISTS, prepare=changes.asked_inside),
    Act("payments:repay", COUNTS, lambda w: {"paid_on": DAY, "bank_reference": "暗退 1"}),
    Act("payments:online", PAYS, lambda w: {"way": "practice"}, prepare=_no_checkout),
    Act("payments:declare", PAYS, lambda w: {"paid_on": DAY}, "payments:declare", prepare=_no_checkout),
    Act("payments:withdraw", PAYS),
    Act("payments:practice", PAYS, lambda w: {"button": "approve"}),
    Act("payments:confirm", COUNTS, lambda w: {
        "bank_reference": "流水 8", "received_on": DAY, "amount": "6000.00"}),
    Act("payments:approve", OWNS, prepare=_first_of_two),  # finance was the first of the two
    Act("payments:not_found", COUNTS, lambda w: {"reason": "对账单上没有"}),
    Act("payments:record", COUNTS, lambda w: {
        "bank_reference": "流水 7", "received_on": DAY, "amount": "88.00", "reference": "无", "payer": "某人"},
        own=True),
]  # fmt: skip

DESKS = [
    Act("desks:inventors", COUNTS, lambda w: {"from_day": DAY, "share_bp": "70", "basis": "校规"}, own=True),
    Act("desks:patent_shares", COUNTS, lambda w: {
        "act": "shares", "name0": "某人", "department0": "某系", "share0": "100"}, own=True),
]  # fmt: skip

MODERATION = [
    Act("listings:search_save", LOGGED_IN, lambda w: {"query": "?q=余热"}),
    Act("listings:saved_change", ("firm owner",), lambda w: {"pace": "never"}),
    Act("needs:post", ("firm owner", "stranger", "rival", "lister", "finance", "owner", "former", "moderator"),
        lambda w: {"problem": "水管里结垢太厚，每月停机", "budget": "unsure"}),
    Act("needs:edit", ("firm owner",), lambda w: {"problem": "烟气里的热量跑掉，改过的说法"}, "needs:edit"),
    Act("needs:close", ("firm owner",), lambda w: {"ending": "elsewhere"}),
    Act("needs:pass_on", ("firm owner",), lambda w: {"listing": w.listings["zinc-leach"].code, "reason": "too_dear"}),
    Act("needs:contact", ("lister", "owner", "rival")),  # a rival university asks, and reads nothing
    Act("needs_moderation:decide", ("moderator",), lambda w: {"reason": "看不出是什么需求"}),
    Act("accounts_moderation:decide", ("moderator",), lambda w: {
        "decision": "verified", "verification": w.things["verification"].pk}),
    Act("accounts_moderation:authority", ("moderator",), lambda w: {"decision": "confirm"}),
    Act("cms_moderation:message", ("moderator",), lambda w: {"text": "答复"}),
    Act("listings_moderation:decide", ("moderator",), lambda w: {
        "decision": "return", "revision": w.listings["peel-waste"].revision, "reason": "补充材料"}),
    Act("listings_moderation:declare", ("moderator",), lambda w: {"number": "示例-78", "announced_on": LATER}),
    Act("listings_moderation:objection", ("moderator",), lambda w: {"decision": "dismissed", "reason": "不成立"}),
    Act("listings_moderation:assign", ("moderator",), lambda w: {"act": "take"}),
    Act("listings_moderation:bulk", ("moderator",), lambda w: {
        "confirm": "1", "listing": f"{w.listings['peel-waste'].code}:{w.listings['peel-waste'].revision}"}),
    Act("listings_moderation:flag", ("moderator",), lambda w: {"decision": "dismissed", "reason": "同名而已"}),
    Act("listings_moderation:reason", ("moderator",), lambda w: {"act": "archive"}),
    Act("listings_moderation:reason_new", ("moderator",), lambda w: {
        "use": "return", "text_zh": "又一条理由。", "text_en": "One more reason.", "position": "7"}),
    Act("payments_moderation:suspense", ("moderator",), lambda w: {"how": "outside", "reason": "已退"}),
]  # fmt: skip

ACTS = [*ACCOUNTS, *LISTINGS, *DEALS, *DESKS, *MODERATION]

# What anybody may post: about himself or herself, to everybody's desk, or to a door that checks by other means.
ANYBODYS = {
    "account_change_password", "account_confirm_login_code", "account_email", "account_email_verification_sent",
    "account_login", "account_logout", "account_reauthenticate", "account_request_login_code",
    "account_reset_password", "account_reset_password_from_key", "account_set_password", "account_signup",
    "accounts:close", "accounts:copy_ask", "accounts:copy_fetch", "accounts:mailbox", "notices:calendar_renew",
    "notices:off", "notices:settings",
    "accounts:organization_new", "accounts:profile", "accounts:switch", "accounts:texts",
    "kept", "licensing:verify", "listings:consent_answer", "listings:consent_code", "listings:consent_open",
    "listings:letter_answer", "listings:letter_code", "listings:letter_open",
    "listings:objection", "listings:objection_guest", "listings:saved_off", "mfa_activate_totp", "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp", "mfa_download_recovery_codes", "mfa_generate_recovery_codes", "mfa_login_webauthn",
    "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "notices:read_all", "payments:webhook", "set_language",
    "usersessions_list", "wagtail_serve",
}  # fmt: skip
# Wagtail's, with nothing behind them that is kept.
NOTHING_KEPT = {
    "listings:compare_aside", "wagtailembeds:chooser", "wagtailembeds:chooser_upload", "wagtaildocs_serve",
    "wagtaildocs_authenticate_with_password", "wagtailcore_authenticate_with_password", "wagtailcore_login",
}  # fmt: skip
