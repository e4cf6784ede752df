"""This file names the application to Django."""

from django.apps import AppConfig


class Keepwell(AppConfig):
    name = "keepwell.app"
    label = "keepwell"
