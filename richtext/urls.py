from django.urls import path

from richtext import views

app_name = "richtext"

urlpatterns = [
    path("admin/upload/", views.upload, name="upload"),  # before the admin, for its session cookie path
    path("admin/prepare/", views.convert_paste, name="prepare"),
]
