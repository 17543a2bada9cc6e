"""The table of steps and of what waits, as a public page (LIC-G)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from listings.models import Track
from marketplace.licensing.models import NegotiationState, State
from marketplace.licensing.states import STEPS, TALKS, Step, Talk, Who
from marketplace.licensing.steps.waiting import WAITS, Wait


def who_words(who: frozenset[Who]) -> str:
    """Whose act it is, in the reader's language, in the order of the table."""
    words = {
        Who.LICENSEE: _("Licensee"),
        Who.LICENSOR: _("Licensor"),
        Who.MODERATOR: _("Moderator"),
        Who.SYSTEM: pgettext("who acts", "The clock"),
    }
    return _(", ").join(words[one] for one in Who if one in who)


def states_words(found: frozenset[State]) -> str:
    """States in words, in the order of a deal."""
    return _(", ").join(str(one.label) for one in State if one in found)


def step_row(step: Step) -> dict[str, object]:
    """One step as the page and the documentation say it."""
    return {
        "step": step,
        "who": who_words(step.who),
        "roles": _(", ").join(sorted(str(role.word) for role in step.roles)),
        "source": states_words(step.source),
        "targets": "" if step.stays else states_words(step.targets - step.source or step.targets),
        "tracks": "" if len(step.tracks) == len(Track) else str(Track(next(iter(step.tracks))).label),
    }


def talk_row(talk: Talk) -> dict[str, object]:
    """One step of a negotiation, in the same shape."""
    found = [_(", ").join(str(one.label) for one in NegotiationState if one in some) for some in (
        talk.source, talk.targets - talk.source)]  # fmt: skip
    roles = _(", ").join(sorted(str(role.word) for role in talk.roles))
    return {"step": talk, "who": who_words(talk.who), "roles": roles, "source": found[0], "targets": found[1]}


def wait_row(wait: Wait) -> dict[str, object]:
    """One wait as the page and the documentation say it."""
    before = _(", ").join(str(days) for days in wait.before)
    after = _(", ").join(str(days) for days in wait.after)
    return {"wait": wait, "who": who_words(wait.owner), "before": before, "after": after}


@require_safe
def steps(request: HttpRequest) -> HttpResponse:
    """Who may do what when, and what silence does."""
    context = {
        "steps": [step_row(step) for step in STEPS.values()],
        "talks": [talk_row(talk) for talk in TALKS.values()],
        "waits": [wait_row(wait) for wait in WAITS.values()],
    }
    return render(request, "licensing/steps.html", context)
