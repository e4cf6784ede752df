"""This file holds the people who use Keepwell: who they are, what they may do, and the links by which they come in."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac


class UserManager(BaseUserManager["User"]):
    """Finds users as Django's sign-in asks for them: by their address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """One person. Nobody is removed, as what they did stays theirs: who leaves is made inactive."""

    email = models.EmailField(max_length=254, unique=True)  # in small letters
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20)
    team = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What stays signed in hangs on: with another password or role all else ends, on every device."""
        return salted_hmac(
            "keepwell.User", f"{self.password} {self.role}", secret=secret, algorithm="sha256"
        ).hexdigest()


class SignInLink(models.Model):
    """A link that signs somebody in once: of an invitation, or from the command line. Only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
