"""Who may read which file: each kind is asked of the rooms that know (DOC-4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from marketplace.vault import kinds

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from marketplace.accounts.models import User
    from marketplace.vault.models import VaultFile

Rule = Callable[["User | AnonymousUser", "VaultFile"], bool]
_RULES: dict[str, list[Rule]] = {}


def readable(kind: str, rule: Rule) -> None:
    """Let `rule(user, file)` open files of `kind`. Call it in AppConfig.ready(); several rules may speak for a kind.

    `user` may be anonymous. A rule must ask for live membership at this moment (IDN-3), never for who stored the file.
    """
    rules = _RULES.setdefault(kind, [])
    if rule not in rules:
        rules.append(rule)


def opens_by_rule(user: User | AnonymousUser, file: VaultFile) -> bool:
    """Whether a room's rule lets the person read the file. A kind without a rule is closed."""
    return any(rule(user, file) for rule in _RULES.get(file.kind, []))


def opens_as_evidence(user: User | AnonymousUser, file: VaultFile) -> bool:
    """Whether the person may read the file as a moderator, who sees evidence and nothing else."""
    return user.is_active and user.is_staff and kinds.kind_of(file.kind).evidence


def may_read(user: User | AnonymousUser, file: VaultFile) -> bool:
    """Whether the person may read the file, by a room's rule or as a moderator."""
    return opens_by_rule(user, file) or opens_as_evidence(user, file)
