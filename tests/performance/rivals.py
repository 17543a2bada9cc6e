"""Other ways to find the same listings, each as one function from a question to keys: what the index is worth."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from functools import reduce
from itertools import islice
from operator import or_
from pathlib import Path
from typing import Any

Ask = Callable[[str], list[int]]
PAGE = 12
_BATCH = 5_000


def _texts() -> Iterable[tuple[int, str]]:
    """Every listing with its words split by blanks: none of the rivals segments Chinese."""
    from listings.models import Listing
    from listings.search import analysis

    rows = Listing.objects.order_by("pk").values_list("pk", "patent__title", "headline", "problem", "patent__abstract")
    for key, *texts in rows.iterator(chunk_size=_BATCH):
        yield key, " ".join(analysis.words(" ".join(texts)))


def _words(text: str) -> list[str]:
    from listings.search import analysis

    return [word.forms[0] for word in analysis.question(text)[0]]


def sqlite_fts(folder: Path, *, fill: bool) -> Ask:
    """SQLite's FTS5 over segmented words, ranked by BM25."""
    base = sqlite3.connect(folder / "fts.sqlite3")
    if fill:
        base.execute("DROP TABLE IF EXISTS t")
        base.execute("CREATE VIRTUAL TABLE t USING fts5(words, content='', tokenize='unicode61')")
        base.executemany("INSERT INTO t(rowid, words) VALUES (?, ?)", _texts())
        base.commit()

    def ask(text: str) -> list[int]:
        wanted = " OR ".join(f'"{word}"' for word in _words(text))
        found = base.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT ?", (wanted, PAGE)).fetchall()
        base.execute("SELECT count(*) FROM t WHERE t MATCH ?", (wanted,)).fetchone()  # a page says how many there are
        return [int(key) for (key,) in found]

    return ask


def postgres_fts(url: str, *, fill: bool) -> Ask:
    """PostgreSQL's full text search over segmented words, ranked by ts_rank, on a GIN index."""
    import psycopg

    from marketplace.settings.env import database

    told = database(url)
    base = psycopg.connect(host=told["HOST"], user=told["USER"], dbname=told["NAME"], autocommit=True)
    if fill:
        base.execute("DROP TABLE IF EXISTS rival")
        base.execute("CREATE TABLE rival (key bigint PRIMARY KEY, words tsvector)")
        with base.cursor().copy("COPY rival FROM STDIN") as sink:
            for key, words in _texts():
                plain = words.replace("'", "").replace("\\", "").split()
                sink.write_row((key, " ".join(f"'{word}'" for word in plain)))
        base.execute("CREATE INDEX ON rival USING gin(words)")
        base.execute("ANALYZE rival")

    def ask(text: str) -> list[int]:
        wanted = " | ".join(f"'{word}'" for word in _words(text))
        best = "WHERE words @@ q ORDER BY ts_rank(words, q) DESC LIMIT %s"
        found = base.execute(f"SELECT key FROM rival, to_tsquery('simple', %s) q {best}", (wanted, PAGE)).fetchall()  # noqa: S608
        base.execute("SELECT count(*) FROM rival WHERE words @@ to_tsquery('simple', %s)", (wanted,)).fetchone()
        return [int(key) for (key,) in found]

    return ask


def wagtail_database(count: int, *, fill: bool) -> Ask:
    """Wagtail's own search in the database, over pages whose titles hold the segmented words."""
    from wagtail.models import Page
    from wagtail.search.backends import get_search_backend

    backend = get_search_backend("default")
    if fill:
        _make_pages(count)
        pages = list(Page.objects.filter(depth=2, slug__startswith="b"))
        for start in range(0, len(pages), _BATCH):
            backend.get_index_for_model(Page).add_items(Page, pages[start : start + _BATCH])

    def ask(text: str) -> list[int]:
        found = backend.search(" ".join(_words(text)), Page.objects.live(), operator="or")
        found.count()
        return [page.pk for page in found[:PAGE]]

    return ask


def _make_pages(count: int) -> None:
    from django.contrib.contenttypes.models import ContentType
    from django.utils import timezone
    from wagtail.models import Locale, Page

    Page.objects.filter(depth=2, slug__startswith="b").delete()
    root = Page.objects.filter(depth=1).first() or Page.add_root(title="root")
    kind, locale, now = ContentType.objects.get_for_model(Page), Locale.get_active(), timezone.now()
    made: list[Any] = []
    for number, (key, words) in enumerate(islice(_texts(), count)):
        path = f"{root.path}{Page._int2str(number + 50).rjust(4, '0')}"
        made.append(
            Page(path=path, depth=2, title=words[:250], slug=f"b{key}", url_path=f"/b{key}/", content_type=kind,
                 locale=locale, live=True, first_published_at=now, draft_title="")
        )  # fmt: skip
    Page.objects.bulk_create(made, batch_size=500)


def shop_browse() -> Ask:
    """As shops built on Django browse by default: rows whose text contains the words, counted and paged by the ORM."""
    from django.core.paginator import Paginator
    from django.db.models import Q

    from listings.models import Listing

    def ask(text: str) -> list[int]:
        found = Listing.objects.filter(state="published").select_related("patent", "organization", "terms")
        for word in _words(text)[:4]:
            ways = (Q(**{f"{name}__icontains": word}) for name in ("patent__title", "problem", "headline"))
            found = found.filter(reduce(or_, ways))
        page = Paginator(found.order_by("-published_at"), PAGE).page(1)
        return [listing.pk for listing in page]

    return ask
