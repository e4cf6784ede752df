"""This file shares what tests of the application need beside a workspace of their own."""

from __future__ import annotations

from tests.app.working import clock as clock
from tests.app.working import runner as runner
from tests.pages import morning as morning
from tests.pages import quick_hashes as quick_hashes
