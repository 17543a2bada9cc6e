"""How fast a long inventory comes in: every row through every gate, then stored in one transaction."""

from __future__ import annotations

import gc
import os
from pathlib import Path

from tests.performance.bench import Meter, bench

ROWS = 50_000
OWNER = "示范理工大学"
PROMISED = 1_000  # rows a second
IDLE = 1.5  # load average of the last minute below which the clock tells something of the program
CALAMINE, BARE = "calamine alone: every cell read", "bare bulk_create of as many patents"


@bench("import", f"{ROWS:,} rows: dry run with every gate, then stored in one step")
def importing(meter: Meter) -> None:
    """Dry run and commit of a synthetic inventory."""
    from listings.importing import flow
    from listings.models import Patent
    from marketplace.accounts.models import Role, User
    from tests.listings.making import member, university
    from tests.performance import inventories

    load = os.getloadavg()[0]
    school = university(OWNER)
    person = member(User.objects.create_user("bench@example.test", "x", name="甲"), school, Role.LISTER)
    file = inventories.write(meter.folder / "inventory.xlsx", OWNER, ROWS)
    with meter.measure(CALAMINE, count=ROWS):
        _cells(file)
    with meter.measure(BARE, count=ROWS):
        _bare(ROWS)
    gc.collect()
    with meter.measure("dry run", count=ROWS, against=BARE):
        run, _created = flow.stage(file.read_bytes(), file.name, organization=school, by=person, wait=True)
    with meter.measure("stored", count=ROWS, against=BARE):
        run = flow.commit(run, by=person, leave_out=True, wait=True)
    stored = Patent.objects.filter(organization=school).count()
    meter.say(f"outcomes: {dict(run.counts)}; patents stored: {stored:,}; file: {file.stat().st_size / 2**20:.1f} MiB")
    clock, processor = (ROWS / spent("dry run", "stored") for spent in (meter.seconds, meter.processor))
    meter.floor("rows a second of one processor through dry run and storing", processor, PROMISED)
    if load < IDLE:
        meter.floor("rows a second by the clock", clock, PROMISED)
    else:
        meter.say(f"rows a second by the clock: {clock:,.0f}, not judged: the machine was busy (load {load:.1f})")
    meter.ceiling("peak memory in MiB", max(line.peak for line in meter.lines[-2:]), 300)


def _cells(file: Path) -> int:
    import python_calamine

    sheet = python_calamine.CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
    return sum(len(row) for row in sheet.iter_rows())


def _bare(count: int) -> None:
    from django.db import transaction

    from listings.models import Patent

    with transaction.atomic():
        for start in range(0, count, 1_000):
            numbers = (f"19{at:011d}" for at in range(start, start + 1_000))
            Patent.objects.bulk_create(
                [Patent(application_number=n, kind="invention", title=f"示例{n}", patentee=OWNER) for n in numbers]
            )
        transaction.set_rollback(True)  # they were only made to see how long it takes
