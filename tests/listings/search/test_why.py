"""Whatever a question is found by, the line under the result says where it stands."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from listings.models import Listing
from listings.search import Query, indexer, search
from marketplace.accounts.models import Organization, User
from tests.listings.making import offer, university

pytestmark = pytest.mark.django_db
WORD = "苜蓿"


@pytest.fixture
def told_once(request: pytest.FixtureRequest, _index_folder: None, alice: User, settings: Any) -> Listing:
    """An offer with the word in one place only, beside one without it."""
    settings.SEARCH_ENCODER = ""
    school = university()
    fields = {"title": "一种提取装置"} | request.param
    made = offer(school, alice, fields.pop("title"), **fields)
    offer(school, alice, "另一种提取装置")
    indexer.rebuild()
    return made


@pytest.mark.parametrize(
    ("told_once", "place"),
    [
        ({"title": f"{WORD}提取装置"}, "its title"),
        ({"headline": f"少用{WORD}"}, "its title"),
        ({"problem": f"{WORD}总是提不干净"}, "the problem it solves"),
        ({"products": f"{WORD}、油"}, "its products"),
        ({"gains": [[f"{WORD}产量", "1", "2"]]}, "its gains"),
        ({"patent__abstract": f"从残渣中提取{WORD}的装置。"}, "the abstract"),
        ({"adoption": f"先把{WORD}加热"}, "what its use takes"),
        ({"also_needed": f"每年{WORD}三吨"}, "what its use takes"),
        ({"terms__field_of_use": f"只用于{WORD}"}, "the field of use"),
        ({"patent__patentee": f"{WORD}研究所"}, "the names of its people"),
        ({"patent__inventors": "金苜蓿"}, "the names of its people"),
    ],
    indirect=["told_once"],
)
def test_a_word_that_finds_an_offer_is_shown_with_its_place(told_once: Listing, place: str) -> None:
    with translation.override("en"):
        items = search(Query(q=WORD)).items

    assert [item.listing.pk for item in items] == [told_once.pk]
    assert items[0].why.endswith(f"in {place}")


@pytest.mark.parametrize("told_once", [{}], indirect=True)
@pytest.mark.parametrize(("asked", "said"), [("有色金属", "in its industry"), ("甘肃", "in its region")])
def test_a_shared_word_is_named_too(told_once: Listing, asked: str, said: str) -> None:
    Organization.objects.update(division="620000")
    indexer.rebuild()

    with translation.override("en"):
        found = {item.listing.pk: item.why for item in search(Query(q=asked)).items}

    assert found[told_once.pk].endswith(said)
