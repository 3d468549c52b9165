from django.urls import path

from consular import views

app_name = "consular"

urlpatterns = [
    path("contact/", views.contact, name="contact"),
    path("contact/write/", views.write, name="write"),
    path("contact/sent/", views.sent, name="sent"),
    path("contact/enquiry/<slug:token>/", views.enquiry, name="enquiry"),
    path("contact/enquiry/<slug:token>/erase/", views.erase, name="erase"),
    path("contact/worker.js", views.worker, name="worker"),
    path("contact/<slug:slug>/", views.topic, name="topic"),
]
