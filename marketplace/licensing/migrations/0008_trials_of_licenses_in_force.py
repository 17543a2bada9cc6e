"""Licenses with a free period that were in force before trials were recorded get theirs."""

from django.db import migrations

TRIAL = {"version__snapshot__terms__fee_mode": "free_then_paid", "effective_at__isnull": False}


def forwards(apps, schema_editor):
    """A running license has a running trial, or one that was paid; an ended one says how it came out."""
    agreements = apps.get_model("licensing", "Agreement").objects.filter(**TRIAL)
    for row in agreements.filter(trial="", state__in=["active", "ended"]):
        paid = row.obligations.filter(state="settled").order_by("settled_at").first()
        if paid is not None:
            row.trial, row.trial_ended_on = "converted", paid.settled_at.date()
        elif row.state == "active":
            row.trial = "running"
        else:
            early = row.closed_at and row.ends_on and row.closed_at.date() < row.ends_on
            row.trial, row.trial_ended_on = (
                ("left" if early else "term_ended"),
                (row.closed_at or row.effective_at).date(),
            )
        row.save(update_fields=["trial", "trial_ended_on"])


class Migration(migrations.Migration):
    dependencies = [("licensing", "0007_trials_claims_reports")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
