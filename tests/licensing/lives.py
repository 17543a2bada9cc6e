"""One random life as a state machine: who goes on, who tries something else, what happens outside, how time passes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from listings.models import Track
from marketplace.licensing.models import OPEN_STATES, Agreement
from tests.licensing import truths
from tests.licensing.life import ACTS, DAYS, ON_THE_WAY, OPEN_TERMS, OUTSIDE, PEOPLE, REFUSALS, TERMS, Life, World

BEGAN = datetime(2026, 11, 25, 4, tzinfo=UTC)
numbers = st.integers(0, 11)


class Lives(RuleBasedStateMachine):
    """Steps of one life. A violation fails it at once where `strict`, so that it can be shortened; else it counts."""

    world: ClassVar[World]
    score: ClassVar[Counter[str]]
    strict: ClassVar[bool] = True
    life: Life | None = None
    seen: tuple[Any, ...] = ()

    @initialize(track=st.sampled_from(["preset", "preset", "open"]), terms=st.sampled_from(sorted(TERMS)),
                sheet=st.booleans(), spare=st.sampled_from(OPEN_TERMS))  # fmt: skip
    def begin(self, track: str, terms: str, sheet: bool, spare: str) -> None:
        name = spare if track == "open" else terms
        self.life = Life(self.world, track=Track(track), terms=name, sheet=sheet, began=BEGAN)
        self.seen = truths.print_of(self.life)
        self.score["lives"] += 1
        self._try("ask", "licensee", 0)

    @rule(number=numbers)
    def go_on(self, number: int) -> None:
        self._onward(number, number)

    @rule(number=numbers, choice=st.integers(0, 13))
    def go_on_otherwise(self, number: int, choice: int) -> None:
        self._onward(number, choice)

    @rule(days=st.sampled_from(DAYS), number=numbers)
    def time_passes(self, days: int, number: int) -> None:
        assert self.life is not None
        was = self._states()
        on_the_way = self.life.state in OPEN_STATES and number % 4  # most requests are brought to their end
        self.life.wait(min(days, 2) if on_the_way else days)
        self._look("time", was)
        self._onward(number, number)

    @rule(name=st.sampled_from(sorted(ACTS)), who=st.sampled_from(PEOPLE), number=numbers)
    def anything(self, name: str, who: str, number: int) -> None:
        self._try(name, who, number)

    @rule(name=st.sampled_from(OUTSIDE), number=numbers)
    def outside(self, name: str, number: int) -> None:
        if number < 5:
            self._try(name, "licensor", number)

    def _onward(self, number: int, choice: int) -> None:
        assert self.life is not None
        ways = ON_THE_WAY.get(self.life.state, (("ask", "licensee"),))
        name, who = ways[choice % len(ways)]
        self._try(name, who, number)

    def _states(self) -> dict[int, str]:
        assert self.life is not None
        return dict(Agreement.objects.filter(listing=self.life.listing).values_list("pk", "state"))

    def _try(self, name: str, who: str, number: int) -> None:
        assert self.life is not None
        was = self._states()
        try:
            self.life.act(name, who, number)
        except REFUSALS:
            if truths.print_of(self.life) != self.seen:
                self._tell(f"a refused {name} by the {who} changed something")
            self.score["refused"] += 1
            self.score["steps"] += 1
            return
        except Exception as error:
            self._tell(f"{name} by the {who} raised {type(error).__name__}: {error}"[:200])
            raise
        self._look(name, was)

    def _look(self, name: str, was: dict[int, str]) -> None:
        assert self.life is not None
        self.score["steps"] += 1
        self.score[f"did {name}"] += 1
        now = truths.print_of(self.life)
        if now == self.seen and name != "time":
            return
        self.seen = now
        for lie in truths.lies(self.life, was):
            self._tell(f"after {name}: {lie}")
        if self.life.agreement is not None and name != "time":
            deal = self.life.live()
            for lie in truths.health(self.life, deal, was.get(deal.pk, "")):
                self._tell(f"after {name}: {lie}")

    def _tell(self, lie: str) -> None:
        self.score["violations"] += 1
        self.score[f"! {lie}"] += 1
        if self.strict:
            raise AssertionError(lie)

    def teardown(self) -> None:
        if self.life is not None:
            self.score[f"end {self.life.state or 'nothing'}"] += 1
            if self.life.agreement is not None and self.life.agreement.trial:
                self.score[f"trial {self.life.agreement.trial}"] += 1
            self.life.end()
