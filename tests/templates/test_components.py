"""The pieces that pages are made of."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from marketplace.lib.findings import Finding, Severity
from marketplace.lib.look import Bar, Fact, Step
from marketplace.lib.terms import today


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def drawn(source: str, **context: Any) -> str:
    return " ".join(Template(source).render(Context(context)).split())


def test_the_process_line_says_what_is_done_and_where_we_are() -> None:
    html = drawn("{% process_line steps %}", steps=[Step("Ask", "09:02", "done"), Step("Sign", "", "now"), Step("Pay")])

    assert html.count("<li") == 3
    assert '<li class="done">' in html
    assert '<span class="visually-hidden">(done)</span>' in html
    assert '<li class="now" aria-current="step">' in html


def test_a_badge_says_its_meaning_in_words() -> None:
    assert drawn('{% badge "Paid" "good" mark="✓" %}') == (
        '<span class="badge good"><span aria-hidden="true">✓</span>Paid</span>'
    )


def test_a_finding_names_rule_remedy_and_source() -> None:
    html = drawn(
        "{% finding_list found %}",
        found=[Finding("GATE-4", Severity.BLOCK, "The fee is unpaid.", "Pay it.", "IR 86")],
    )

    assert '<li class="block">' in html
    assert "<b>Must be settled</b> The fee is unpaid." in html
    assert "Pay it." in html
    assert "IR 86 ·" in html
    assert "rule GATE-4" in html


def test_facts_are_escaped() -> None:
    assert "&lt;b&gt;" in drawn("{% facts rows %}", rows=[Fact("<b>", "value", "note")])


@pytest.mark.parametrize(
    ("days", "tone", "words"),
    [
        (40, "plain", "40 days left"),
        (6, "warn", "6 days left"),
        (0, "stop", "Last day is today"),
        (-1, "stop", "1 day overdue"),
    ],
)
def test_a_countdown_gets_louder(days: int, tone: str, words: str) -> None:
    html = drawn("{% countdown day %}", day=today() + timedelta(days))

    assert f'class="countdown {tone}"' in html
    assert words in html


def test_a_life_bar_tells_screen_readers_the_last_day() -> None:
    html = drawn("{% life_bar filed last %}", filed=date(2016, 3, 1), last=date(2099, 2, 28))

    assert "(in force through 2099-02-28)" in html
    assert "style=" not in html


def test_a_chart_gives_its_numbers_as_a_table_too() -> None:
    html = drawn('{% chart bars "Listings" %}', bars=[Bar("Metal", 12), Bar("Food", 0)])

    assert "<details>" in html
    assert '<th scope="row">Metal</th><td class="amount-cell">12</td>' in html


def test_pagination_keeps_the_other_parameters(rf: Any) -> None:
    html = drawn(
        "{% pagination page %}", page=Paginator(range(100), 10).get_page(4), request=rf.get("/find/?q=x&page=4")
    )

    assert 'href="?q=x&amp;page=5"' in html
    assert 'aria-current="page"' in html


def test_one_page_needs_no_pagination(rf: Any) -> None:
    assert drawn("{% pagination page %}", page=Paginator([1], 10).get_page(1), request=rf.get("/")) == ""


class Few(forms.Form):
    name = forms.CharField(help_text="as registered")
    mode = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    note = forms.CharField(required=False)


def test_a_wrong_form_says_first_what_to_correct_and_keeps_what_was_typed() -> None:
    html = drawn("{{ form }}", form=Few({"note": "typed <b>"}))

    assert html.index("2 things need your attention") < html.index('name="name"')
    assert 'href="#id_name"' in html
    assert 'href="#id_mode_0"' in html
    assert 'value="typed &lt;b&gt;"' in html
    assert 'aria-invalid="true"' in html


def test_a_field_is_bound_to_its_label_hint_and_errors() -> None:
    html = drawn("{{ form }}", form=Few({}))

    assert '<label for="id_name">' in html
    assert re.search(r'name="name"[^>]*aria-describedby="id_name_helptext id_name_error"', html)
    assert '<span class="optional">optional</span>' in html
    assert '<fieldset class="field options wrong" id="id_mode_group"' in html


def test_money_numbers_and_fingerprints_read_as_people_write_them() -> None:
    assert drawn('{{ fee|money:"CNY" }}', fee=3_000_000) == "¥30,000"
    assert drawn("{{ n|number }}", n=3412) == "3,412"
    assert drawn("{{ r|rate }}", r=350) == "3.5%"
    assert drawn("{{ p|masked_phone }}", p="13812345678") == "138 **** 5678"
    assert 'title="9f3c41d0a7b2e6f87ab2"' in drawn("{{ h|fingerprint }}", h="9f3c41d0a7b2e6f87ab2")


def test_the_style_sheet_asks_for_nothing_outside() -> None:
    sheet = (settings.BASE_DIR / "marketplace" / "static" / "kaixu" / "kaixu.css").read_text(encoding="utf-8")

    assert "url(" not in sheet
    assert "@import" not in sheet
    assert sheet.count("{") == sheet.count("}")


def test_the_gallery_shows_every_component(client: Client, db: None) -> None:
    body = client.get("/dev/components/").content.decode()

    for name in (
        "process",
        "badge",
        "findings",
        "facts",
        "price-block",
        "life",
        "countdown",
        "chart",
        "pagination",
        "empty",
        "notice",
        "errors",
        "crumbs",
        "section-nav",
        "scroll",
        "clauses",
        "diff",
        "loading",
    ):
        assert re.search(rf'class="(?:[^"]* )?{name}(?: [^"]*)?"', body), name
