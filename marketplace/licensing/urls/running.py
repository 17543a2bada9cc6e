"""Addresses of a license in force: triggers, reports of use, demands, securities; and the public table of steps."""

from __future__ import annotations

from django.urls import URLPattern, path

from marketplace.licensing.views import correcting, securing, steps, trials

urlpatterns: list[URLPattern] = [
    path("rules/steps/", steps.steps, name="steps"),
    path("deals/<uuid:code>/trigger/", trials.trigger, name="trigger"),
    path("deals/<uuid:code>/claims/<int:pk>/", trials.claim, name="claim"),
    path("deals/<uuid:code>/reports/<int:number>/", trials.use_report, name="use_report"),
    path("deals/<uuid:code>/reports/<int:number>/correct/", correcting.correct_report, name="correct_report"),
    path("deals/<uuid:code>/demand/", trials.demand, name="demand"),
    path("deals/<uuid:code>/security/", securing.security, name="security"),
    path("deals/<uuid:code>/bank-file/", securing.bank_file, name="bank_file"),
]
