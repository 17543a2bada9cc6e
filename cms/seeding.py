"""Building the tree of pages in both languages from `content/`; what exists already is left as the editors made it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from cms import content_files, models

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT_DEPTH = 1
INFO = ("universities", "about", "accessibility")


def _slug(stem: str) -> str:
    """`10-find-and-sign` → `find-and-sign`: the number only orders."""
    number, _dash, slug = stem.partition("-")
    return slug if number.isdigit() else stem


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


class Seeder:
    """Makes the pages of one language below their parents; in the second language as translations of the first.

    `overwrite` writes our texts over pages that exist.
    """

    def __init__(self, language: str, *, overwrite: bool) -> None:
        self.language = language
        self.overwrite = overwrite
        self.locale, _made = Locale.objects.get_or_create(language_code=language)
        self.source = Locale.objects.get(language_code=settings.LANGUAGE_CODE)
        self.made: list[str] = []

    def read(self, name: str) -> content_files.Content:
        """The text of a page in this language."""
        return content_files.read(self.language, name)

    def _existing(self, model: type[Page], parent: Page, slug: str) -> Page | None:
        found = model.objects.child_of(parent).filter(locale=self.locale)
        return found.filter(slug=slug).first() if slug else found.first()

    def _translation_key(self, model: type[Page], parent: Page, slug: str) -> dict[str, Any]:
        """Bind to the page of the first language that stands at the same place."""
        if self.locale == self.source:
            return {}
        original = model.objects.filter(locale=self.source, depth=parent.depth + 1)
        if model is not models.HomePage:
            original = original.filter(slug=slug)
        first = original.first()
        return {"translation_key": first.translation_key} if first else {}

    def page(self, model: type[Page], parent: Page, slug: str, **fields: Any) -> Page:
        """The page at this place: found, or made and published."""
        wanted = slug or f"home-{self.language}"
        found = self._existing(model, parent, slug)
        if found is None:
            now = timezone.now()
            state = {"live": True, "first_published_at": now, "last_published_at": now}
            key = self._translation_key(model, parent, slug)
            found = model(slug=wanted, locale=self.locale, **fields, **state, **key)
            parent.add_child(instance=found)
            self.made.append(found.url_path)
        elif self.overwrite:
            for name, value in fields.items():
                setattr(found, name, value)
            found.save_revision().publish()
            found.refresh_from_db()
        return found


def _texts(seeder: Seeder, home: Page) -> None:
    for name in INFO:
        text = seeder.read(name)
        fields = {"title": text.head["title"], "intro": text.head.get("intro", ""), "body": text.body}
        seeder.page(models.InfoPage, home, name, **fields)
    text = seeder.read("questions")
    fields = {"title": text.head["title"], "intro": text.head.get("intro", ""), "body": text.body}
    seeder.page(models.QuestionsPage, home, "questions", **fields)
    text = seeder.read("contact")
    fields = {"title": text.head["title"], "intro": text.head.get("intro", ""), "body": text.body}
    seeder.page(models.ContactPage, home, "contact", **fields)


def _guides(seeder: Seeder, home: Page) -> None:
    index = seeder.read("guides")
    parent = seeder.page(
        models.GuideIndexPage, home, "guides", title=index.head["title"], intro=index.head.get("intro", "")
    )
    for stem in content_files.names(seeder.language, "guides"):
        text = seeder.read(f"guides/{stem}")
        fields = {
            "title": text.head["title"],
            "intro": text.head.get("intro", ""),
            "minutes": int(text.head.get("minutes", "3")),
            "body": text.body,
        }
        seeder.page(models.GuidePage, parent, _slug(stem), **fields)


def _policies(seeder: Seeder, home: Page) -> None:
    index = seeder.read("policies")
    parent = seeder.page(
        models.PolicyIndexPage, home, "policies", title=index.head["title"], intro=index.head.get("intro", "")
    )
    for stem in content_files.names(seeder.language, "policies"):
        text = seeder.read(f"policies/{stem}")
        head = text.head
        fields = {
            "title": head["title"],
            "kind": head["kind"],
            "number": head.get("number", ""),
            "issuer": head["issuer"],
            "issued_on": _day(head.get("issued", "")),
            "in_force_on": _day(head.get("in_force", "")),
            "articles": head.get("articles", ""),
            "source_name": head.get("source", ""),
            "source_url": head.get("address", ""),
            "summary": head["summary"],
            "body": text.body,
        }
        seeder.page(models.PolicyPage, parent, _slug(stem), **fields)


def _home_fields(text: content_files.Content) -> dict[str, Any]:
    head = text.head
    steps = [block for block in text.body if block["type"] == "steps"]
    return {
        "title": head["title"],
        "seo_title": head.get("seo_title", ""),
        "claim": head["claim"].replace(" / ", "\n"),
        "lede": head["lede"],
        "example": head["example"],
        "tries": "\n".join(part.strip() for part in head["tries"].split(" / ")),
        "steps_title": head["steps_title"],
        "steps": [{"type": "step", "value": step} for step in steps[0]["value"]] if steps else [],
        "open_title": head["open_title"],
        "open_text": f"<p>{content_files.inline(head['open_text'])}</p>",
        "preset_title": head["preset_title"],
        "preset_text": f"<p>{content_files.inline(head['preset_text'])}</p>",
    }


def _site(home: Page) -> None:
    """Let the default site begin at our home page, and take Wagtail's welcome page away."""
    parts = urlsplit(settings.SITE_URL)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    site, _made = Site.objects.update_or_create(
        is_default_site=True,
        defaults={"hostname": parts.hostname or "localhost", "port": port, "root_page": home, "site_name": "开许"},
    )
    welcome = Page.objects.child_of(home.get_parent()).filter(content_type__model="page", slug="home").first()
    if welcome is not None and welcome.pk != site.root_page_id:
        welcome.delete()


def languages() -> Iterator[str]:
    """The first language first: the others hang on to it."""
    yield settings.LANGUAGE_CODE
    yield from (code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)


@transaction.atomic
def seed(*, overwrite: bool = False) -> list[str]:
    """Make what is missing; answer the paths of the pages made."""
    made: list[str] = []
    root = Page.objects.get(depth=ROOT_DEPTH)
    for language in languages():
        seeder = Seeder(language, overwrite=overwrite)
        home = seeder.page(models.HomePage, root, "", **_home_fields(seeder.read("home")))
        if language == settings.LANGUAGE_CODE:
            _site(home)
        _guides(seeder, home)
        _policies(seeder, home)
        _texts(seeder, home)
        made += seeder.made
    return made
