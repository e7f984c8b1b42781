"""The command line: the pipeline's verbs. stdout is data, stderr is talk, exit codes as in `localize.errors`.

Commands import what they need when they run, so that `localize --help` loads no model library and no Prefect.
"""

from __future__ import annotations

import signal
import sys
from typing import Annotated

import typer

from localize import __version__, console
from localize.cli import bulk, deliver, desk, exchange, files, glossary, look, memory, models, review, work
from localize.errors import EXIT_BUG, LocalizeError

DEBUG = "--debug"
EXIT_STOPPED = 130
"""128 and the number of SIGINT, as shells say it."""

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Take Chinese vertical drama episodes overseas: transcribe, translate, lay out, burn and mux subtitles.",
)
for command in (
    work.run,
    look.status,
    files.check,
    work.report,
    bulk.nightly,
    bulk.failures,
    bulk.retry,
    bulk.gc,
    look.doctor,
    deliver.deliver,
    deliver.books,
):
    app.command()(command)
app.command("import")(files.import_file)
app.command("safe-area")(look.safe_area)
app.add_typer(bulk.app, name="series")
app.add_typer(models.app, name="models")
app.add_typer(glossary.app, name="glossary")
for name, away in (
    ("export", exchange.export), ("import", exchange.import_), ("audit", exchange.audit), ("plan", exchange.plan),
):  # fmt: skip
    review.app.command(name)(away)
app.add_typer(review.app, name="review")
app.add_typer(memory.app, name="memory")
app.add_typer(desk.app, name="desk")


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option(DEBUG, help="Show tracebacks, and what an engine said last.")] = False,
) -> None:
    console.debug(debug)
    if version:
        typer.echo(__version__)
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Entry point: an error of the product is one line on stderr and its exit code; a bug shows its traceback."""
    # As Ctrl-C does: files half written go away and leases are given back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # An option of all commands, so that it may stand behind any of them.
    given = sys.argv[1:]
    try:
        app([DEBUG] * (DEBUG in given) + [argument for argument in given if argument != DEBUG])
    except SystemExit as end:
        # Typer makes this of an interrupt and says nothing.
        if end.code == EXIT_STOPPED:
            console.talk("stopped; what was finished is kept, run the same command again")
        raise
    except LocalizeError as error:
        console.failure(error)
        sys.exit(error.exit_code)
    except Exception as error:
        console.traceback(error)
        console.talk("error: this is a bug in localize; what was finished is kept")
        sys.exit(EXIT_BUG)
