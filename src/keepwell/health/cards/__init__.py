"""This room holds ready cards, to begin with and to change."""

from importlib import resources


def ready(name: str) -> str:
    """Give the text of a ready card. Raises FileNotFoundError for one that there is not.

    >>> ready("b2b-saas").splitlines()[0].startswith("#")
    True
    """
    return resources.files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
