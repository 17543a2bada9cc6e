"""Forms of people and organizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.http import HttpRequest

    from marketplace.accounts.models import User


class SignupForm(forms.Form):
    """What registration asks beside e-mail and password."""

    name = forms.CharField(label=_("Your name"), max_length=80)

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the answers on the new user."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
