"""Storing what a dry run showed, in one transaction: every row of it or none (IMP-1)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow.moving import HEALTH, touch_all
from listings.flow.patents import record_status
from listings.flow.suspending import suspend_for_health
from listings.importing import setwise
from listings.importing.plan import DECLARED, PLAIN, STORED, Planned, compare, fees_of, values_of
from listings.models import CoOwner, ImportRun, ImportState, Listing, Outcome, Patent, StatusRecord
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib import crash, terms
from marketplace.lib.findings import Refused, refuse
from marketplace.outbox import outbox

_WRITTEN = [*PLAIN, *DECLARED, "organization", "last_day", "status_source", "status_checked_at", "changed_at"]
CHUNK = 1_000  # known patents that are compared and changed together


def store(run: ImportRun, *, by: User) -> None:
    """Store every row that is to be stored; the caller's transaction holds all of it, and the run's row is locked.

    Raises Refused (IMP-4) where patents have changed since the dry run, and IntegrityError where another import is
    storing one of them at this very moment.
    """
    if run.organization_id:
        Organization.objects.select_for_update().get(pk=run.organization_id)  # one import at a time (IMP-4)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # the site's limit is for web requests, not for 50,000 rows at once
            cursor.execute("SET LOCAL statement_timeout = '10min'")
    for part in PARTS:
        part(run, by)
        crash.reach("import_stored")
    run.state, run.phase, run.cursor = ImportState.COMMITTED, "", ""
    run.committed_by, run.committed_at, run.done, run.trouble = by, timezone.now(), run.total, {}
    trail.record(
        Action.IMPORT_COMMIT, run, by=by, organization=run.organization_id, sha256=run.sha256, counts=run.counts
    )


def _refuse_moved(run: ImportRun, _by: User) -> None:
    """Numbers that were new are still new, and so are their announcement numbers."""
    new = run.rows.filter(outcome=Outcome.NEW)
    announced = new.filter(facts__has_key="publication_number").values("announced")
    if Patent.objects.filter(application_number__in=new.values("key")).exists():
        raise moved()
    if Patent.objects.filter(publication_number__in=announced).exists():
        raise moved()


def _create(run: ImportRun, by: User) -> None:
    """The new patents, their rows' links to them, and what the sheet says about their status."""
    now, source = timezone.now(), _source(run)
    setwise.insert_patents(run, source, now)
    link = Patent.objects.filter(application_number=OuterRef("key")).values("pk")[:1]
    run.rows.filter(outcome=Outcome.NEW).update(patent=Subquery(link))
    crash.reach("import_stored")
    setwise.insert_statements(run, source, now, by)


def _change(run: ImportRun, by: User) -> None:
    """Complete or correct known patents; offers that hang on them learn of it."""
    after = 0
    wanted = run.rows.filter(outcome=Outcome.CHANGED).defer("cells", "answers").order_by("number")
    while rows := list(wanted.filter(number__gt=after)[:CHUNK]):
        after = rows[-1].number
        numbers = [row.key for row in rows]
        list(Patent.objects.select_for_update(of=("self",)).filter(application_number__in=numbers).values_list("pk"))
        planned = compare(run, rows, gates=False)
        if any(one.row.outcome != Outcome.CHANGED for one in planned):
            raise moved()
        offered = set(
            Listing.objects.filter(patent__in=[one.patent for one in planned]).values_list("patent", flat=True)
        )
        _change_quietly([one for one in planned if one.patent and one.patent.pk not in offered], run, by)
        for one in planned:
            if one.patent and one.patent.pk in offered:
                _change_offered(one, one.patent, run, by)
        crash.reach("import_stored")


def _changed(one: Planned, run: ImportRun) -> Patent:
    """The known patent with the row's facts, not saved."""
    assert one.patent is not None  # noqa: S101 - only known patents come here
    for name, value in values_of(one.changes).items():
        setattr(one.patent, name, value)
    if run.organization and one.patent.organization_id is None:
        one.patent.organization = run.organization
    return one.patent


def _says_otherwise(one: Planned, patent: Patent) -> bool:
    """Whether the row states another status, or other fees, than are known."""
    facts, fees = one.row.facts, fees_of(one.row.facts)
    return facts.get("status", patent.status) != patent.status or fees not in (None, patent.fees_paid_through)


def _change_quietly(planned: Sequence[Planned], run: ImportRun, by: User) -> None:
    """Patents that nobody offers: many at once, for nobody has to hear of it."""
    now, source, patents, records = timezone.now(), _source(run), [], []
    for one in planned:
        patent = _changed(one, run)
        if _says_otherwise(one, patent):
            patent.status = str(one.row.facts.get("status", patent.status))
            fees = fees_of(one.row.facts)
            patent.fees_paid_through = patent.fees_paid_through if fees is None else fees
            patent.status_source, patent.status_checked_at = source, now
            records.append(
                StatusRecord(
                    patent=patent, status=patent.status, fees_paid_through=fees, source=source, checked_at=now,
                    recorded_by=by,
                )
            )  # fmt: skip
        patent.last_day = patent.last_day_by_facts()
        patents.append(patent)
    Patent.objects.bulk_create(
        patents, batch_size=CHUNK, update_conflicts=True, unique_fields=["pk"], update_fields=_WRITTEN
    )
    StatusRecord.objects.bulk_create(records, batch_size=CHUNK)


def _change_offered(one: Planned, patent: Patent, run: ImportRun, by: User) -> None:
    """A patent with an offer: the offer is another version now, and what forbids it suspends it."""
    _changed(one, run).save()
    if _says_otherwise(one, patent):
        status, fees = str(one.row.facts.get("status", patent.status)), fees_of(one.row.facts)
        record_status(patent, status=status, source=_source(run), by=by, fees_paid_through=fees)
        return
    touch_all(patent)
    outbox.add(HEALTH, patent=patent.pk)
    suspend_for_health(patent)


def _co_owners(run: ImportRun, _by: User) -> None:
    """Who else stands on the register; each one's consent is asked for later (GATE-8)."""
    rows = run.rows.filter(outcome__in=STORED, facts__has_key="co_owners").order_by("number")
    found = rows.values_list("patent_id", "facts__co_owners").iterator(chunk_size=CHUNK)
    while some := list(itertools.islice(found, CHUNK)):
        CoOwner.objects.bulk_create(
            [CoOwner(patent_id=patent, name=name[:160]) for patent, names in some for name in names],
            batch_size=CHUNK,
            ignore_conflicts=True,
        )


PARTS = (_refuse_moved, _create, _change, _co_owners)


def _source(run: ImportRun) -> str:
    # Kept as data, so in the language of the register: it is shown beside the status on every page.
    return f"导入台账（{terms.today().isoformat()}）：{run.file_name}"[:200]


def moved() -> Refused:
    """Patents of the sheet have changed since the dry run."""
    return refuse(
        "IMP-4",
        _("Somebody stored one of these patents at the same moment."),
        _("Look at the rows again and store once more. Nothing has been stored."),
    )


def failed() -> Refused:
    """Storing broke off for a reason that no rule knows."""
    return refuse(
        "IMP-1",
        _("Storing broke off. Nothing has been stored."),
        _("Store once more. If it happens again, write to the moderators and name the file."),
    )
