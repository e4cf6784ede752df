"""This room holds ready cards to start from, one for each business model."""

from importlib import resources

# The one for most companies first, then the others.
NAMES = ("b2b-saas", "early-startup", "enterprise", "service-heavy", "consumption")


def ready(name: str) -> str:
    """Return the text of a ready card. Raises FileNotFoundError for an unknown name.

    >>> ready("b2b-saas").splitlines()[0].startswith("#")
    True
    """
    return resources.files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
