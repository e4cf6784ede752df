"""This room measures cost as a ratio in one run: Keepwell against the plainest alternative, and what pages cost."""

from tests import (
    installations as installations,  # sets Django up, which actions need to be imported
)
