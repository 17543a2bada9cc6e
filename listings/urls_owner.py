"""Addresses of the owner's pages, the publicity and the rules catalog."""

from __future__ import annotations

from django.urls import path

from listings.views import health, mine, patents, publicity, rules, term_sheets, writing

urlpatterns = [
    path("rules/", rules.rules, name="rules"),
    path("publicity/", publicity.publicity_list, name="publicity_list"),
    path("listings/<uuid:code>/objection/", publicity.objection, name="objection"),
    path("desk/listings/", mine.mine, name="mine"),
    path("desk/listings/new/", mine.new, name="new"),
    path("desk/listings/<uuid:code>/", mine.mine_one, name="mine_one"),
    path("desk/listings/<uuid:code>/edit/", writing.edit, name="edit"),
    path("desk/listings/<uuid:code>/terms/", writing.terms, name="terms"),
    path("desk/listings/<uuid:code>/publicity/", writing.publicity, name="publicity"),
    path("desk/listings/<uuid:code>/publicity/elsewhere/", writing.publicity_elsewhere, name="publicity_elsewhere"),
    path("desk/listings/<uuid:code>/declaration/", writing.declaration, name="declaration"),
    path("desk/listings/<uuid:code>/copy/", mine.copy, name="copy"),
    path("desk/listings/<uuid:code>/submit/", mine.submit, name="submit"),
    path("desk/listings/<uuid:code>/withdraw/", mine.withdraw, name="withdraw"),
    path("desk/listings/<uuid:code>/withdrawal/", mine.request_withdrawal, name="request_withdrawal"),
    path("desk/listings/<uuid:code>/confirm/", mine.confirm, name="confirm"),
    path("desk/patents/", patents.patents, name="patents"),
    path("desk/patents/new/", patents.patent_new, name="patent_new"),
    path("desk/patents/<uuid:code>/", patents.patent, name="patent"),
    path("desk/patents/<uuid:code>/edit/", patents.patent_edit, name="patent_edit"),
    path("desk/patents/<uuid:code>/status/", patents.patent_status, name="patent_status"),
    path("desk/patents/<uuid:code>/owners/", patents.patent_owner, name="patent_owner"),
    path("desk/patents/<uuid:code>/owners/<int:pk>/remove/", patents.patent_owner_remove, name="patent_owner_remove"),
    path("desk/patents/<uuid:code>/encumbrances/", patents.patent_encumber, name="patent_encumber"),
    path(
        "desk/patents/<uuid:code>/encumbrances/<int:pk>/end/",
        patents.patent_encumbrance_end,
        name="patent_encumbrance_end",
    ),
    path("desk/patents/<uuid:code>/pledge/", patents.patent_pledge, name="patent_pledge"),
    path("desk/patents/<uuid:code>/evaluation/", patents.patent_evaluation, name="patent_evaluation"),
    path("desk/patents/<uuid:code>/events/", health.patent_event, name="patent_event"),
    path("desk/patents/<uuid:code>/events/<int:pk>/settle/", health.patent_event_settle, name="patent_event_settle"),
    path("desk/status/", health.status_import, name="status_import"),
    path("desk/status/<uuid:code>/", health.status_run, name="status_run"),
    path("desk/term-sheets/", term_sheets.term_sheets_page, name="term_sheets"),
    path("desk/term-sheets/new/", term_sheets.term_sheet_new, name="term_sheet_new"),
    path("desk/term-sheets/<uuid:code>/", term_sheets.term_sheet, name="term_sheet"),
    path("desk/term-sheets/<uuid:code>/edit/", term_sheets.term_sheet_edit, name="term_sheet_edit"),
    path("desk/term-sheets/<uuid:code>/print/", term_sheets.term_sheet_print, name="term_sheet_print"),
    path("desk/term-sheets/<uuid:code>/sign/", term_sheets.term_sheet_sign, name="term_sheet_sign"),
    path("desk/term-sheets/<uuid:code>/revoke/", term_sheets.term_sheet_revoke, name="term_sheet_revoke"),
    path("desk/term-sheets/<uuid:code>/version/", term_sheets.term_sheet_version, name="term_sheet_version"),
]
