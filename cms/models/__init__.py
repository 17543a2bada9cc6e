"""The pages that editors keep, and what readers send through them."""

from cms.models.contact import ContactPage
from cms.models.home import HomePage
from cms.models.messages import ContactKind, ContactMessage
from cms.models.policy import PolicyIndexPage, PolicyKind, PolicyPage
from cms.models.texts import GuideIndexPage, GuidePage, InfoPage, QuestionsPage

__all__ = [
    "ContactKind",
    "ContactMessage",
    "ContactPage",
    "GuideIndexPage",
    "GuidePage",
    "HomePage",
    "InfoPage",
    "PolicyIndexPage",
    "PolicyKind",
    "PolicyPage",
    "QuestionsPage",
]
