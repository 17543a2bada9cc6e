"""What invented firms look for (示例): needs that universities read, and words that many people ask."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from listings.models import AskedWords
from marketplace.accounts import people as accounts_people
from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.terms import today
from marketplace.needs import flow

_PLAIN: dict[str, Any] = {
    "budget": "unsure", "division": "", "wanted_by": None, "matching": True, "consent": False, "contact_name": "",
    "contact_phone": "", "contact_email": "",
}  # fmt: skip
# Firm → what it tells; the last one waits for a moderator.
NEEDS: dict[str, dict[str, Any]] = {
    "firm": {
        "problem": "破碎车间粉尘大得看不见人，布袋除尘器三天两头堵，换一次要停半天（示例）",
        "product": "铅精矿破碎", "industry": "nonferrous", "budget": "to_100k", "division": "410300", "consent": True,
        "contact_name": "示例联系人", "contact_phone": "000-0000-0000",
    },
    "noodles": {
        "problem": "冷库里的面皮放三天就开裂，返工一成多，加了保鲜剂客户又不要（示例）",
        "product": "速冻水饺", "industry": "food", "budget": "to_10k", "division": "410100",
    },
    "machinery": {
        "problem": "电镀废水里的镍总是超标，药剂越加越多，污泥处理费一年比一年高（示例）",
        "product": "电镀件", "industry": "environment", "division": "410300",
    },
}  # fmt: skip
ASKED = (("粉尘", 14), ("水垢", 11), ("余热", 9), ("铅酸电池", 6))


def build(firms: dict[str, Organization], moderator: User) -> None:
    """Post the needs, let a moderator look at all but the last, and count the words."""
    for number, (key, told) in enumerate(NEEDS.items(), start=1):
        owner = accounts_people.members(firms[key], Role.OWNER)[0]
        need = flow.post(_PLAIN | told, by=owner, organization=firms[key])
        if number < len(NEEDS):
            flow.check(need, by=moderator)
    for days, (words, times) in enumerate(ASKED):
        AskedWords.objects.create(words=words, day=today() - timedelta(days=days), times=times)
