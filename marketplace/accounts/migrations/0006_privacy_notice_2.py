"""The second version of the privacy notice: needs, saved searches, counts of words, calendar, passkeys, copies."""

from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).resolve().parent.parent / "texts"
IN_FORCE_FROM = datetime(2026, 1, 31, 16, 0, tzinfo=timezone.utc)  # 2026-02-01 00:00 in Shanghai


def _read(language):
    title, _, body = (FOLDER / f"privacy_notice_2.{language}.md").read_text(encoding="utf-8").partition("\n")
    return title.removeprefix("# ").strip(), body.strip()


def seed_text(apps, schema_editor):
    title_zh, body_zh = _read("zh")
    title_en, body_en = _read("en")
    apps.get_model("accounts", "LegalText").objects.get_or_create(
        kind="privacy_notice",
        version=2,
        defaults={
            "title_zh": title_zh,
            "title_en": title_en,
            "body_zh": body_zh,
            "body_en": body_en,
            "in_force_from": IN_FORCE_FROM,
            "sha256": sha256("\n".join([title_zh, body_zh, title_en, body_en]).encode()).hexdigest(),
        },
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_personal_data")]
    operations = [migrations.RunPython(seed_text, migrations.RunPython.noop)]
