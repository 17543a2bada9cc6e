"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from marketplace.notices import views, views_paces

app_name = "notices"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("calendar/<str:token>.ics", views.due, name="calendar"),
    path("account/notices/", views_paces.choose, name="settings"),
    path("notices/off/<str:token>/", views_paces.off, name="off"),
    path("calendar/renew/", views.renew_calendar, name="calendar_renew"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/<int:pk>/", views.follow, name="follow"),
    path("inbox/<int:pk>/read/", views.read, name="read"),
]
