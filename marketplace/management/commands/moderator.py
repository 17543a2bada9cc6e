"""Makes a person a moderator; the first one has nobody to ask."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from marketplace.accounts import people
from marketplace.accounts.models import User


class Command(BaseCommand):
    """`manage.py moderator EMAIL [--name NAME]`; asks for a password when the person is new."""

    help = "Let a person moderate organizations and listings and edit the public pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="the name of a new person")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].lower()
        try:
            validate_email(email)
            user = User.objects.filter(email=email).first() or self._new(email, options["name"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        people.make_moderator(user)
        self.stdout.write(f"{email} is a moderator now.")

    def _new(self, email: str, name: str) -> User:
        """A new person with a confirmed address; the password comes from the terminal or MODERATOR_PASSWORD."""
        password = os.environ.get("MODERATOR_PASSWORD") or getpass("Password: ")
        validate_password(password)
        user = User.objects.create_user(email, password, name=name or email.partition("@")[0])
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        return user
