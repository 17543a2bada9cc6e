"""The first version of the site's texts, and the moderators' right to enter the Wagtail admin."""

from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).resolve().parent.parent / "texts"
KINDS = ("trading_rules", "service_agreement", "privacy_notice")
IN_FORCE_FROM = datetime(2025, 12, 31, 16, 0, tzinfo=timezone.utc)  # 2026-01-01 00:00 in Shanghai


def _read(kind, language):
    title, _, body = (FOLDER / f"{kind}_1.{language}.md").read_text(encoding="utf-8").partition("\n")
    return title.removeprefix("# ").strip(), body.strip()


def seed_texts(apps, schema_editor):
    text = apps.get_model("accounts", "LegalText")
    for kind in KINDS:
        title_zh, body_zh = _read(kind, "zh")
        title_en, body_en = _read(kind, "en")
        digest = sha256("\n".join([title_zh, body_zh, title_en, body_en]).encode()).hexdigest()
        text.objects.get_or_create(
            kind=kind,
            version=1,
            defaults={
                "title_zh": title_zh,
                "title_en": title_en,
                "body_zh": body_zh,
                "body_en": body_en,
                "in_force_from": IN_FORCE_FROM,
                "sha256": digest,
            },
        )


def let_moderators_in(apps, schema_editor):
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Moderators")
    permission = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="wagtailadmin", codename="access_admin"
    )
    group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0002_initial_data"),
    ]
    operations = [
        migrations.RunPython(seed_texts, migrations.RunPython.noop),
        migrations.RunPython(let_moderators_in, migrations.RunPython.noop),
    ]
