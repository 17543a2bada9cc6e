"""The city's industries, in the words of the people who work in them: what a listing is useful for."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Industry(TextChoices):
    """Keys are stored in listings and in saved searches: add, never rename."""

    NONFERROUS = "nonferrous", _("Lead, zinc and other nonferrous metals")
    EQUIPMENT = "equipment", _("Machinery and equipment")
    ELECTRONICS = "electronics", _("Electronics and software")
    NEW_MATERIALS = "new_materials", _("New materials")
    CHEMICALS = "chemicals", _("Chemicals")
    BIOMEDICINE = "biomedicine", _("Medicine and medical devices")
    FOOD = "food", _("Food and drink")
    FARMING = "farming", _("Farming and forestry")
    ENVIRONMENT = "environment", _("Energy saving and environment")
    ENERGY = "energy", _("Energy and batteries")
    OTHER = "other", _("Other")


INDUSTRIES = Industry.choices


def label(key: str) -> str:
    """The words for a key in the reader's language; an unknown key is shown as it is."""
    return str(Industry(key).label) if key in Industry.values else key
