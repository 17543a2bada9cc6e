"""Who gets what from every address: the one table, and the rules for Wagtail's own pages."""

from __future__ import annotations

from tests.access.world import WHO

# A line that begins with a method says what each person gets; the addresses beneath it answer so. In words:
# login = sent to the log-in page, fresh = asked for the password again, new = sent to register an organization.
# What is posted here is empty: who may act meets 422 or 302, who may not meets 403, 404 or the log-in page. What full
# forms do is proved beside this table.
TABLE = """
#    anon- | stran- rival | firm's       | university's                | for- | mode-
#    ymous | ger          | viewer owner | viewer lister finance owner | mer  | rator
GET    200 |   200   200 |   200   200 |   200   200   200   200 |   200 |   200
    account_inactive account_reset_password account_reset_password_from_key_done account_reset_password_from_key
    account_reset_password_done accounts:text accounts:text_version accounts:personal_data
    notices:off licensing:licenses licensing:licenses_feed licensing:licenses_sheet
    accounts:invitation listings:find
    listings:listing listings:cost listings:rules listings:publicity_list listings:objection listings:consent
    licensing:preview licensing:steps licensing:summary licensing:fee_reduction licensing:tax_hints
    notices:calendar licensing:verify licensing:verify_code cms:glossary cms:robots cms:sitemap dev:mail dev:components
    wagtail_serve health_live health_ready
    listings:find_feed listings:find_sheet listings:find_print listings:compare listings:saved_off needs:post
    listings:objection_guest listings:publicity_feed listings:offer_feed listings:letter
GET    200 |   302   302 |   302   302 |   302   302   302   302 |   302 |   302
    account_login account_signup account_request_login_code
GET  login | login login | login login | login login login login | login |   404
    /admin/^.*/$
GET    302 |   200   200 |   200   200 |   200   200   200   200 |   200 |   200
    account_logout
GET    302 |   302   302 |   302   302 |   302   302   302   302 |   302 |   302
    set_language
GET    404 |   404   404 |   200   200 |   200   200   200   200 |   404 |   200
    vault:file
GET    404 |   404   404 |   404   404 |   404   404   404   404 |   404 |   404
    wagtaildocs_serve wagtaildocs_authenticate_with_password wagtailcore_authenticate_with_password
    listings:consent_question listings:consent_record listings:letter_question listings:letter_record
GET    405 |   405   405 |   405   405 |   405   405   405   405 |   405 |   405
    accounts:member_role accounts:member_remove accounts:membership_end accounts:invitation_cancel
    accounts:copy_ask accounts:copy_fetch accounts:contact_decide accounts:matching accounts:second_factor
    notices:calendar_renew
    listings:compare_aside
    licensing:negotiation_accept licensing:negotiation_take licensing:negotiation_note licensing:drop_end
    licensing:mended licensing:hold_release licensing:hold_waive licensing:approval_again
    licensing:paper_code licensing:hand_in_copy licensing:certificate_begin licensing:stamped_copy_back
    accounts:authority_revoke notices:read_all notices:read licensing:code licensing:again payments:webhook
    listings:consent_code listings:consent_open listings:consent_answer listings:approval_step_remove
    listings:letter_code listings:letter_open listings:letter_answer
GET  login |   200   200 |   200   200 |   200   200   200   200 |   200 |   200
    account_email account_change_password mfa_index accounts:mailbox
    mfa_generate_recovery_codes mfa_list_webauthn usersessions_list accounts:profile
    accounts:privacy accounts:contacts accounts:close notices:settings
    licensing:negotiations
    accounts:organization_new accounts:switch notices:inbox licensing:deals desks:home listings:saved needs:mine
GET  login |   200   200 |   200   200 |   200   200   200   200 |   new |   new
    accounts:organization accounts:verification accounts:members accounts:authorities listings:mine
    licensing:power_of_attorney
    licensing:other_terms
    listings:patents listings:term_sheets listings:approvals licensing:request payments:mine
    listings:declarations
GET  login |   200   200 |   403   200 |   403   200   403   200 |   new |   new
    listings:new listings:patent_new listings:term_sheet_new listings:together listings:drafts listings:stories
GET  login |   302   302 |   302   302 |   302   302   302   302 |   302 |   302
    account_email_verification_sent account_set_password account_confirm_login_code mfa_authenticate
    mfa_login_webauthn kept accounts:texts
GET  login |   403   200 |   403   403 |   403   200   403   200 |   new |   200
    listings:import listings:import_template
    listings:status_import
GET  login |   405   405 |   403   405 |   403   405   403   405 |   new |   new
    listings:stories_read
GET  login |   404   404 |   403   404 |   403   403   403   200 |   new |   new
    listings:approval_step
GET  login |   403   404 |   403   403 |   403   200   403   200 |   new |   403
    listings:import_run listings:import_corrected
GET  login |   403   404 |   403   403 |   403   200   403   200 |   new |   200
    listings:status_run
GET  login |   404   200 |   403   404 |   403   403   200   200 |   new |   new
    payments:arrivals payments:record
    desks:inventors
GET  login |   404   404 |   403   404 |   403   403   200   200 |   new |   new
    desks:patent_shares
GET  login |   404   200 |   404   404 |   200   200   200   200 |   new |   new
    desks:offers
GET  login |   404   404 |   200   200 |   200   200   200   200 |   404 |   200
    licensing:publicity_of_terms
    licensing:negotiation licensing:negotiation_break_off licensing:amend licensing:renew licensing:ending
    licensing:propose_end licensing:demand_performance licensing:notice_to_end
    licensing:shown licensing:evidence licensing:agreement licensing:confirm licensing:after licensing:cancel
    licensing:confirm_paper payments:repay
    licensing:made licensing:filing licensing:filing_files licensing:phone licensing:stamped_copy
    licensing:decline licensing:leave licensing:correct_report
    licensing:trigger licensing:claim licensing:use_report licensing:demand licensing:security licensing:bank_file
    payments:pay payments:slip payments:receipt payments:returned
GET  login |   404   404 |   302   200 |   302   200   302   200 |   404 |   302
    licensing:counter
GET  login |   404   404 |   302   302 |   302   302   302   302 |   404 |   302
    licensing:sign
GET  login |   404   404 |   302   200 |   302   302   302   200 |   404 |   302
    licensing:sign_paper
GET  login |   404   404 |   404   200 |   404   404   404   404 |   404 |   404
    licensing:certificate
GET  login |   410   410 |   410   410 |   410   410   410   410 |   410 |   410
    licensing:handed_over
GET  login |   403   200 |   403   403 |   200   200   200   200 |   403 |   200
    needs:map
GET  login |   403   302 |   403   403 |   403   200   403   200 |   403 |   403
    needs:contact
GET  login |   404   404 |   200   200 |   404   404   404   404 |   404 |   200
    needs:need
GET  login |   404   404 |   403   200 |   404   404   404   404 |   404 |   403
    needs:edit
GET  login |   404   404 |   404   200 |   404   404   404   404 |   404 |   404
    mfa_remove_webauthn mfa_edit_webauthn payments:declare payments:practice
GET  login |   404   404 |   404   302 |   404   404   404   404 |   404 |   404
    notices:follow
GET  login |   404   404 |   404   404 |   200   200   200   200 |   404 |   200
    listings:mine_one listings:patent listings:term_sheet listings:term_sheet_print listings:term_sheet_sign
    listings:consents listings:fees
    listings:declaration_pdf listings:declaration_xlsx listings:withdrawal_pdf
    licensing:withdrawal_notice
GET  login |   404   404 |   404   404 |   403   200   403   200 |   404 |   403
    listings:variant_new listings:variant_edit
    listings:edit listings:terms listings:publicity listings:copy listings:patent_edit listings:term_sheet_edit
GET  login |   404   404 |   404   404 |   404   404   200   200 |   404 |   404
    payments:confirm
GET  login |   404   404 |   404   404 |   404   404   404   404 |   404 |   200
    licensing:offer desks:moderation
GET  login |   404   404 |   404   404 |   404   404   404   404 |   404 |   404
    mfa_deactivate_totp mfa_view_recovery_codes mfa_download_recovery_codes
GET  login |   405   405 |   405   405 |   405   405   405   405 |   405 |   405
    listings:variant_drop listings:picture_add listings:picture_remove
    listings:publicity_elsewhere listings:declaration listings:submit listings:withdraw
    listings:request_withdrawal listings:confirm listings:call_back listings:asking_again
    listings:patent_status listings:patent_owner
    listings:patent_owner_remove listings:patent_encumber listings:patent_encumbrance_end listings:patent_pledge
    listings:patent_evaluation listings:term_sheet_revoke listings:term_sheet_version payments:online
    payments:withdraw payments:approve payments:not_found
    listings:search_save listings:saved_change needs:close needs:pass_on
    listings:patent_event listings:patent_event_settle
GET  login | fresh fresh | fresh   200 | fresh fresh fresh fresh | fresh | fresh
    mfa_reauthenticate_webauthn
GET  login | fresh fresh | fresh   302 | fresh fresh fresh fresh | fresh | fresh
    mfa_reauthenticate
GET  login |   200   200 |   200   302 |   200   200   200   200 |   200 |   200
    account_reauthenticate
GET  login | login login | login login | login login login login | login |   200
    needs_moderation:needs
    /admin/test404/ accounts_moderation:organizations accounts_moderation:organization cms_moderation:messages
    cms_moderation:message listings_moderation:listings listings_moderation:listing listings_moderation:bulk
    listings_moderation:overview listings_moderation:objections listings_moderation:objection
    listings_moderation:flags listings_moderation:flag listings_moderation:reasons listings_moderation:reason
    listings_moderation:reason_new
    payments_moderation:suspense_list payments_moderation:suspense wagtailembeds:chooser
    wagtailembeds:chooser_upload
GET  login | login login | login login | login login login login | login |   405
    accounts_moderation:decide accounts_moderation:authority listings_moderation:decide needs_moderation:decide
    listings_moderation:declare listings_moderation:assign
GET  login | login login | login login | login login login login | login | login
    /admin/login/ /admin/password_reset/ /admin/password_reset/<path:rest> /_util/login/ wagtailcore_login
GET  login |   302   302 |   302   200 |   302   302   302   302 |   302 |   302
    mfa_activate_totp mfa_add_webauthn

POST   200 |   200   200 |   200   200 |   200   200   200   200 |   200 |   200
    account_reset_password account_reset_password_from_key wagtail_serve listings:saved_off notices:off
POST   302 |   302   302 |   302   302 |   302   302   302   302 |   302 |   302
    listings:consent_code listings:consent_answer listings:letter_code listings:letter_answer
POST   200 |   302   302 |   302   302 |   302   302   302   302 |   302 |   302
    account_login account_signup account_request_login_code accounts:invitation
POST login | login login | login login | login login login login | login |   404
    /admin/^.*/$
POST   302 |   302   302 |   302   302 |   302   302   302   302 |   302 |   302
    account_logout set_language listings:compare_aside
POST   400 |   400   400 |   400   400 |   400   400   400   400 |   400 |   400
    payments:webhook
POST   404 |   404   404 |   404   404 |   404   404   404   404 |   404 |   404
    wagtaildocs_serve wagtaildocs_authenticate_with_password wagtailcore_authenticate_with_password
POST   405 |   405   405 |   405   405 |   405   405   405   405 |   405 |   405
    account_inactive account_reset_password_from_key_done account_reset_password_done accounts:text
    listings:find_feed listings:find_sheet listings:find_print listings:compare
    accounts:personal_data licensing:licenses licensing:licenses_feed licensing:licenses_sheet
    accounts:text_version vault:file notices:inbox notices:follow listings:find listings:listing listings:cost
    listings:rules
    listings:consent listings:consent_question listings:consent_record
    listings:letter listings:letter_question listings:letter_record
    licensing:summary licensing:fee_reduction licensing:tax_hints
    listings:publicity_list licensing:preview licensing:steps licensing:verify_code notices:calendar cms:glossary
    cms:robots cms:sitemap dev:mail
    dev:components health_live health_ready
    listings:publicity_feed listings:offer_feed
POST   422 |   422   422 |   422   422 |   422   422   422   422 |   422 |   422
    listings:objection listings:consent_open licensing:verify listings:letter_open
    listings:objection_guest
POST login |   200   200 |   200   200 |   200   200   200   200 |   200 |   200
    account_change_password accounts:profile
    accounts:organization_new
POST login |   200   200 |   200   200 |   200   200   200   200 |   new |   new
    accounts:verification accounts:authorities
POST login |   422   422 |   422   422 |   422   422   422   422 |   new |   new
    accounts:members
POST login |   302   302 |   302   302 |   302   302   302   302 |   new |   new
    accounts:matching
POST login |   200   200 |   200   302 |   200   200   200   200 |   200 |   200
    account_reauthenticate
POST login | fresh fresh | fresh   302 | fresh fresh fresh fresh | fresh | fresh
    mfa_reauthenticate
POST login |   200   200 |   200   302 |   200   200   200   200 |   200 |   200
    mfa_generate_recovery_codes
POST login |   302   302 |   302   302 |   302   302   302   302 |   302 |   302
    notices:settings notices:calendar_renew
    account_email account_email_verification_sent account_set_password account_confirm_login_code
    accounts:copy_ask accounts:copy_fetch
    mfa_authenticate usersessions_list kept accounts:texts notices:read_all mfa_login_webauthn listings:search_save
POST login |   422   422 |   403   422 |   403   422   422   422 |   422 |   422
    needs:post
POST login |   404   404 |   403   422 |   404   404   404   404 |   404 |   403
    needs:edit
POST login |   404   404 |   403   302 |   404   404   404   404 |   404 |   403
    needs:close needs:pass_on
POST login |   403   302 |   403   403 |   403   200   403   200 |   403 |   403
    needs:contact
POST login |   302   302 |   403   302 |   403   403   403   302 |   new |   new
    accounts:member_role
POST login |   403   404 |   403   403 |   403   404   403   404 |   new |   403
    listings:import_run
POST login |   403   405 |   403   403 |   403   405   403   405 |   new |   405
    listings:import_template listings:import_corrected
POST login |   403   422 |   403   403 |   403   422   403   422 |   new |   422
    listings:import
    listings:status_import
POST login |   403   404 |   403   403 |   403   302   403   302 |   new |   302
    listings:status_run
POST login |   404   404 |   302   302 |   302   302   302   302 |   404 |   404
    licensing:shown
POST login |   302   302 |   302   200 |   302   302   302   302 |   302 |   302
    mfa_activate_totp mfa_add_webauthn
POST login |   404   404 |   302   302 |   302   302   302   302 |   404 |   302
    licensing:confirm licensing:confirm_paper licensing:sign licensing:code
    licensing:paper_code licensing:certificate_begin licensing:phone
POST login |   404   404 |   302   422 |   302   302   302   422 |   404 |   302
    licensing:sign_paper licensing:hand_in_copy
POST login |   404   404 |   403   404 |   403   403   403   422 |   new |   new
    listings:approval_step
POST login |   404   404 |   403   404 |   403   403   403   302 |   new |   new
    listings:approval_step_remove accounts:invitation_cancel
POST login |   404   404 |   404   200 |   404   404   404   404 |   404 |   404
    mfa_edit_webauthn
POST login |   404   404 |   404   302 |   404   404   404   404 |   404 |   404
    accounts:contact_decide
    mfa_remove_webauthn notices:read payments:withdraw listings:saved_change
POST login |   404   404 |   404   404 |   302   302   302   302 |   new |   new
    accounts:member_remove accounts:membership_end accounts:authority_revoke
POST login |   404   404 |   404   404 |   403   302   403   302 |   404 |   403
    listings:variant_drop listings:picture_remove
    listings:withdraw listings:confirm listings:patent_owner_remove listings:patent_pledge
    listings:call_back listings:asking_again
    listings:term_sheet_version
POST login |   404   404 |   404   404 |   403   403   403   302 |   404 |   403
    listings:term_sheet_revoke
POST login |   404   404 |   404   404 |   403   422   403   422 |   404 |   403
    listings:variant_new listings:variant_edit listings:picture_add
    listings:edit listings:terms listings:publicity listings:publicity_elsewhere listings:declaration
    listings:submit listings:consents listings:copy listings:request_withdrawal listings:patent_edit
    listings:patent_status listings:patent_owner
    listings:patent_encumber listings:patent_encumbrance_end listings:patent_evaluation listings:term_sheet_edit
POST login |   404   404 |   404   404 |   403   422   403   422 |   404 |   422
    listings:patent_event listings:patent_event_settle
POST login |   404   404 |   404   404 |   404   404   404   404 |   404 |   302
    licensing:offer
POST login |   404   404 |   404   404 |   404   404   404   404 |   404 |   404
    mfa_deactivate_totp mfa_download_recovery_codes accounts:switch
POST login |   404   404 |   404   404 |   404   404   404   404 |   404 |   405
    desks:moderation
POST login |   404   404 |   404   404 |   404   404   422   422 |   404 |   404
    payments:confirm payments:approve payments:not_found payments:repay
POST login |   404   404 |   404   404 |   422   422   422   422 |   404 |   422
    listings:term_sheet_sign
POST login |   404   404 |   404   422 |   404   404   404   404 |   404 |   404
    payments:online payments:declare payments:practice licensing:certificate
POST login |   404   404 |   422   302 |   422   302   422   302 |   404 |   422
    licensing:negotiation_accept licensing:negotiation_break_off licensing:drop_end
POST login |   404   404 |   422   422 |   422   422   422   422 |   404 |   302
    licensing:negotiation_take
POST login |   404   404 |   422   422 |   422   422   422   302 |   404 |   422
    licensing:hold_waive
POST login |   404   404 |   302   422 |   302   422   302   422 |   404 |   302
    licensing:counter
POST login |   404   404 |   422   302 |   422   422   422   422 |   404 |   422
    licensing:renew licensing:notice_to_end licensing:mended
    licensing:cancel licensing:leave licensing:again licensing:stamped_copy_back
POST login |   404   404 |   422   422 |   422   422   422   422 |   404 |   422
    licensing:publicity_of_terms
    licensing:amend licensing:negotiation_note licensing:propose_end licensing:demand_performance
    licensing:hold_release licensing:approval_again
    licensing:decline licensing:filing licensing:stamped_copy licensing:correct_report
    licensing:trigger licensing:claim licensing:use_report licensing:demand licensing:security licensing:bank_file
POST login |   404   404 |   403   404 |   403   403   200   200 |   new |   new
    desks:patent_shares
POST login |   404   422 |   403   404 |   403   403   422   422 |   new |   new
    payments:record
    desks:inventors
POST login |   405   405 |   403   405 |   403   405   403   405 |   new |   new
    listings:stories
POST login |   405   405 |   403   405 |   403   403   405   405 |   new |   new
    payments:arrivals
POST login |   405   405 |   405   405 |   405   405   405   405 |   405 |   405
    accounts:privacy accounts:contacts
    mfa_index mfa_view_recovery_codes mfa_list_webauthn listings:mine_one listings:fees listings:patent
    listings:term_sheet
    licensing:negotiations licensing:negotiation licensing:ending
    listings:term_sheet_print licensing:deals licensing:agreement licensing:evidence licensing:after
    licensing:handed_over
    payments:pay payments:slip
    payments:receipt payments:returned desks:home listings:saved needs:mine needs:map needs:need
    listings:declaration_pdf listings:declaration_xlsx listings:withdrawal_pdf
    licensing:withdrawal_notice licensing:made licensing:filing_files
POST login |   405   405 |   405   405 |   405   405   405   405 |   new |   new
    listings:mine listings:patents listings:term_sheets payments:mine
    desks:offers listings:declarations licensing:power_of_attorney
POST login |   422   422 |   403   422 |   403   403   403   422 |   new |   new
    accounts:organization listings:approvals
POST login |   302   302 |   403   302 |   403   403   403   302 |   new |   new
    accounts:second_factor
POST login |   422   422 |   403   422 |   403   422   403   422 |   new |   new
    listings:new listings:patent_new listings:term_sheet_new listings:together listings:drafts
    listings:stories_read
POST login |   422   422 |   422   422 |   422   422   422   422 |   new |   new
    licensing:request licensing:other_terms
POST login |   422   422 |   422   422 |   422   422   422   422 |   422 |   422
    accounts:close accounts:mailbox
POST login | fresh fresh | fresh login | fresh fresh fresh fresh | fresh | fresh
    mfa_reauthenticate_webauthn
POST login | login login | login login | login login login login | login |   200
    wagtailembeds:chooser wagtailembeds:chooser_upload
POST login | login login | login login | login login login login | login |   302
    accounts_moderation:decide accounts_moderation:authority needs_moderation:decide
POST login | login login | login login | login login login login | login |   405
    needs_moderation:needs
    /admin/test404/ accounts_moderation:organizations accounts_moderation:organization cms_moderation:messages
    listings_moderation:listings listings_moderation:listing payments_moderation:suspense_list
    listings_moderation:overview listings_moderation:objections listings_moderation:flags listings_moderation:reasons
POST login | login login | login login | login login login login | login |   422
    cms_moderation:message listings_moderation:declare payments_moderation:suspense listings_moderation:bulk
    listings_moderation:reason listings_moderation:reason_new listings_moderation:flag
POST login | login login | login login | login login login login | login |   404
    listings_moderation:assign
POST login | login login | login login | login login login login | login |   409
    listings_moderation:decide listings_moderation:objection
POST login | login login | login login | login login login login | login | login
    /admin/login/ /admin/password_reset/ /admin/password_reset/<path:rest> /_util/login/ wagtailcore_login
"""

