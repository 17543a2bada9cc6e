"""Why a listing was found, in one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from listings.models import Listing
from listings.search import highlight
from listings.search.backend import Word
from listings.search.documents import industry_words, region_words
from marketplace.lib import classes

_MOST = 4  # words named for one place
# In which place a word is looked for first.
_PLACES: tuple[tuple[str | Promise, Callable[[Listing], str]], ...] = (
    (gettext_lazy("the problem it solves"), lambda listing: listing.problem),
    (gettext_lazy("its title"), lambda listing: f"{listing.patent.title} {listing.headline}"),
    (gettext_lazy("its products"), lambda listing: listing.products),
    (gettext_lazy("its gains"), lambda listing: " ".join(str(cell) for row in listing.gains for cell in row)),
    (gettext_lazy("the abstract"), lambda listing: listing.patent.abstract),
    (gettext_lazy("what its use takes"), lambda listing: f"{listing.adoption} {listing.also_needed}"),
    (gettext_lazy("the field of use"), lambda listing: listing.terms.field_of_use),
    (gettext_lazy("its industry"), lambda listing: industry_words(listing.industry)),
    (gettext_lazy("its region"), lambda listing: region_words(listing.organization.division)),
    (
        gettext_lazy("the names of its people"),
        lambda listing: f"{listing.patent.inventors} {listing.patent.patentee} {listing.organization.name}",
    ),
)


def line(listing: Listing, words: Sequence[Word], *, near: bool) -> str:
    """Which words of the question stand where; the field of technology they name; or that it is near in meaning."""
    return reason(listing, [highlight.Finder(word) for word in words], near=near)


def reason(listing: Listing, finders: Sequence[highlight.Finder], *, near: bool) -> str:
    """The same with what finds each word of the question, made once for all listings."""
    if not finders:
        return ""
    told, left = [], list(finders)
    for place, text_of in _PLACES:
        if not left or not (text := text_of(listing)):
            continue
        here = [(finder, seen) for finder in left if (seen := finder.first(text))]
        if here:
            left = [finder for finder in left if finder not in [found for found, _seen in here]]
            shown = dict.fromkeys(seen for _finder, seen in here[:_MOST])
            told.append(
                _("“%(words)s” in %(place)s") % {"words": pgettext("between words", "”, “").join(shown), "place": place}
            )
    if left and (field := _field(listing, [finder.word for finder in left])):
        told.append(_("in the field %(field)s") % {"field": field})
    if told:
        return pgettext("between reasons", "; ").join(told[:2])
    return _("Near in meaning to what you wrote.") if near else ""


def _field(listing: Listing, words: Sequence[Word]) -> str:
    """The narrowest technical class whose title, in either language, has one of the words."""
    for code, title in reversed(classes.ladder(listing.patent.ipc_main)):
        if highlight.spans(f"{title.zh} {title.en}", words):
            return f"{code} {title}"
    return ""
