from django.urls import path

from richtext import views

app_name = "richtext"

urlpatterns = [
    path("admin/upload/", views.upload, name="upload"),  # stands before the admin, and has its session and its path
    path("admin/prepare/", views.prepare_paste, name="prepare"),
]
