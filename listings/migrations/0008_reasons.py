"""The reasons that moderators begin with; they edit and archive them on their desk."""

import json
from pathlib import Path

from django.db import migrations

FILE = Path(__file__).resolve().parent.parent / "desk" / "reasons.json"


def seed_reasons(apps, schema_editor):
    reason = apps.get_model("listings", "Reason")
    for number, row in enumerate(json.loads(FILE.read_text(encoding="utf-8")), start=1):
        reason.objects.get_or_create(
            use=row["use"],
            text_zh=row["zh"],
            defaults={"text_en": row["en"], "rule": row["rule"], "position": number * 10},
        )


class Migration(migrations.Migration):
    dependencies = [("listings", "0007_desk_and_integrity")]
    operations = [migrations.RunPython(seed_reasons, migrations.RunPython.noop)]
