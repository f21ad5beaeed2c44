from django.urls import path

from people import views, views_leave

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("settings/", views.settings, name="settings"),
    path("settings/own/", views.change_own_settings, name="change_own_settings"),
    path("settings/password/", views.change_password, name="change_password"),
    path("settings/tokens/", views.issue_token, name="issue_token"),
    path("settings/tokens/<str:token_key>/revoke/", views.revoke_token, name="revoke_token"),
    path("financials/leave/", views_leave.leave, name="leave"),
    path("financials/leave/add/", views_leave.leave_add, name="leave_add"),
    path("financials/leave/<int:pk>/remove/", views_leave.leave_remove, name="leave_remove"),
    path("settings/people/", views.people_list, name="people"),
    path("settings/people/new/", views.create_person, name="create_person"),
    path("settings/people/<int:pk>/", views.person, name="person"),
]
