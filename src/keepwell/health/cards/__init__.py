"""This room holds ready cards, to begin with and to change: one for each way in which companies earn their money."""

from importlib import resources

# The one for most companies first, then the others.
NAMES = ("b2b-saas", "early-startup", "enterprise", "service-heavy", "consumption")


def ready(name: str) -> str:
    """Give the text of a ready card. Raises FileNotFoundError for one that there is not.

    >>> ready("b2b-saas").splitlines()[0].startswith("#")
    True
    """
    return resources.files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
