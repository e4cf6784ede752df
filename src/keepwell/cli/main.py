"""This file lists the commands, in the order in which a newcomer meets them."""

from __future__ import annotations

from typing import Annotated

import typer

from keepwell.cli.command_line import CommandLine
from keepwell.cli.commands import (
    backtest,
    blindsided,
    catalogue,
    changed,
    check,
    demo,
    diff,
    explain,
    export,
    features,
    import_,
    init,
    likelihood,
    migrate,
    orphans,
    override,
    preview,
    publish,
    pulse,
    rebuild,
    replay,
    rollback,
    score,
    scores,
    serve,
    serve_beside,
    status,
    today,
    usage,
    verify,
    versions,
    work,
)

app = typer.Typer(
    name="keepwell",
    cls=CommandLine,
    help="Customer health scores you can read, question and check.",
    epilog="A workspace is a folder with keepwell.yaml: `keepwell init DIR` creates one.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # reporting.py says in one sentence what went wrong
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("serve")(serve.serve)
app.command("import")(import_.import_)
app.command("catalogue")(catalogue.catalogue)
app.command("check")(check.check)
app.command("preview")(preview.preview)
app.command("publish")(publish.publish)
app.command("versions")(versions.versions)
app.command("diff")(diff.diff)
app.command("rollback")(rollback.rollback)
app.command("backtest")(backtest.backtest)
app.command("blindsided")(blindsided.blindsided)
app.command("likelihood")(likelihood.likelihood)
app.command("score")(score.score)
app.command("scores")(scores.scores)
app.command("today")(today.today)
app.command("explain")(explain.explain)
app.command("override")(override.override)
app.command("pulse")(pulse.pulse)
app.command("usage")(usage.usage)
app.command("features")(features.features)
app.command("changed")(changed.changed)
app.command("replay")(replay.replay)
app.command("export")(export.export)
app.command("status")(status.status)
app.command("migrate")(migrate.migrate)
app.command("rebuild")(rebuild.rebuild)
app.command("verify")(verify.verify)
app.command("orphans")(orphans.orphans)
app.command("work", hidden=True)(work.work)
app.command("serve-beside", hidden=True)(serve_beside.serve_beside)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # slow to load, and needed only here

        typer.echo(f"keepwell {version('keepwell')}")
        raise typer.Exit


@app.callback()
def keepwell(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Customer health scores you can read, question and check."""
