"""The expressions of a group of synonyms, and what is wrong with a group that an editor wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from listings.search import analysis

if TYPE_CHECKING:
    from listings.models import SynonymGroup


def split(expressions: str) -> list[str]:
    """The expressions of a group: separated by commas of either script or lines, each once."""
    even = expressions.replace("，", ",").replace("、", ",").replace("；", ",").replace(";", ",").replace("\n", ",")
    return list(dict.fromkeys(part.strip() for part in even.split(",") if part.strip()))


MOST = 12  # expressions of one group: each makes every search that meets it slower
LONGEST = 30  # characters of one expression


def check(group: SynonymGroup) -> list[str]:
    """What is wrong with a group, in the editor's language; nothing for one that can be used."""
    expressions = split(group.expressions)
    found = []
    if not expressions or (group.active and len(expressions) < 2):
        found.append(_("Name at least two expressions, separated by commas."))
    if len(expressions) > MOST:
        found.append(_("At most %(count)d expressions; make two groups of them.") % {"count": MOST})
    for expression in expressions:
        if len(expression) > LONGEST:
            found.append(
                _("“%(words)s” is longer than %(count)d characters.") % {"words": expression, "count": LONGEST}
            )
        elif not _telling(expression):
            found.append(_("“%(words)s” says nothing by itself; every search would find it.") % {"words": expression})
    found += _taken(group, {analysis.even(one) for one in expressions})
    return found


def _taken(group: SynonymGroup, expressions: set[str]) -> list[str]:
    """Other groups that hold one of these: what means the same belongs into one group."""
    others = ((other, {analysis.even(one) for one in split(other.expressions)}) for other in type(group).objects.all())
    return [
        _("“%(words)s” is in another group already: %(group)s. Add your expressions there.")
        % {"words": min(expressions & theirs), "group": other.expressions}
        for other, theirs in others
        if other.pk != group.pk and expressions & theirs
    ]


def _telling(expression: str) -> bool:
    """Whether it holds a word that is not merely asked with."""
    return any(word not in analysis.stop_words() for word in analysis.tokens(expression))
