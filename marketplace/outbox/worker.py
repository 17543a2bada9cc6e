"""Carrying effects out: each at least once, one at a time, with nothing lost when the process dies anywhere (OUT-1)."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from marketplace.lib import crash
from marketplace.outbox import outbox
from marketplace.outbox.models import Effect, EffectState

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
FIRST_WAIT = 10.0  # seconds; four times longer after each failure
LONGEST_WAIT = 6 * 3600.0
EVERY = "outbox.every"  # the topic of periodic duties
_ERROR_LENGTH = 2_000


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 10 s, 40 s, 160 s … at most 6 h, spread by half to either side.

    The spread keeps effects that failed together from coming back together.
    """
    seconds = min(LONGEST_WAIT, FIRST_WAIT * 4 ** max(0, attempts - 1))
    return timedelta(seconds=seconds * random.uniform(0.5, 1.5))  # noqa: S311


def run_pending(limit: int = 100_000, stopping: Callable[[], bool] = lambda: False) -> int:
    """Carry out everything that is due now, also what this itself leaves; how many effects were carried out.

    Failing effects are tried again later. Ends early after `limit` attempts or when `stopping` says so.
    """
    done = 0
    for _attempt in range(limit):
        if stopping():
            break
        effect = _claim(timezone.now())
        if effect is None:
            break
        done += _act(effect)
        crash.reach("after_mark")
    return done


def _due(now: datetime) -> Q:
    return Q(state=EffectState.PENDING, next_at__lte=now)


def _claim(now: datetime) -> Effect | None:
    """Take the next due effect: count the attempt and put off the next one, before anything is done.

    So a worker that dies while acting has used up an attempt, and an effect that kills workers ends as dead letter.
    """
    while True:
        with transaction.atomic():
            waiting = Effect.objects.filter(_due(now)).order_by("next_at", "id")
            if connection.features.has_select_for_update_skip_locked:
                waiting = waiting.select_for_update(skip_locked=True)
            effect = waiting.first()
            if effect is None:
                return None
            if effect.attempts >= MOST_ATTEMPTS:
                _bury(effect, effect.last_error or "the worker died in the last attempt")
                continue
            mine = Effect.objects.filter(_due(now), pk=effect.pk, attempts=effect.attempts).update(
                attempts=F("attempts") + 1, next_at=now + wait_after(effect.attempts + 1)
            )
        if mine:
            effect.attempts += 1
            crash.reach("after_claim")
            return effect


def _act(effect: Effect) -> int:
    """Carry one claimed effect out and mark it; 1 when done, 0 when it failed or is another worker's by now."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            _hold(effect)
            held = Effect.objects.select_for_update(skip_locked=True).filter(_mine(effect)).first()
            return _carry_out(effect) if held else 0
    return _carry_out(effect)


def _hold(effect: Effect) -> None:
    """Let this transaction be idle while the outside world answers; the site's limit is for web requests."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")


def _mine(effect: Effect) -> Q:
    """The effect as this worker claimed it: one that was claimed again meanwhile is no longer ours."""
    return Q(pk=effect.pk, attempts=effect.attempts, state=EffectState.PENDING)


def _carry_out(effect: Effect) -> int:
    try:
        with _savepoint():
            _call(effect)
            crash.reach("after_act")
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is recorded and tried again
        _failed(effect, error)
        return 0
    return Effect.objects.filter(_mine(effect)).update(state=EffectState.DONE, done_at=timezone.now(), last_error="")


def _savepoint() -> AbstractContextManager[object]:
    """Where a transaction is open already, a failing handler must not spoil it; where none is, none is opened."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


class NoHandler(LookupError):
    """Nobody is registered for an effect: the room that handled it has gone, or was renamed."""


def _call(effect: Effect) -> None:
    name, _colon, key = effect.key.partition(":")
    if effect.topic == EVERY:
        duty = outbox.duty(name)
        if duty is None:
            raise NoHandler(effect.key)
        duty.act()
        return
    handler = outbox.handlers(effect.topic).get(name)
    if handler is None:
        raise NoHandler(f"{effect.topic} {name}")
    handler(key, effect.payload)


def _failed(effect: Effect, error: Exception) -> None:
    log.warning("effect failed", extra={"topic": effect.topic, "key": effect.key}, exc_info=error)
    words = f"{type(error).__name__}: {error}"[:_ERROR_LENGTH].replace("\x00", "")
    if effect.attempts >= MOST_ATTEMPTS:
        _bury(effect, words)
    else:
        Effect.objects.filter(_mine(effect)).update(last_error=words, failed_at=timezone.now())


def _bury(effect: Effect, words: str) -> None:
    log.error("effect is dead", extra={"topic": effect.topic, "key": effect.key, "error": words})
    Effect.objects.filter(_mine(effect)).update(state=EffectState.DEAD, last_error=words, failed_at=timezone.now())


def leave_periodic(now: datetime | None = None) -> int:
    """Leave an effect for every duty whose turn has come and is not left yet; how many were left.

    A turn is a slot of time: its number is in the key, so any number of workers leave it once. Older turns that are
    done, or that were overtaken before they succeeded, are taken away.
    """
    instant = (now or timezone.now()).timestamp()
    left = 0
    for duty in outbox.duties():
        key = f"{duty.name}:{int(instant // duty.seconds)}"
        if Effect.objects.filter(topic=EVERY, key=key).exists():
            continue
        with transaction.atomic():
            turn, created = Effect.objects.get_or_create(topic=EVERY, key=key)
            left += created
            Effect.objects.filter(topic=EVERY, key__startswith=f"{duty.name}:", pk__lt=turn.pk).exclude(
                state=EffectState.DEAD
            ).delete()
    return left


def dead() -> list[Effect]:
    """Effects that were given up after the last attempt, oldest first; somebody has to look at them."""
    return list(Effect.objects.filter(state=EffectState.DEAD).order_by("id"))


def retry(effect_id: int) -> bool:
    """Give a dead effect eight new attempts, at once; whether there was one."""
    return bool(
        Effect.objects.filter(pk=effect_id, state=EffectState.DEAD).update(
            state=EffectState.PENDING, attempts=0, next_at=timezone.now()
        )
    )


def lag(now: datetime | None = None) -> timedelta:
    """How long the oldest due effect has been waiting: the gauge of whether a worker runs at all (OPS-5)."""
    now = now or timezone.now()
    oldest = Effect.objects.filter(_due(now)).order_by("next_at").values_list("next_at", flat=True).first()
    return now - oldest if oldest else timedelta()
