"""This file makes small demo companies for tests, by the same steps as `keepwell demo`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from keepwell.app.actions import demo
from keepwell.app.installation import Installation
from keepwell.simulate import company_folder
from keepwell.simulate.faults import Fault
from keepwell.simulate.world import World
from tests import installations
from tests.cast import ANA


@dataclass(frozen=True)
class Made:
    """A demo's installation, what was made in it, and the faults planted in its exports."""

    installation: Installation
    demo: demo.Demo
    planted: tuple[Fault, ...]


def make(folder: Path, *, accounts: int, seed: int, until: date) -> Made:
    planted = company_folder.write(World(accounts, seed, until), folder)
    installation = installations.serve(folder)
    return Made(installation, demo.make(installation=installation, until=until, by=ANA), planted)
