"""Chinese comes first: nothing the site says lacks its Chinese words."""

from __future__ import annotations

from pathlib import Path

import polib
from django.conf import settings

from marketplace import catalogs

CATALOG = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.po"


def test_every_message_of_the_code_is_in_the_chinese_catalog() -> None:
    kept = {(entry.msgid, entry.msgctxt or "") for entry in polib.pofile(str(CATALOG))}

    said = catalogs.found_in_code(settings.BASE_DIR)
    lacking = sorted({f"{f.place}: {f.text}" for f in said if (f.text, f.context) not in kept})

    assert lacking == []


def test_every_message_is_translated_with_the_same_placeholders() -> None:
    assert catalogs.untranslated(polib.pofile(str(CATALOG))) == []


def test_a_message_without_words_or_with_other_placeholders_is_named() -> None:
    catalog = polib.POFile()
    catalog.append(polib.POEntry(msgid="Pay %(amount)s", msgstr="付 %(sum)s"))
    catalog.append(polib.POEntry(msgid="Sign", msgstr=""))
    catalog.append(polib.POEntry(msgid="Read", msgstr="阅读"))

    assert catalogs.untranslated(catalog) == ["Pay %(amount)s", "Sign"]


def test_an_update_keeps_translations_and_drops_what_is_no_longer_said(tmp_path: Path) -> None:
    file = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    first = catalogs.update(file, [catalogs.Found("Sign", "", "", "a.py"), catalogs.Found("Gone", "", "", "a.py")])
    for entry in first:
        entry.msgstr = "签署"
    first.save(str(file))

    second = catalogs.update(file, [catalogs.Found("Sign", "", "", "a.py"), catalogs.Found("Pay", "", "", "b.html")])

    assert {entry.msgid: entry.msgstr for entry in second} == {"Pay": "", "Sign": "签署"}