# Wagtail's own pages, by the beginning of their names: nobody but moderators passes the door, and these stay shut to
# moderators too (IDN-7): who may do what on this site is not theirs to change.
SHUT_TO_MODERATORS = (
    "wagtailadmin_collections:",
    "wagtailadmin_workflows:index",
    "wagtailadmin_workflows:add",
    "wagtailadmin_workflows:edit",
    "wagtaillocales:",
    "wagtailsettings:",
    "wagtailsites:",
    "wagtailsnippets:",
    "wagtailusers_groups:",
    "wagtailusers_users:",
)
OPEN_TO_MODERATORS = (
    "wagtail_bulk_action",
    "wagtail_localize:",
    "wagtailadmin_",
    "wagtaildocs:",
    "wagtaildocs_chooser:",
    "wagtailforms:",
    "wagtailimages:",
    "wagtailimages_chooser:",
    "wagtailsnippetchoosers_listings_synonymgroup:",
    "wagtailsnippets_listings_synonymgroup:",
)
# Closed doors (CMS-1), and what a browser loads before anybody is known: icons and words, nothing of anybody's.
DOORS = ("wagtailadmin_login", "wagtailadmin_password_reset")
LOADED = ("wagtailadmin_sprite", "wagtailadmin_javascript_catalog")


def read(table: str = TABLE) -> dict[tuple[str, str], dict[str, str]]:
    """(name of an address, method) → person → answer. Raises ValueError for a name that stands there twice."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    answers: dict[str, str] = {}
    method = ""
    for line in table.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            method, *words = line.replace("|", " ").split()
            answers = dict(zip(WHO, words, strict=True))
            continue
        for name in line.split():
            if (name, method) in found:
                raise ValueError(f"{name} stands twice under {method}")
            found[name, method] = answers
    return found
