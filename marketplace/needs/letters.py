"""The words of this room's messages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.notices import kinds

_LETTERS = {
    "need.new": (
        _("A new need: %(problem)s"),
        _("A firm posted a need: “%(problem)s…”. Universities read it as soon as you have looked at it."),
        _("Look at it"),
    ),
    "need.hidden": (
        _("Your need is not shown: %(problem)s"),
        _("A moderator hid your need “%(problem)s…”. The reason: %(reason)s Change it and it is looked at again."),
        _("Change it"),
    ),
    "need.contact": (
        _("%(organization)s read your contact"),
        _(
            "%(organization)s read whom to call about your need “%(problem)s…”, as you agreed. If you want no more"
            " calls, change the need and take your consent back."
        ),
        _("Open your need"),
    ),
}


def register_messages() -> None:
    """Give each kind its words."""
    kinds.register_all(_LETTERS)
