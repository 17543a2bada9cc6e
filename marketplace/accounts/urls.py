"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from marketplace.accounts.views import contacts, mailbox, members, organizations, people, privacy

app_name = "accounts"
urlpatterns = [
    path("account/", people.profile, name="profile"),
    path("account/mailbox/", mailbox.mailbox, name="mailbox"),
    path("account/data/", privacy.mine, name="privacy"),
    path("account/data/copy/", privacy.copy_ask, name="copy_ask"),
    path("account/data/copy/<uuid:code>/", privacy.copy_fetch, name="copy_fetch"),
    path("account/close/", privacy.close, name="close"),
    path("account/contacts/", contacts.overview, name="contacts"),
    path("account/contacts/<uuid:code>/", contacts.decide, name="contact_decide"),
    path("account/matching/", contacts.matching, name="matching"),
    path("legal/personal-data/", privacy.inventory, name="personal_data"),
    path("texts/", people.texts, name="texts"),
    path("legal/<slug:kind>/", people.text, name="text"),
    path("legal/<slug:kind>/<int:version>/", people.text, name="text_version"),
    path("organization/", organizations.organization, name="organization"),
    path("organization/new/", organizations.organization_new, name="organization_new"),
    path("organization/switch/", organizations.switch, name="switch"),
    path("organization/second-factor/", organizations.second_factor, name="second_factor"),
    path("organization/verification/", organizations.verification, name="verification"),
    path("organization/members/", members.members, name="members"),
    path("organization/members/role/", members.member_role, name="member_role"),
    path("organization/members/<int:user>/remove/", members.member_remove, name="member_remove"),
    path("organization/memberships/<int:pk>/end/", members.membership_end, name="membership_end"),
    path("organization/invitations/<int:pk>/cancel/", members.invitation_cancel, name="invitation_cancel"),
    path("organization/authorities/", members.authorities, name="authorities"),
    path("organization/authorities/<int:pk>/revoke/", members.authority_revoke, name="authority_revoke"),
    path("invitation/<str:token>/", members.invitation, name="invitation"),
]
