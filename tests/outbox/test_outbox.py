"""Effects live and die with their cause, are carried out once, and never block each other (OUT-1, OUT-2, OUT-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.lib.transactions import NotInTransaction
from marketplace.outbox import outbox, worker
from marketplace.outbox.models import Effect, EffectState

pytestmark = pytest.mark.django_db
Said = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def _own_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_HANDLERS", {})
    monkeypatch.setattr(outbox, "_DUTIES", {})


@pytest.fixture
def said() -> Said:
    """What the handler `mouth` of `greeting` said: (key, word)."""
    words: Said = []

    @outbox.handles("greeting", "mouth")
    def speak(key: str, payload: dict[str, Any]) -> None:
        words.append((key, payload["word"]))

    return words


def add(topic: str, **arguments: Any) -> list[Effect]:
    with transaction.atomic():
        return outbox.add(topic, **arguments)


def later(**time: int) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def test_an_effect_is_carried_out_once_with_its_key_and_payload(said: Said) -> None:
    add("greeting", key="k1", word="hello")

    first, second = worker.run_pending(), worker.run_pending()

    assert (first, second) == (1, 0)
    assert said == [("k1", "hello")]
    effect = Effect.objects.get()
    assert (effect.state, effect.attempts, effect.last_error) == (EffectState.DONE, 1, "")
    assert effect.done_at is not None


def test_the_same_key_again_leaves_nothing_new(said: Said) -> None:
    assert len(add("greeting", key="k1", word="hello")) == 1
    assert add("greeting", key="k1", word="again") == []
    worker.run_pending()
    assert add("greeting", key="k1", word="and again") == []
    worker.run_pending()

    assert said == [("k1", "hello")]


def test_without_a_key_every_call_is_its_own_effect(said: Said) -> None:
    add("greeting", word="a")
    add("greeting", word="a")

    assert worker.run_pending() == 2
    assert len({key for key, _word in said}) == 2


def test_a_cause_that_is_undone_leaves_no_effect(said: Said) -> None:
    with transaction.atomic():
        outbox.add("greeting", key="k1", word="hello")
        transaction.set_rollback(True)

    assert Effect.objects.count() == 0
    assert worker.run_pending() == 0
    assert said == []


@pytest.mark.django_db(transaction=True)
def test_an_effect_outside_a_transaction_is_refused(said: Said) -> None:
    with pytest.raises(NotInTransaction):
        outbox.add("greeting", key="k1", word="hello")

    assert Effect.objects.count() == 0


def test_a_key_that_does_not_fit_is_refused_before_anything_is_written(said: Said) -> None:
    with pytest.raises(ValueError, match="200 characters"), transaction.atomic():
        outbox.add("greeting", key="k" * 200, word="hello")

    assert Effect.objects.count() == 0


def test_a_topic_that_nobody_hears_leaves_nothing() -> None:
    assert add("silence") == []


def test_each_handler_of_a_topic_is_tried_again_alone(said: Said) -> None:
    tries: list[str] = []

    @outbox.handles("greeting", "ear")
    def fail_once(key: str, payload: dict[str, Any]) -> None:
        tries.append(key)
        if len(tries) == 1:
            raise ConnectionError("nobody there")

    add("greeting", key="k1", word="hello")
    assert worker.run_pending() == 1
    with later(minutes=1):
        assert worker.run_pending() == 1

    assert tries == ["k1", "k1"]
    assert said == [("k1", "hello")]
    assert set(Effect.objects.values_list("state", flat=True)) == {EffectState.DONE}


def test_an_effect_left_by_a_handler_is_carried_out_in_the_same_run(said: Said) -> None:
    @outbox.handles("knock", "door")
    def open_the_door(key: str, payload: dict[str, Any]) -> None:
        add("greeting", key=key, word="come in")

    add("knock", key="k1")

    assert worker.run_pending() == 2
    assert said == [("k1", "come in")]


def test_a_name_with_a_colon_is_refused() -> None:
    with pytest.raises(ValueError, match="colon"):
        outbox.handles("greeting", "a:b")
    with pytest.raises(ValueError, match="colon"):
        outbox.every(60, "a:b")


# failing


@pytest.fixture
def poison() -> Callable[[], int]:
    """A handler of `poison` that always fails; how often it was tried."""
    tries: list[str] = []

    @outbox.handles("poison", "mouth")
    def swallow(key: str, payload: dict[str, Any]) -> None:
        tries.append(key)
        raise RuntimeError("bitter\x00")

    return lambda: len(tries)


def test_a_failing_effect_waits_longer_each_time_and_is_dead_after_eight_attempts(poison: Callable[[], int]) -> None:
    add("poison", key="k1")
    waits = []

    for _attempt in range(worker.MOST_ATTEMPTS):
        now = timezone.now()
        worker.run_pending()
        effect = Effect.objects.get()
        waits.append((effect.next_at - now).total_seconds())
        Effect.objects.update(next_at=timezone.now())

    assert poison() == 8
    effect = Effect.objects.get()
    assert (effect.state, effect.attempts, effect.last_error) == (EffectState.DEAD, 8, "RuntimeError: bitter")
    for attempt, wait in enumerate(waits, start=1):
        middle = min(worker.LONGEST_WAIT, 10.0 * 4 ** (attempt - 1))
        assert 0.49 * middle <= wait <= 1.51 * middle
    Effect.objects.update(next_at=timezone.now())
    assert worker.run_pending() == 0
    assert poison() == 8


def test_effects_that_failed_together_do_not_come_back_together() -> None:
    waits = {worker.wait_after(3).total_seconds() for _ in range(50)}

    assert len(waits) == 50
    assert min(waits) >= 80
    assert max(waits) <= 240


def test_a_worker_that_died_in_every_attempt_leaves_a_dead_effect(said: Said) -> None:
    add("greeting", key="k1", word="hello")
    Effect.objects.update(attempts=worker.MOST_ATTEMPTS)

    assert worker.run_pending() == 0

    assert said == []
    assert worker.dead()[0].last_error == "the worker died in the last attempt"


def test_poison_is_parked_and_everything_else_is_done(said: Said, poison: Callable[[], int]) -> None:
    Effect.objects.bulk_create(
        Effect(topic="poison", key=f"mouth:{n}") if n % 100 == 0
        else Effect(topic="greeting", key=f"mouth:{n}", payload={"word": str(n)})
        for n in range(1_000)
    )  # fmt: skip

    for _attempt in range(worker.MOST_ATTEMPTS):
        worker.run_pending()
        Effect.objects.filter(state=EffectState.PENDING).update(next_at=timezone.now())

    assert len(said) == len(set(said)) == 990
    assert len(worker.dead()) == 10
    assert Effect.objects.filter(state=EffectState.PENDING).count() == 0


def test_a_handler_that_breaks_the_database_harms_only_itself(said: Said) -> None:
    @outbox.handles("greeting", "clumsy")
    def break_things(key: str, payload: dict[str, Any]) -> None:
        Effect.objects.create(topic="greeting", key=f"mouth:{key}")  # there already

    add("greeting", key="k1", word="hello")

    assert worker.run_pending() == 1
    assert said == [("k1", "hello")]
    failed = Effect.objects.get(key="clumsy:k1")
    assert failed.state == EffectState.PENDING
    assert IntegrityError.__name__ in failed.last_error


def test_an_effect_whose_handler_has_gone_is_kept_and_named() -> None:
    Effect.objects.create(topic="greeting", key="mouth:k1", payload={})

    assert worker.run_pending() == 0

    assert Effect.objects.get().last_error == "NoHandler: greeting mouth"


def test_an_effect_that_another_worker_took_over_is_not_marked_by_the_first(said: Said) -> None:
    add("greeting", key="k1", word="hello")
    stale = worker._claim(timezone.now())
    assert stale is not None
    Effect.objects.update(next_at=timezone.now())
    fresh = worker._claim(timezone.now())
    assert fresh is not None
    assert fresh.attempts == 2

    assert worker._act(fresh) == 1
    marked = Effect.objects.get()
    late = worker._act(stale)

    assert late == 0
    assert Effect.objects.get().done_at == marked.done_at


def test_a_run_can_be_limited_and_stopped(said: Said) -> None:
    for n in range(5):
        add("greeting", key=str(n), word="hello")

    assert worker.run_pending(limit=2) == 2
    assert worker.run_pending(stopping=lambda: len(said) >= 4) == 2
    assert len(said) == 4


def test_a_claim_asks_the_same_few_questions_however_long_the_queue(said: Said) -> None:
    def queries(count: int) -> int:
        for n in range(count):
            add("greeting", key=f"{count}-{n}", word="hello")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            worker.run_pending(limit=1)
        return len(captured)

    assert queries(2) == queries(200)


def test_the_lag_is_the_age_of_the_oldest_due_effect(said: Said) -> None:
    now = timezone.now()
    assert worker.lag(now) == timedelta()
    Effect.objects.create(topic="greeting", key="mouth:1", next_at=now - timedelta(minutes=5))
    Effect.objects.create(topic="greeting", key="mouth:2", next_at=now + timedelta(minutes=5))

    assert worker.lag(now) == timedelta(minutes=5)


# periodic duties


def test_a_duty_has_one_turn_in_each_slot_of_time_whoever_looks() -> None:
    turns: list[object] = []
    outbox.every(60, "count")(lambda: turns.append(timezone.now()))

    with time_machine.travel("2026-11-24T00:00:10+00:00", tick=False) as clock:
        left = [worker.leave_periodic(), worker.leave_periodic()]
        worker.run_pending()
        clock.move_to("2026-11-24T00:00:59+00:00")
        left.append(worker.leave_periodic())
        clock.move_to("2026-11-24T00:01:00+00:00")
        left.append(worker.leave_periodic())
        worker.run_pending()

    assert left == [1, 0, 0, 1]
    assert len(turns) == 2
    assert Effect.objects.filter(topic=worker.EVERY).count() == 1  # older turns are taken away


def test_a_duty_that_fails_comes_again_in_its_next_turn() -> None:
    tries: list[int] = []

    @outbox.every(60, "fail")
    def fail() -> None:
        tries.append(1)
        raise RuntimeError("not today")

    with time_machine.travel("2026-11-24T00:00:10+00:00", tick=False) as clock:
        worker.leave_periodic()
        worker.run_pending()
        error = Effect.objects.get().last_error
        clock.move_to("2026-11-24T00:01:00+00:00")
        worker.leave_periodic()
        worker.run_pending()

    assert error == "RuntimeError: not today"
    assert len(tries) == 2


# commands


def test_run_outbox_once_carries_out_what_is_due_and_ends(said: Said) -> None:
    out = StringIO()
    outbox.every(60, "extra")(lambda: said.append(("duty", "done")))
    add("greeting", key="k1", word="hello")

    call_command("run_outbox", "--once", stdout=out)

    assert sorted(said) == [("duty", "done"), ("k1", "hello")]
    assert out.getvalue() == "2 effects carried out\n"


def test_dead_effects_are_listed_and_can_be_tried_again(said: Said) -> None:
    Effect.objects.create(
        topic="greeting",
        key="mouth:k1",
        payload={"word": "hello"},
        state=EffectState.DEAD,
        attempts=8,
        last_error="why",
    )
    number = Effect.objects.get().pk
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("outbox_dead", stdout=out)
    call_command("outbox_dead", "--retry", str(number), stdout=out)
    worker.run_pending()

    assert ended.value.code == 1
    assert f"{number}\tgreeting\tmouth:k1" in out.getvalue()
    assert "why" in out.getvalue()
    assert said == [("k1", "hello")]


def test_an_effect_that_is_not_dead_cannot_be_tried_again(said: Said) -> None:
    (effect,) = add("greeting", key="k1", word="hello")
    worker.run_pending()

    with pytest.raises(CommandError, match="no dead effect"):
        call_command("outbox_dead", "--retry", str(effect.pk))

    assert worker.run_pending() == 0
    assert len(said) == 1
