"""Organizations that share a person, an owner, a place, a telephone or a bank account (LIC-J)."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path

from listings.integrity.facts import Found, Party
from listings.search.analysis import even

KIND = "related"
CROWD = 6  # what more organizations share is an agent's, a park's or an incubator's, and ties nobody
UP_FROM = 50
STAKE = 20.0  # percent from which a holder has a say
# How much each tie says by itself. Where it is below UP_FROM, it takes two.
WEIGHT = {
    "bank_account": 80,
    "owner": 90,
    "head": 75,
    "inventor_leads": 60,
    "co_inventor": 15,
    "phone": 40,
    "email": 55,
    "address": 30,
    "contact": 20,
}
COMMON_NAME = 0.4  # how much a name counts that thousands bear
_PUBLIC = re.compile(r"教育[厅局部]|国资|财政[厅局部]|人民政府|国有资产|科学技术[厅局]|卫生健康委")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


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


Marks = Callable[[Party], Iterable[str]]


def _ties(parties: Sequence[Party]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """For each pair of organizations what ties them: (kind of tie, what is shared)."""
    ties: dict[tuple[str, str], dict[tuple[str, str], None]] = defaultdict(dict)
    for by, left, right in _TIES:
        shown: dict[str, str] = {}
        holders, others = _held(parties, left, shown), _held(parties, right, shown)
        for mark in holders.keys() & others.keys():
            everybody = holders[mark] | others[mark]
            if len(everybody) >= CROWD:
                continue
            for one, other in combinations(sorted(everybody), 2):
                if (one in holders[mark] and other in others[mark]) or (other in holders[mark] and one in others[mark]):
                    ties[_pair(one, other)][by, shown[mark]] = None
    return {pair: list(told) for pair, told in ties.items()}


def _held(parties: Sequence[Party], values: Marks, shown: dict[str, str]) -> dict[str, set[str]]:
    """Who has which mark; `shown` keeps how it was written first."""
    found: dict[str, set[str]] = defaultdict(set)
    for party in parties:
        for value in values(party):
            mark = plain(value)
            if len(mark) > 1:
                found[mark].add(party.key)
                shown.setdefault(mark, value)
    return found


def plain(value: str) -> str:
    """The value without what people write differently: traditional signs, width, case, blanks, points."""
    return re.sub(r"[\W_]+", "", even(unicodedata.normalize("NFKC", value)))


def _stakes(party: Party) -> Iterator[str]:
    for holding in party.holdings:
        if (holding.share is None or holding.share >= STAKE) and not _PUBLIC.search(holding.name):
            yield _root(holding.name)


def _root(name: str) -> str:
    """The organization behind its union, its branch or its asset company: its name is where theirs begins."""
    return re.sub(r"(工会委员会|职工持股会|[\u4e00-\u9fff]{0,4}分公司|资产经营(有限)?公司)$", "", name) or name


def _names(party: Party) -> Iterator[str]:
    yield _root(party.name)
    yield from party.aliases


def _lead(party: Party) -> Iterator[str]:
    """Who has a say in it: its heads and those who hold enough."""
    yield from party.heads
    yield from _stakes(party)


def _digits(value: str) -> Iterator[str]:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", value))
    if len(digits) > 6:
        yield digits[-11:]


def _place(party: Party) -> Iterator[str]:
    """Street and number, without the province and city that one writes and another leaves out."""
    even_place = plain(party.address.translate(_DIGITS))
    short = re.sub(r"^.*?(?:省|自治区)|^.{2,8}?(?:市|州|盟)(?=.{4})", "", even_place)
    short = re.sub(r"(\d)十(\d)", r"\1\2", short.translate(_DIGITS)).replace("单元", "").replace("室", "")
    street = re.sub(r"^.{1,8}?市", "", short)
    if re.search(r"\d", street):
        yield street


_TIES: tuple[tuple[str, Marks, Marks], ...] = (
    ("bank_account", lambda p: _digits(p.bank_account), lambda p: _digits(p.bank_account)),
    ("owner", _names, lambda p: (*_stakes(p), *_names(p))),
    ("head", _lead, _lead),
    ("inventor_leads", lambda p: p.inventors, _lead),
    ("co_inventor", lambda p: p.inventors, lambda p: p.inventors),
    ("phone", lambda p: _digits(p.phone), lambda p: _digits(p.phone)),
    ("email", lambda p: filter(None, [p.email]), lambda p: filter(None, [p.email])),
    ("address", _place, _place),
    ("contact", lambda p: filter(None, [p.contact]), lambda p: filter(None, [p.contact])),
)


def _score(told: list[tuple[str, str]]) -> int:
    """The strongest tie, and half of each further one that says something else."""
    best: dict[str, float] = {}
    for by, what in told:
        weight = WEIGHT[by] * (COMMON_NAME if by in _PERSONAL and is_common(what) else 1)
        best[plain(what)] = max(best.get(plain(what), 0), weight)
    weights = sorted(best.values(), reverse=True)
    return min(100, round(weights[0] + sum(weights[1:]) / 2))


_PERSONAL = frozenset({"head", "inventor_leads", "co_inventor", "contact"})


@cache
def _common() -> tuple[frozenset[str], frozenset[str]]:
    """Surnames that millions bear, and given names of one sign that are given most."""
    lines = (Path(__file__).parent / "common_names.txt").read_text(encoding="utf-8").splitlines()
    told = [frozenset(line.split()) for line in lines if line.strip() and not line.startswith("#")]
    return told[0], told[1]


def is_common(name: str) -> bool:
    """Whether thousands of people bear a name: a frequent surname and a frequent given name of one sign."""
    surnames, given = _common()
    return len(name) == 2 and name[0] in surnames and name[1] in given
