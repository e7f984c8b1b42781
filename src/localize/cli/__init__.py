"""The command line: the pipeline's verbs. stdout is data, stderr is talk, exit codes as in `localize.errors`.

Commands import what they need when they run, so that `localize --help` loads no model library and no Prefect.
"""

from __future__ import annotations

import sys
import traceback
from typing import Annotated

import typer

from localize import __version__
from localize.cli import look, models, review, work
from localize.console import talk
from localize.errors import EXIT_BUG, LocalizeError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Take Chinese vertical drama episodes overseas: transcribe, translate, lay out, burn and mux subtitles.",
)
for command in (work.run, look.status, work.check, work.report, look.doctor):
    app.command()(command)
app.add_typer(models.app, name="models")
app.add_typer(review.app, name="review")


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Entry point: an error of the product is one line on stderr and its exit code; a bug shows its traceback."""
    try:
        app()
    except LocalizeError as error:
        if "--debug" in sys.argv:
            traceback.print_exc()
        talk(f"error: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        talk("stopped; what was finished is kept, run the same command again")
        sys.exit(130)
    except Exception:
        traceback.print_exc()
        talk("error: this is a bug in localize; what was finished is kept")
        sys.exit(EXIT_BUG)
