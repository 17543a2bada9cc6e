"""Forms of people: registration, the site's texts, one's own details."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.forms import SignupForm as VendorSignupForm
from django import forms
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from marketplace.accounts import flow, legal
from marketplace.accounts.models import LegalText, User
from marketplace.lib.terms import SHANGHAI

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


class TextsMixin(forms.Form):
    """One box for each text to accept, and which versions were on the page."""

    def add_texts(self, texts: list[LegalText]) -> None:
        """Ask for acceptance of these versions."""
        self.texts = texts
        for text in texts:
            self.fields[f"accept_{text.kind}"] = forms.BooleanField(
                label=format_html(
                    _('I accept the <a href="{}" target="_blank" rel="noopener">{}</a> (version {} of {})'),
                    reverse("accounts:text", args=[text.kind]),
                    legal.title(text),
                    text.version,
                    date_format(timezone.localtime(text.in_force_from, SHANGHAI), "Y-m-d"),
                ),
                error_messages={"required": _("Without this text we cannot give you an account: please accept it.")},
            )
        self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, initial=self._seen())

    def _seen(self) -> str:
        return ",".join(str(text.pk) for text in self.texts)

    def clean_seen(self) -> str:
        """The versions accepted must be the ones that were on the page."""
        seen: str = self.cleaned_data["seen"]
        if seen != self._seen():
            raise forms.ValidationError(_("A new version of these texts came into force just now. Please read it."))
        return seen


class SignupForm(TextsMixin, VendorSignupForm):  # type: ignore[misc]
    """Registration: name, e-mail, password twice, and the texts in force."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=80,
        help_text=gettext_lazy("As it should stand on contracts you sign."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_texts(legal.current())

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponseBase | None]:
        """Store the person with name, language and acceptances, or nothing at all."""
        with transaction.atomic():
            user, response = super().try_save(request)
        return user, response

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        """Keep the answers on the new user."""
        user.name = self.cleaned_data["name"]
        user.language = get_language() or "zh-hans"
        user.save(update_fields=["name", "language"])
        flow.accept_texts(user, self.texts)


class TextsForm(TextsMixin):
    """Acceptance of new versions by a person who is logged in."""

    def __init__(self, *args: Any, texts: list[LegalText], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_texts(texts)


class ProfileForm(forms.ModelForm[User]):
    """A person's own details."""

    class Meta:
        model = User
        fields = ("name", "phone", "language")
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
            "language": forms.Select(choices=[("zh-hans", gettext_lazy("Chinese")), ("en", gettext_lazy("English"))]),
        }
        labels = {
            "name": gettext_lazy("Your name"),
            "phone": gettext_lazy("Mobile phone"),
            "language": gettext_lazy("Language of our mail"),
        }
        help_texts = {"language": gettext_lazy("We write to you in this language.")}

    def clean_language(self) -> str:
        """One of the two we write."""
        language: str = self.cleaned_data["language"]
        if language not in {"zh-hans", "en"}:
            raise forms.ValidationError(_("Choose Chinese or English."))
        return language
