"""This file holds who has which account, from when until when, and the tree of accounts by which that reaches those below."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from keepwell.app.models.accounts import Account
from keepwell.app.models.users import User

CSM = "csm"  # the kind that an import knows too: its owner
KINDS = (CSM, "backup", "account executive", "renewals", "onboarding", "sponsor")


class AccountTree(models.Model):
    """One account below another, however far; every account is below itself."""

    ancestor_id = models.TextField()
    account_id = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ancestor_id", "account_id"], name="one_way_down")
        ]
        indexes = [models.Index(fields=["account_id"], name="tree_by_account")]


class Ownership(models.Model):
    """That somebody has an account, in one way, for a while. One that was ended before it began never stood."""

    account_id = models.TextField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    from_on = models.DateField()
    until_on = models.DateField(null=True)  # the latest day; none: until further notice
    handover_note = models.TextField(blank=True)
    made_by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account_id", "kind"], name="ownership_by_account")]


class Absence(models.Model):
    """That somebody is away, and who has their accounts meanwhile."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    covered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="covered")
    from_on = models.DateField()
    until_on = models.DateField()
    made_by = models.CharField(max_length=200)
    at = models.DateTimeField()


class OwnerName(models.Model):
    """Which user an imported owner is: each by their address, and by whatever else an administrator said."""

    folded_text = models.TextField(unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="owner_names")


class Team(models.Model):
    """What holds for a team; one without a row has what is usual."""

    name = models.CharField(max_length=100, primary_key=True)
    sees_each_other = models.BooleanField(default=True)


def folded(text: str) -> str:
    """Write an owner as they are compared: whatever the case and the spaces.

    >>> folded("  Ana   RUIZ ")
    'ana ruiz'
    """
    return " ".join(text.split()).casefold()


def in_force(on: date) -> Q:
    """The test of a row with dates that it stands on a day."""
    return Q(from_on__lte=on) & (Q(until_on=None) | Q(until_on__gte=on))


def pins(on: date) -> QuerySet[Ownership]:
    """The rows made here that stand in place of the imported owner on a day."""
    return Ownership.objects.filter(in_force(on), kind=CSM)


def accounts_of(people: Collection[int], on: date) -> QuerySet[Any, Any]:
    """The ids of all accounts that some users have on a day, in whatever way, and of those below, as one query."""
    users = sorted(people)
    given = Ownership.objects.filter(in_force(on), user__in=users).values("account_id")
    names = OwnerName.objects.filter(user__in=users).values("folded_text")
    imported = Account.objects.filter(
        ~Exists(pins(on).filter(account_id=OuterRef("account_id"))), folded_owner__in=names
    ).values("account_id")
    return AccountTree.objects.filter(ancestor_id__in=given.union(imported)).values("account_id")
