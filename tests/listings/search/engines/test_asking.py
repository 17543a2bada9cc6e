"""What a question finds and in which order: the same on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listings.search.backend import ENOUGH, NEAR, Document, Question, SearchBackend, Word
from listings.search.fields import BOOSTS
from tests.listings.search.engines.conftest import ENGINES, opened
from tests.listings.search.engines.making import asking, document, keys

FIELDS = sorted(BOOSTS)
_FIELD_KEYS = {name: 100 + number for number, name in enumerate(FIELDS)}

# What is asked below, each group of documents with words of its own.
CORPUS = [
    *(document(key, f"字段{name}", field=name) for name, key in _FIELD_KEYS.items()),
    document(1, "余热 回收 锅炉", texts={"pairs": "余热 热回 回收 锅炉"}),
    document(2, "余热 发电"),
    document(3, "锅炉 水垢"),
    document(10, "轴承", field="problem"),
    document(11, "轴承", field="abstract"),
    document(12, "轴承", field="title"),
    document(20, "", texts={"pairs": "褥疮 疮的 的创 创面"}),
    document(21, "", texts={"pairs": "创面 面褥 褥疮"}),
    document(22, "褥疮", texts={"pairs": "褥疮"}),
    document(30, "蓄电池"),
    document(31, "电瓶"),
    document(40, "heat pump", field="title"),
    document(41, "pump heat", field="title"),
    document(42, "heat", texts={"headline": "pump"}),
    document(50, "甲 乙 丙"),
    document(51, "甲 乙 丁"),
    document(52, "甲"),
    document(60, "粉尘 粉尘 粉尘 收 集 器"),
    document(61, "粉尘 布袋 收 集 器 x"),
    document(62, f"粉尘 {' '.join(f'w{n}' for n in range(200))}"),
    document(70, "普通 稀有"),
    *(document(key, "普通") for key in range(71, 79)),
    document(80, "次序", texts={"pairs": "馒头 头发 发硬"}),
    document(81, "次序", texts={"pairs": "发硬"}),
    document(82, "次序"),
    document(90, "号码", values={"numbers": ("2019218980500", "CN112345678B")}),
    document(91, "号码", values={"numbers": "2020100000001"}),
    Document.tombstone(99, 7),
]
VISIBLE = len(CORPUS) - 1


@pytest.fixture(scope="module", params=ENGINES)
def corpus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchBackend]:
    with opened(request.param, request, tmp_path_factory.mktemp("asking")) as another:
        engine = another()
        engine.rebuild(CORPUS)
        yield engine


@pytest.mark.parametrize("field", FIELDS)
def test_a_word_is_found_in_every_field(corpus: SearchBackend, field: str) -> None:
    assert keys(corpus, f"字段{field}") == [_FIELD_KEYS[field]]


def test_an_unknown_word_finds_nothing(corpus: SearchBackend) -> None:
    assert corpus.search(asking("魑魅")).total == 0


def test_no_words_find_everything_that_is_visible(corpus: SearchBackend) -> None:
    assert corpus.search(Question()).total == VISIBLE


def test_all_words_must_occur_where_all_are_asked_for(corpus: SearchBackend) -> None:
    assert keys(corpus, "余热", "锅炉") == [1]


def test_words_may_stand_in_different_fields(corpus: SearchBackend) -> None:
    assert 42 in keys(corpus, "heat", "pump")


def test_one_of_several_words_is_enough_where_one_is_asked_for(corpus: SearchBackend) -> None:
    assert sorted(keys(corpus, "余热", "锅炉", at_least=1)) == [1, 2, 3]


def test_two_of_three_words_are_enough_where_two_are_asked_for(corpus: SearchBackend) -> None:
    assert sorted(keys(corpus, "甲", "乙", "戊", at_least=2)) == [50, 51]


def test_more_than_there_are_cannot_be_asked_for(corpus: SearchBackend) -> None:
    assert keys(corpus, "甲", "丙", at_least=9) == [50]


def test_more_matching_words_come_first(corpus: SearchBackend) -> None:
    assert keys(corpus, "甲", "丁", at_least=1)[0] == 51


def test_words_that_need_not_occur_only_order(corpus: SearchBackend) -> None:
    hits = corpus.search(asking("水垢", at_least=0))

    assert hits.total == VISIBLE
    assert hits.keys[0] == 3


def test_several_forms_are_one_word(corpus: SearchBackend) -> None:
    assert sorted(keys(corpus, Word(("没有", "甲")), "乙")) == [50, 51]
    assert 52 not in keys(corpus, Word(("甲", "没有")), "乙")  # two forms found are not two words found


def test_a_synonym_finds(corpus: SearchBackend) -> None:
    assert sorted(keys(corpus, Word(("电瓶",), kin=("蓄电池",)))) == [30, 31]


def test_the_word_itself_beats_its_synonym(corpus: SearchBackend) -> None:
    assert keys(corpus, Word(("电瓶",), kin=("蓄电池",))) == [31, 30]
    assert keys(corpus, Word(("蓄电池",), kin=("电瓶",))) == [30, 31]


def test_an_expression_is_found_where_its_words_are_neighbors_in_order(corpus: SearchBackend) -> None:
    assert keys(corpus, "heat pump") == [40]
    assert keys(corpus, "pump heat") == [41]


def test_a_synonym_may_be_an_expression(corpus: SearchBackend) -> None:
    assert keys(corpus, Word(("热泵",), kin=("heat pump",))) == [40]


def test_a_word_is_found_by_its_characters_in_order(corpus: SearchBackend) -> None:
    assert keys(corpus, Word(("褥疮的创",), pairs=("褥疮", "疮的", "的创"))) == [20]


def test_its_characters_elsewhere_do_not_find_it(corpus: SearchBackend) -> None:
    assert keys(corpus, Word(("创面褥疮的",), pairs=("创面", "褥疮"))) == []


def test_the_word_itself_beats_its_characters(corpus: SearchBackend) -> None:
    assert keys(corpus, Word(("褥疮",), pairs=("褥疮",)))[0] == 22


def test_the_problem_weighs_more_than_the_title_and_that_more_than_the_abstract(corpus: SearchBackend) -> None:
    assert keys(corpus, "轴承") == [10, 12, 11]


def test_more_often_weighs_more_and_a_long_text_weighs_less(corpus: SearchBackend) -> None:
    assert keys(corpus, "粉尘") == [60, 61, 62]


def test_a_rare_word_weighs_more_than_a_common_one(corpus: SearchBackend) -> None:
    hits = corpus.search(asking("普通", "稀有", at_least=1))

    assert hits.keys[0] == 70
    assert hits.scores[0] > 2 * hits.scores[1]


def test_neighboring_characters_of_the_question_order_what_is_found(corpus: SearchBackend) -> None:
    assert keys(corpus, "次序", pairs=("馒头", "头发", "发硬")) == [80, 81, 82]
    assert keys(corpus, "次序", pairs=("发硬",))[0] == 81  # the shorter of the two that have it


def test_neighboring_characters_find_nothing_by_themselves(corpus: SearchBackend) -> None:
    assert corpus.search(asking("魑魅", pairs=("馒头",))).total == 0


@pytest.mark.parametrize("number", ["2019218980500", "CN112345678B"])
def test_a_number_finds_its_document_alone(corpus: SearchBackend, number: str) -> None:
    assert keys(corpus, numbers=(number,)) == [90]


def test_one_of_several_numbers_is_enough(corpus: SearchBackend) -> None:
    assert sorted(keys(corpus, numbers=("2019218980500", "2020100000001"))) == [90, 91]


def test_an_unknown_number_finds_nothing_whatever_the_words(corpus: SearchBackend) -> None:
    assert keys(corpus, "余热", numbers=("1",), at_least=0) == []


def test_a_part_of_a_number_is_no_number(corpus: SearchBackend) -> None:
    assert keys(corpus, numbers=("201921898050",)) == []


def test_near_widens_what_is_found_and_comes_first(corpus: SearchBackend) -> None:
    hits = corpus.search(asking("水垢", near=(30, 2)))

    assert (set(hits.keys[:2]), hits.keys[2:], hits.total) == ({2, 30}, (3,), 3)


def test_near_adds_a_known_number_to_the_score(corpus: SearchBackend) -> None:
    plain = corpus.search(asking("水垢"))
    both = corpus.search(asking("水垢", near=(3, 30)))

    assert both.keys == (3, 30)
    assert both.scores[0] - NEAR - ENOUGH == pytest.approx(plain.scores[0], abs=0.01)  # near, and it has the words
    assert both.scores[1] == NEAR


def test_near_without_words_finds_just_that(corpus: SearchBackend) -> None:
    assert sorted(keys(corpus, near=(30, 2))) == [2, 30]


def test_near_finds_no_tombstone(corpus: SearchBackend) -> None:
    assert keys(corpus, near=(99, 2)) == [2]


def test_a_tombstone_is_never_found(corpus: SearchBackend) -> None:
    assert 99 not in corpus.search(Question(limit=200)).keys


NO_SYNTAX = [
    "*", "?", "余*", "余?", "余热~", "余热^9", "title:余热", "/余.*/", '"余热"', "余热 OR 锅炉", "(余热", "[* TO *]",
    "+余热", "-余热", "\\", "{", "_exists_:problem", "<script>", "' or 1=1", "\x00", "\u202e", "\U0001f525", "a" * 4000,
]  # fmt: skip


@pytest.mark.parametrize("text", NO_SYNTAX)
def test_a_word_is_a_word_whatever_it_looks_like(corpus: SearchBackend, text: str) -> None:
    assert corpus.search(asking(text)).total == 0
    assert corpus.search(asking(Word((text,), kin=(text,), pairs=(text, text)))).total == 0


def test_as_many_words_as_a_question_may_have_are_answered(corpus: SearchBackend) -> None:
    many = [
        Word((f"词{n}", f"词 {n}"), kin=tuple(f"近{n} {m}" for m in range(8)), pairs=("甲乙",) * 6) for n in range(23)
    ]

    assert keys(corpus, "余热", *many, at_least=1, pairs=("甲乙",) * 48) == [2, 1]


def test_without_vectors_nothing_is_near(corpus: SearchBackend) -> None:
    assert corpus.nearest(b"\x00" * 64, 5) == []
