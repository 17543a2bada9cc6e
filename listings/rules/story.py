"""What a reader must be told before an offer is submitted."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from listings.completeness import LINE, hints
from listings.models import Listing, Track
from listings.rules.table import Rule, Stage
from marketplace.lib.findings import Finding, Severity


def _story_1(listing: Listing, stage: Stage) -> Iterable[Finding]:
    if stage > Stage.SUBMIT or listing.published_at is not None:  # what was on offer once is not taken down by this
        return
    told = hints(listing)
    for hint in told.lacking:
        if hint.field == "contact_name" and listing.track == Track.OPEN:
            continue  # the declaration's own rule says so (DECL-1)
        yield STORY_1.finding(
            _("A factory owner cannot do without it: %(what)s.") % {"what": hint.label}, hint.advice, hint.field
        )
    if not told.lacking and told.score < LINE and told.next is not None:
        yield STORY_1.finding(
            _("The listing tells too little to be understood: %(score)d of 100 points, %(line)d are needed.")
            % {"score": told.score, "line": LINE},
            told.next.advice,
            told.next.field,
        )


STORY_1 = Rule(
    "STORY-1",
    _("A listing a factory owner understands"),
    _(
        "One sentence, the problem, the products and a contact are told, and the score of completeness reaches its"
        " line. Gains in numbers, cost to adopt, maturity with proof and pictures count towards it."
    ),
    "本平台《交易规则》",
    Severity.BLOCK,
    of_listing=_story_1,
)
STORIES = (STORY_1,)
