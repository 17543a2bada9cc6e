"""The words of this room's messages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.notices.kinds import register


def register_messages() -> None:
    """Give each kind its words."""
    register(
        "need.new",
        subject=_("A new need: %(problem)s"),
        body=_("A firm posted a need: “%(problem)s…”. Universities read it as soon as you have looked at it."),
        action=_("Look at it"),
    )
    register(
        "need.hidden",
        subject=_("Your need is not shown: %(problem)s"),
        body=_("A moderator hid your need “%(problem)s…”. The reason: %(reason)s Change it and it is looked at again."),
        action=_("Change it"),
    )
    register(
        "need.contact",
        subject=_("%(organization)s read your contact"),
        body=_(
            "%(organization)s read whom to call about your need “%(problem)s…”, as you agreed. If you want no more"
            " calls, change the need and take your consent back."
        ),
        action=_("Open your need"),
    )
