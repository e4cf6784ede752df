"""This room is the interface for people at a terminal: it parses what they typed, makes one call, and prints the answer."""


def main() -> None:
    """Run the command line."""
    from keepwell.cli.app import app  # here, so that importing the package costs nothing

    app()
