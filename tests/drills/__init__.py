"""This room holds the drills: crashes, damage and bad input, each with broken versions of the house that it must catch."""

from tests import (
    installations as installations,  # sets Django up, which actions need to be imported
)
