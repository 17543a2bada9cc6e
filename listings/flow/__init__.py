"""The only writers of patents, listings and what binds them."""

from __future__ import annotations

from listings.flow.answering import Answer, answer
from listings.flow.asking import ask_about, ask_again, ask_consent, ask_pledgee, call_back
from listings.flow.asking import void as void_askings
from listings.flow.asking_clock import expire_askings, remind_askings
from listings.flow.belonging import where_it_belongs
from listings.flow.cases import give, release, take
from listings.flow.encumbering import encumber, end_encumbrance, move_end
from listings.flow.ending import expire_due, request_withdrawal, withdraw
from listings.flow.moving import require_lister
from listings.flow.objections import decide_objection, object_to
from listings.flow.opening import (
    advance,
    publish_due,
    record_declaration,
    record_publicity,
    record_publicity_of_terms,
    start_publicity,
)
from listings.flow.patents import (
    add_patent,
    change_patent,
    record_status,
    set_co_owners,
)
from listings.flow.pictures import add_picture, remove_picture
from listings.flow.posting import Post
from listings.flow.review import approve, override, refuse_listing, send_back, submit
from listings.flow.staleness import confirm_alive, remind_due, tidy_due
from listings.flow.suspending import resume, suspend, suspend_for_health
from listings.flow.variants import drop_variant, put_variant
from listings.flow.vetoes import hold_vetoed, on_lifted, on_vetoed
from listings.flow.writing import Draft, copy, create, edit
from listings.states import NotNow

__all__ = [
    "Answer",
    "Draft",
    "NotNow",
    "Post",
    "add_patent",
    "add_picture",
    "advance",
    "answer",
    "approve",
    "ask_about",
    "ask_again",
    "ask_consent",
    "ask_pledgee",
    "call_back",
    "change_patent",
    "confirm_alive",
    "copy",
    "create",
    "decide_objection",
    "drop_variant",
    "edit",
    "encumber",
    "end_encumbrance",
    "expire_askings",
    "expire_due",
    "give",
    "hold_vetoed",
    "move_end",
    "object_to",
    "on_lifted",
    "on_vetoed",
    "override",
    "publish_due",
    "put_variant",
    "record_declaration",
    "record_publicity",
    "record_publicity_of_terms",
    "record_status",
    "refuse_listing",
    "release",
    "remind_askings",
    "remind_due",
    "remove_picture",
    "request_withdrawal",
    "require_lister",
    "resume",
    "send_back",
    "set_co_owners",
    "start_publicity",
    "submit",
    "suspend",
    "suspend_for_health",
    "take",
    "tidy_due",
    "void_askings",
    "where_it_belongs",
    "withdraw",
]
