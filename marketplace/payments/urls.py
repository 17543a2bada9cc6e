"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from marketplace.payments import practice_views, repay_views, university_views, views, webhooks

app_name = "payments"
urlpatterns = [
    path("payments/", views.mine, name="mine"),
    path("pay/<uuid:code>/", views.pay, name="pay"),
    path("pay/<uuid:code>/slip/", views.slip, name="slip"),
    path("pay/<uuid:code>/online/", views.online, name="online"),
    path("pay/<uuid:code>/transfer/", views.declare, name="declare"),
    path("pay/<uuid:code>/transfer/withdraw/", views.withdraw, name="withdraw"),
    path("pay/<uuid:code>/receipt/", views.receipt, name="receipt"),
    path("pay/back/<uuid:code>/", views.returned, name="returned"),
    path("repay/<uuid:code>/", repay_views.repay, name="repay"),
    path("arrivals/", university_views.arrivals, name="arrivals"),
    path("arrivals/record/", university_views.record, name="record"),
    path("arrivals/<uuid:code>/", university_views.confirm, name="confirm"),
    path("arrivals/<uuid:code>/second/", university_views.approve, name="approve"),
    path("arrivals/<uuid:code>/not-found/", university_views.not_found, name="not_found"),
    path("practice/checkout/<uuid:code>/", practice_views.checkout, name="practice"),
    path("webhooks/<slug:gateway>/", webhooks.webhook, name="webhook"),
]
