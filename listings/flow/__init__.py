"""The only writers of patents, listings and what binds them."""

from __future__ import annotations

from listings.flow.ending import expire_due, request_withdrawal, withdraw
from listings.flow.moving import require_lister
from listings.flow.objections import decide_objection, object_to
from listings.flow.opening import (
    advance,
    publish_due,
    record_declaration,
    record_publicity,
    start_publicity,
    where_it_belongs,
)
from listings.flow.patents import (
    add_patent,
    change_patent,
    encumber,
    end_encumbrance,
    record_status,
    set_co_owners,
)
from listings.flow.review import approve, override, send_back, submit
from listings.flow.staleness import confirm_alive, remind_due, tidy_due
from listings.flow.suspending import resume, suspend, suspend_for_health
from listings.flow.vetoes import hold_vetoed, on_lifted, on_vetoed
from listings.flow.writing import Draft, copy, create, edit
from listings.states import NotNow

__all__ = [
    "Draft",
    "NotNow",
    "add_patent",
    "advance",
    "approve",
    "change_patent",
    "confirm_alive",
    "copy",
    "create",
    "decide_objection",
    "edit",
    "encumber",
    "end_encumbrance",
    "expire_due",
    "hold_vetoed",
    "object_to",
    "on_lifted",
    "on_vetoed",
    "override",
    "publish_due",
    "record_declaration",
    "record_publicity",
    "record_status",
    "remind_due",
    "request_withdrawal",
    "require_lister",
    "resume",
    "send_back",
    "set_co_owners",
    "start_publicity",
    "submit",
    "suspend",
    "suspend_for_health",
    "tidy_due",
    "where_it_belongs",
    "withdraw",
]
