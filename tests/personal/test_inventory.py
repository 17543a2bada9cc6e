"""Every field that may hold something about a person stands in the inventory, with purpose, basis and time (PII-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import translation
from wagtail.models import Page

from marketplace.lib import personal
from marketplace.lib.personal import Basis, Ending, Kept

VENDORS = {"account", "mfa", "usersessions", "sessions"}  # what allauth and Django keep of people
OURS = ("marketplace.", "listings", "cms")
HASH = re.compile(r"_(sha256|hash)$")
LOOKS_PERSONAL = re.compile(
    r"name|e?mail|phone|address|contact|holder|payer|payee|inventor|patentee|shareholder|representative|person|signer|"
    r"agent|(^|_)ip($|_)|reason|note|detail|text|body|message|problem|evidence|cells|answer|session_data|signature|"
    r"snapshot|last_error|payload|related_part|intended|bank_account|proof|facts|(^|_)words|password|^data$|query"
)


def _models() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        ours = model.__module__.startswith(OURS) or model._meta.app_label in VENDORS
        if ours and not issubclass(model, Page):
            yield model


def looks_personal(field: models.Field[object, object]) -> bool:
    """Whether a field may hold something about a person, by its type or its name."""
    if isinstance(field, models.ForeignKey | models.BooleanField | models.DateField | models.IntegerField):
        return False
    if isinstance(field, models.EmailField | models.GenericIPAddressField):
        return True
    return not field.choices and not HASH.search(field.name) and bool(LOOKS_PERSONAL.search(field.name))


def _suspects() -> list[str]:
    return [
        f"{model._meta.label}.{field.name}"
        for model in _models()
        for field in model._meta.concrete_fields
        if looks_personal(field)
    ]


def test_no_personal_looking_field_is_missing_from_the_inventory() -> None:
    missing = sorted(set(_suspects()) - personal.known())

    assert missing == []


def test_a_field_that_nobody_entered_is_found() -> None:
    class Guest(models.Model):  # noqa: DJ008
        visitor_mail = models.EmailField()
        size = models.CharField(max_length=3)

        class Meta:
            app_label = "personal_control"
            managed = False

    fields = [field.name for field in Guest._meta.concrete_fields if looks_personal(field)]
    apps.all_models["personal_control"].clear()

    assert fields == ["visitor_mail"]
    assert len(_suspects()) > 100


@pytest.mark.parametrize("name", sorted(personal.known()))
def test_the_inventory_names_fields_that_exist(name: str) -> None:
    label, _dot, field = name.rpartition(".")

    assert field in {known.name for known in apps.get_model(label)._meta.get_fields()}


def test_every_line_has_purpose_basis_time_and_ending() -> None:
    for item in personal.items():
        assert str(item.what), item
        assert str(item.purpose), item
        assert isinstance(item.basis, Basis), item
        assert isinstance(item.kept, Kept), item
        assert isinstance(item.ending, Ending), item


def test_no_field_stands_in_the_inventory_twice() -> None:
    entered = [f"{item.model}.{field}" for item in personal.items() for field in item.fields]

    assert sorted(entered) == sorted(set(entered))


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_anybody_may_read_the_inventory(client: Client, language: str) -> None:
    client.cookies["django_language"] = language
    answer = client.get("/legal/personal-data/")

    assert answer.status_code == 200
    page = answer.content.decode()
    with translation.override(language):
        told = {(str(item.what), str(item.purpose)) for item in personal.items()}
    assert page.count('class="title"') == len(told)
    assert "accounts." not in page
