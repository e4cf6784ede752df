"""This file names the records to Django."""

from django.apps import AppConfig


class Records(AppConfig):
    name = "keepwell.desk.records"
    label = "records"
