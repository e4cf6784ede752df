"""This file writes what a CSM wants to know beside a score: revenue, owner, renewal and notice, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from keepwell.cli import formats, output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from keepwell.app.queries.profiles import Profile
    from keepwell.health.explain.playbooks import Step


def print_profile(console: Console, profile: Profile, band: str | None, *, is_past: bool) -> None:
    """Print a line about the account as it is now, and since when its band is so.

    The account is that of the latest import; beside an older score its line says so.
    """
    account = profile.account
    parts = [_revenue(profile), f"owner {account.owner}" if account.owner else "no owner"]
    if account.next_renewal_on:
        verb = "ends" if account.notice_given_on else "renews"
        parts.append(f"{verb} {account.next_renewal_on}")
        if account.next_notice_on and not account.notice_given_on:
            # Of one line the notice comes before its end.
            is_of_another = account.next_notice_on > account.next_renewal_on
            whose = " for another line" if is_of_another else ""
            parts.append(f"notice by {account.next_notice_on}{whose}")
    elif not account.has_ended:
        parts.append("no renewal on record")
    now = f"On {profile.on}: " if is_past else ""
    console.print(Text(output.printable(now + ", ".join(parts))), soft_wrap=True)
    if account.notice_given_on:
        said = f"Gave notice on {account.notice_given_on}: whatever the score says, it is leaving."
        console.print(Text(said, style="bold"))
    if since := profile.band_since:
        name, before = band or formats.NO_SCORE, since.before or formats.NO_SCORE
        console.print(Text(output.printable(f"{name} since {since.on}, before: {before}")))


def _revenue(profile: Profile) -> str:
    account = profile.account
    if account.has_ended:
        return "no contract running"
    lines, unpriced = account.running_lines or 0, account.unpriced_lines or 0
    if account.revenue is None:
        return "amount of its contract not known" if lines else "no contract on record"
    paid = f"{profile.currency} {account.revenue:,.0f} a year"
    return (
        f"{paid} without {unpriced} of {lines} contract lines, whose amount is not known"
        if unpriced
        else paid
    )


def print_do_next(console: Console, steps: Sequence[Step]) -> None:
    """Print the playbooks of the measures that are at risk."""
    if steps:
        console.print(Text("Do next", style="bold"))
    for step in steps:
        said = Text(output.printable(f"{step.title}: {step.playbook}"))
        console.print(Padding(said, (0, 0, 0, 2), expand=False))
