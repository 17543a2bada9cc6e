"""One random life as a state machine: who goes on, who tries something else, what happens outside, how time passes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from listings.models import Track
from marketplace.audit import verify
from marketplace.licensing.models import OPEN_STATES, Agreement
from tests.licensing import truths, truths_of_change
from tests.licensing.deeds import ACTS, OUTSIDE, STRAIGHT, act, onward
from tests.licensing.deeds_of_change import is_held, waiting
from tests.licensing.life import DAYS, OPEN_TERMS, PEOPLE, REFUSALS, TERMS, Life, World

BEGAN = datetime(2026, 11, 25, 4, tzinfo=UTC)
NUMBERS = 12
seeds = st.integers(0, 2**32 - 1)  # Hypothesis likes small numbers and repeats them; dice do not


class Lives(RuleBasedStateMachine):
    """Steps of one life. A violation fails it at once where `strict`, so that it can be shortened; else it counts."""

    world: ClassVar[World]
    score: ClassVar[Counter[str]]
    strict: ClassVar[bool] = True
    life: Life | None = None
    seen: tuple[Any, ...] = ()

    @initialize(seed=seeds)
    def begin(self, seed: int) -> None:
        dice = Random(seed)  # noqa: S311
        track = dice.choice((Track.PRESET, Track.PRESET, Track.OPEN))
        terms = dice.choice(OPEN_TERMS if track == Track.OPEN else sorted(TERMS))
        self.life = Life(self.world, track=track, terms=terms, sheet=bool(dice.randrange(2)), began=BEGAN)
        self.seen = truths.print_of(self.life)
        self.score["lives"] += 1
        self.score[f"terms {terms}"] += 1
        self._try("ask", "licensee", dice.randrange(NUMBERS))
        if dice.randrange(4):  # three lives of four are about what comes after
            for step, who in STRAIGHT[track]:
                if self.life.state in OPEN_STATES:
                    self._try(step, who, 0)

    @rule(seed=seeds)
    def go_on(self, seed: int) -> None:
        dice = Random(seed)  # noqa: S311
        for _ in range(dice.choice((1, 2, 3))):
            self._onward(dice)

    @rule(days=st.sampled_from(DAYS), seed=seeds)
    def time_passes(self, days: int, seed: int) -> None:
        assert self.life is not None
        was, dice = self._states(), Random(seed)  # noqa: S311
        begun = self.life.state in OPEN_STATES or waiting(self.life)
        on_the_way = begun and dice.randrange(4)  # most of what was begun is brought to its end
        self.life.wait(min(days, 2) if on_the_way else days)
        self._look("time", was)
        self._onward(dice)

    @rule(name=st.sampled_from(sorted(ACTS)), who=st.sampled_from(PEOPLE), seed=seeds)
    def anything(self, name: str, who: str, seed: int) -> None:
        self._try(name, who, seed % NUMBERS)

    @rule(name=st.sampled_from(OUTSIDE), seed=seeds)
    def outside(self, name: str, seed: int) -> None:
        dice = Random(seed)  # noqa: S311
        if dice.randrange(5) < 2:
            self._try(name, "licensor", dice.randrange(NUMBERS))

    def _onward(self, dice: Random) -> None:
        assert self.life is not None
        self._try(*onward(self.life, dice), dice.randrange(NUMBERS))

    def _states(self) -> dict[int, str]:
        assert self.life is not None
        return dict(Agreement.objects.filter(listing=self.life.listing).values_list("pk", "state"))

    def _try(self, name: str, who: str, number: int) -> None:
        assert self.life is not None
        was = self._states()
        try:
            held = is_held(self.life)
            act(self.life, name, who, number)
        except REFUSALS:
            if truths.print_of(self.life) != self.seen:
                self._tell(f"a refused {name} by the {who} changed something")
            self.score["refused"] += 1
            self.score[f"refused {name}"] += 1
            self.score["steps"] += 1
            return
        except Exception as error:
            self._tell(f"{name} by the {who} raised {type(error).__name__}: {error}"[:200])
            raise
        if name == "pay" and held:
            self._tell("DECL-8: paid while payments are held")
        self._look(name, was)

    def _look(self, name: str, was: dict[int, str]) -> None:
        assert self.life is not None
        self.score["steps"] += 1
        self.score[f"did {name}"] += 1
        now = truths.print_of(self.life)
        if now == self.seen and name != "time":
            return
        self.seen = now
        for lie in (*truths.lies(self.life, was), *truths_of_change.lies(self.life)):
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
            self.score.update(truths_of_change.came_out(self.life))
            self._whole()
            self.life.end()

    def _whole(self) -> None:
        """The trail of this life holds, from the first entry to the last (AUD-1)."""
        try:
            verify.verify()
        except verify.Broken as broken:
            self._tell(f"AUD-1: {broken}")
