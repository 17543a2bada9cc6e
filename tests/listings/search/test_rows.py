"""Offers are read in three narrow questions, and say what the models' own way of reading says."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from listings import variants
from listings.models import Listing, ListingState, OfferTerms
from listings.offers import classes_of
from listings.prices import class_prices_of, terms_dict
from listings.search import rows
from listings.search.documents import document_of, indexable, readable
from listings.views import showing
from marketplace.accounts.models import User
from marketplace.lib.prepared import Prepared
from tests.listings.making import firm, offer, university

pytestmark = pytest.mark.django_db


def cheaper_variant(listing: Listing) -> OfferTerms:
    return OfferTerms.objects.create(
        variant_of=listing, label="短期", position=1, fee_minor=100, months=12, guidance_hours=2, acts=["make"]
    )


@pytest.fixture
def offers(alice: User) -> list[Listing]:
    school = university()
    made = [offer(school, alice, f"余热 {n}", prices={"micro": 5_000 + n} if n % 2 else None) for n in range(5)]
    cheaper_variant(made[0])
    cheaper_variant(made[3])
    return made


def told(listing: Listing) -> list[Any]:
    """What a line of results and a document say of it."""
    buyer = firm("小厂", size="micro")
    own = terms_dict(listing.terms), class_prices_of(listing.terms)
    further = [(row.label, row.fee_minor, class_prices_of(row)) for row in variants.rows(listing)]
    price = showing.lowest_price(listing, buyer), variants.cheapest(listing, classes_of(buyer))[0]
    return [own, further, price, document_of(listing), listing.patent.title, listing.organization.name]


def test_what_is_read_narrowly_says_what_the_models_say(offers: list[Listing]) -> None:
    keys = [listing.pk for listing in offers]

    narrow = rows.read(keys)

    usual = {row.pk: row for row in readable(Listing.objects.filter(pk__in=keys))}
    assert [row.pk for row in narrow] == keys
    assert [told(row) for row in narrow] == [told(usual[key]) for key in keys]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_three_questions_are_asked_however_many_there_are(offers: list[Listing], count: int) -> None:
    keys = [listing.pk for listing in offers[:count]]

    with CaptureQueriesContext(connection) as asked:
        said = [(row.terms.fee_minor, len(variants.rows(row)), class_prices_of(row.terms)) for row in rows.read(keys)]

    assert len(said) == count
    assert len(asked) == 3


def test_nothing_is_asked_for_no_keys() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert rows.read([]) == []

    assert len(asked) == 0


def test_what_is_not_on_offer_any_more_is_left_out_at_once(offers: list[Listing]) -> None:
    keys = [listing.pk for listing in offers]
    assert len(rows.read(keys)) == 5  # the question is prepared now

    Listing.objects.filter(pk=keys[1]).update(state=ListingState.SUSPENDED, version=F("version") + 1)
    Listing.objects.filter(pk=keys[2]).update(headline="改了")

    read = rows.read(keys)
    assert [row.pk for row in read] == [keys[0], *keys[2:]]
    assert read[1].headline == "改了"


def test_an_index_learns_of_what_is_no_longer_on_offer_by_its_tombstone(offers: list[Listing]) -> None:
    key = offers[0].pk
    Listing.objects.filter(pk=key).update(state=ListingState.SUSPENDED)

    assert [document_of(row).visible for row in indexable([key])] == [False]


def test_a_column_that_was_not_read_is_asked_for_when_it_is_wanted(offers: list[Listing]) -> None:
    (read,) = rows.read([offers[0].pk])

    with CaptureQueriesContext(connection) as asked:
        assert read.created_by_id == offers[0].created_by_id

    assert len(asked) == 1


def test_keys_come_in_the_order_asked_each_once_and_unknown_ones_are_left_out(offers: list[Listing]) -> None:
    first, second = offers[0].pk, offers[1].pk

    assert [row.pk for row in rows.read([second, first, second, 10**9])] == [second, first]


def test_a_prepared_question_answers_for_any_number_of_keys(offers: list[Listing]) -> None:
    asked = Prepared(lambda keys: Listing.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "published_at"))
    true = list(Listing.objects.order_by("pk").values_list("pk", "published_at"))

    for count in (1, 3, 13, 61, 501, 1_003):
        keys = [*(row[0] for row in true[:count]), *range(10**9, 10**9 + count - len(true[:count]))]
        assert [tuple(row) for row in asked.rows(keys)] == true[:count]
    assert timezone.is_aware(asked.rows([true[0][0]])[0][1])


@pytest.mark.django_db(transaction=True)
def test_each_thread_prepares_for_its_own_connection(offers: list[Listing]) -> None:
    asked = Prepared(lambda keys: Listing.objects.filter(pk__in=keys).values_list("headline"))
    assert [tuple(row) for row in asked.rows([offers[0].pk])] == [("示范发布项",)]
    found: list[Any] = []

    def other() -> None:
        found.extend(tuple(row) for row in asked.rows([offers[0].pk]))
        connections.close_all()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()

    assert found == [("示范发布项",)]
