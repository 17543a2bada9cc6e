"""A few sign races in every run of the suite; `make scorecard` runs two hundred of each."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.licensing import sign_races

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's writers queue"),
]


@pytest.mark.parametrize("scene", sorted(sign_races.SCENES))
def test_signers_who_meet_at_one_instant_leave_one_outcome(scene: str) -> None:
    outcome = sign_races.run(3, only=scene, control=4)

    assert (outcome.violations, outcome.count) == (0, 3), outcome.said
    assert outcome.control is not None
    assert outcome.control >= 0.5
