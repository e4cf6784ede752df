"""This file says how passwords are kept and in which words a weak one is turned away."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher

LEAST = 10  # characters
SENTENCES = {
    "password_too_short": f"Use at least {LEAST} characters.",
    "password_too_similar": "This is too much like your name or address.",
    "password_too_common": "This is one of the passwords that are tried first. Choose another.",
    "password_entirely_numeric": "Use more than digits.",
}


class Hasher(Argon2PasswordHasher):
    """Argon2id as RFC 9106 recommends where memory is dear: 64 MiB, three passes, four lanes."""

    time_cost = 3
    memory_cost = 64 * 1024
    parallelism = 4
