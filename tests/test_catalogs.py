"""Chinese comes first: nothing the site says lacks its Chinese words."""

from __future__ import annotations

import ast
from pathlib import Path

import polib
import pytest
from django.conf import settings

from marketplace import catalogs

CATALOG = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES" / "django.po"


def test_every_message_of_the_code_is_in_the_chinese_catalog() -> None:
    kept = {(entry.msgid, entry.msgctxt or "") for entry in polib.pofile(str(CATALOG))}

    said = catalogs.found_in_code(settings.BASE_DIR)
    lacking = sorted({f"{f.place}: {f.text}" for f in said if (f.text, f.context) not in kept})

    assert lacking == []


def in_f_strings(code: str) -> list[str]:
    """Messages inside an f-string: who gathers the messages does not see them there, so they are never translated."""
    called = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}
    strings = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.JoinedStr))
    calls = (node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call))
    return [ast.unparse(call) for call in calls if isinstance(call.func, ast.Name) and call.func.id in called]


@pytest.mark.parametrize("room", ["cms", "listings", "marketplace"])
def test_no_message_stands_inside_an_f_string(room: str) -> None:
    found = [
        f"{path.name}: {call}"
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py")
        for call in in_f_strings(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_a_message_inside_an_f_string_is_found() -> None:
    assert in_f_strings("told = f\"<b>{safe(_('Pay'))}</b> {name}\"") == ["_('Pay')"]


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
