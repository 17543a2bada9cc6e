"""Organizations that share a person, a place, a telephone or a bank account (LIC-J)."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from listings.integrity.facts import Found, Party

KIND = "related"
CROWD = 6  # an address, number or name that more organizations share is an agent's or an incubator's, and ties nobody
UP_FROM = 45
# How much each tie says by itself. A name alone may be a namesake's; an account is nobody else's.
WEIGHT = {
    "bank_account": 95,
    "legal_representative": 70,
    "shareholder": 70,
    "person": 50,
    "phone": 60,
    "email": 60,
    "address": 50,
    "contact": 25,
}


def detect(parties: Sequence[Party], pairs: Iterable[tuple[str, str]] | None = None) -> list[Found]:
    """Pairs of organizations with ties between them; only the named pairs where `pairs` is given."""
    ties = _ties(parties)
    if pairs is not None:
        wanted = {_pair(*each) for each in pairs}
        ties = {pair: told for pair, told in ties.items() if pair in wanted}
    names = {party.key: party.name for party in parties}
    found = []
    for (one, other), told in ties.items():
        score = _score(told)
        if score >= UP_FROM:
            evidence = {"ties": [{"by": by, "what": what} for by, what in told], "names": [names[one], names[other]]}
            subjects = {"organization": one, "other_organization": other}
            found.append(Found(KIND, f"{one}:{other}", score, subjects, evidence))
    return found


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _ties(parties: Sequence[Party]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """For each pair of organizations what ties them: (kind of tie, what is shared)."""
    ties: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for by, values in _TIES.items():
        holders: dict[str, set[str]] = defaultdict(set)
        shown: dict[str, str] = {}
        for party in parties:
            for value in values(party):
                even = _even(value)
                if len(even) > 1:
                    holders[even].add(party.key)
                    shown.setdefault(even, value)
        for even, keys in holders.items():
            if 1 < len(keys) < CROWD:
                for one, other in combinations(sorted(keys), 2):
                    ties[one, other].append((by, shown[even]))
    return ties


def _even(value: str) -> str:
    """The value without what people write differently: width, case, blanks, punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", value).lower())


def _heads(party: Party) -> Iterator[str]:
    if party.legal_representative:
        yield party.legal_representative


def _holders(party: Party) -> Iterator[str]:
    """Who owns it; the head of one that holds shares of the other ties them too."""
    yield from party.shareholders
    yield from _heads(party)
    yield party.name


def _persons(party: Party) -> Iterator[str]:
    yield from party.people
    yield from _heads(party)
    yield from party.shareholders


_TIES: dict[str, Callable[[Party], Iterable[str]]] = {
    "bank_account": lambda party: filter(None, [re.sub(r"\D", "", party.bank_account)]),
    "legal_representative": _heads,
    "shareholder": _holders,
    "person": _persons,
    "phone": lambda party: filter(None, [re.sub(r"\D", "", party.phone)]),
    "email": lambda party: filter(None, [party.email]),
    "address": lambda party: filter(None, [party.address]),
    "contact": lambda party: filter(None, [party.contact]),
}


def _score(told: list[tuple[str, str]]) -> int:
    """The strongest tie, and a part of each further one that says something else."""
    best: dict[str, int] = {}
    for by, what in told:
        best[_even(what)] = max(best.get(_even(what), 0), WEIGHT[by])
    weights = sorted(best.values(), reverse=True)
    return min(100, round(weights[0] + sum(weights[1:]) * 0.3))
