"""Synonyms that moderators keep: in force with the next search, and none that would make it worse."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from listings.models import Listing, SynonymGroup
from listings.search import Query, analysis, expressions, search, synonyms
from marketplace.accounts import people
from marketplace.accounts.models import User

pytestmark = pytest.mark.django_db


def kin(text: str) -> tuple[str, ...]:
    return analysis.question(text, synonyms.groups())[0][0].kin


def group(expressions: str, **fields: Any) -> SynonymGroup:
    made = SynonymGroup(expressions=expressions, **fields)
    made.full_clean()
    made.save()
    return made


def test_a_group_is_in_force_with_the_next_search_and_so_is_its_end(catalog: dict[str, Listing]) -> None:
    assert search(Query(q="蒸馍")).fitting is False

    made = group("馒头, 蒸馍, mantou bread")
    assert search(Query(q="蒸馍")).ids == [catalog["馒头"].pk]
    assert search(Query(q="Mantou Bread")).ids == [catalog["馒头"].pk]

    made.active = False
    made.save()
    assert search(Query(q="蒸馍")).fitting is False

    made.delete()
    assert synonyms.groups() == ()


def test_a_group_takes_the_place_of_the_built_in_one_that_begins_alike() -> None:
    assert "废热" in kin("余热")

    group("余热, 烟气热能")

    assert kin("余热") == ("烟气 热能",)


def test_a_group_switched_off_ends_the_built_in_one() -> None:
    group("锅炉, boiler", active=False)

    assert kin("锅炉") == ()


@pytest.mark.parametrize(
    ("expressions", "told"),
    [
        ("余热", "Name at least two expressions, separated by commas."),
        ("，, ；", "Name at least two expressions, separated by commas."),
        ("余热, 的", "“的” says nothing by itself; every search would find it."),
        ("余热, ***", "“***” says nothing by itself; every search would find it."),
        ("余热, " + "热" * 31, "“" + "热" * 31 + "” is longer than 30 characters."),
        (",".join(f"词汇{n}" for n in range(13)), "At most 12 expressions; make two groups of them."),
    ],
)
def test_a_group_that_would_make_searching_worse_is_refused(expressions: str, told: str) -> None:
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        group(expressions)

    assert told in refused.value.message_dict["expressions"]
    assert not SynonymGroup.objects.exists()


def test_an_expression_stands_in_one_group_only() -> None:
    group("馒头, 蒸馍")

    with translation.override("en"), pytest.raises(ValidationError, match="Add your expressions there"):
        group("面点, 蒸饃")
    assert SynonymGroup.objects.count() == 1


@pytest.mark.parametrize("written", ["馒头，蒸馍、mantou", "馒头;蒸馍；mantou", "馒头, 蒸馍,, mantou , 馒头"])
def test_commas_of_either_script_separate(written: str) -> None:
    assert expressions.split(written) == ["馒头", "蒸馍", "mantou"]


def test_one_small_query_tells_that_nothing_changed(django_assert_num_queries: Any) -> None:
    group("馒头, 蒸馍")
    synonyms.groups()

    with django_assert_num_queries(1):
        assert synonyms.groups() == (("馒头", "蒸馍"),)


def test_a_moderator_keeps_them_in_the_admin_and_others_do_not(client: Any, alice: User, bob: User) -> None:
    page = reverse("wagtailsnippets_listings_synonymgroup:add")
    client.force_login(bob)
    assert client.post(page, {"expressions": "馒头, 蒸馍", "active": "on"}).status_code in {302, 403, 404}
    assert not SynonymGroup.objects.exists()

    people.make_moderator(alice)
    client.force_login(alice)
    assert client.post(page, {"expressions": "馒头", "active": "on"}).status_code == 200
    assert not SynonymGroup.objects.exists()
    assert client.post(page, {"expressions": "馒头, 蒸馍", "active": "on"}).status_code == 302

    assert SynonymGroup.objects.get().expressions == "馒头, 蒸馍"
    assert "蒸馍" in client.get(reverse("wagtailsnippets_listings_synonymgroup:list")).content.decode()
