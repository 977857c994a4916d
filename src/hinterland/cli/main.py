"""The command line: one thin command per public function; nothing heavy is imported until a command runs."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hinterland.cli.calibrate import calibrate
from hinterland.cli.console import INTERRUPTED, TERMINATED, answered, heed_signals
from hinterland.cli.data import data
from hinterland.cli.export import export
from hinterland.cli.options import Cluster, Workers

app = typer.Typer(
    name="hinterland",
    help="Forecasts every settlement of a country by age, with honest uncertainty.",
    no_args_is_help=True,
    # Plain help needs no rich, which keeps `--help` quick; errors of ours are told by `answered`.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(data, name="data")
app.add_typer(calibrate, name="calibrate")
app.add_typer(export, name="export")


class Language(StrEnum):
    """Languages of answers."""

    EN = "en"
    ZH = "zh"
    JA = "ja"


def main() -> None:
    """Runs the command line; Ctrl-C and a request to end from the system clean up."""
    heed_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show 焦作 shows a question mark instead of ending the command.
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="hinterland")
    except SystemExit as end:
        if end.code in (INTERRUPTED, TERMINATED):
            # All is cleaned up by now. Taking apart a compiler that was stopped in mid-work can crash the process,
            # which would tell the caller another code, so what is left of it is not taken apart.
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError):
                    stream.flush()
            os._exit(end.code)
        raise


def _version(wanted: bool) -> None:
    if wanted:
        import hinterland

        typer.echo(f"hinterland {hinterland.__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Forecasts every settlement of a country by age, with honest uncertainty."""


@app.command(short_help="Forecast a country into one folder.")
def run(  # noqa: PLR0913
    country: Annotated[
        str, typer.Argument(metavar="cn|NAME|DIR", help="An embedded or built country, or a pack's folder.")
    ] = "cn",
    *,
    members: Annotated[int, typer.Option(min=2, help="Futures to draw; 95% bands need 1,000.")] = 200,
    until: Annotated[
        int | None, typer.Option(help="Last year, a whole number of steps after the base year; 2100 or just before.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the run; ./hinterland-<country> where not given.")
    ] = None,
    off: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="NAME", help="A mechanism to switch off; may be repeated."),
    ] = None,
    assign: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another value of a parameter; may be repeated."),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME|FILE|A+B", help="A scenario (see `hinterland scenarios`); may be repeated."),
    ] = None,
    past: Annotated[
        bool, typer.Option("--past", help="Begin with the record and repeat it, for scenarios that take a cause away.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep-effects", help="Place effects as with the usual values; others act afterwards.")
    ] = False,
    workers: Workers = None,
    cluster: Cluster = None,
    disk: Annotated[
        bool | None, typer.Option("--disk/--memory", help="Where members are while they are run; by size if not given.")
    ] = None,
) -> None:
    """Forecast a country: run.zarr, summary.csv and report.html in one folder, whole or not at all."""
    with answered():
        from hinterland.cli.run import Where, assignments, make_run
        from hinterland.switches import without

        overrides = without(off or [], assignments(assign or []))
        make_run(
            country,
            members=members,
            until=until,
            seed=seed,
            out=out,
            overrides=overrides,
            keep_effects=keep,
            scenarios=scenario or [],
            past=past,
            where=Where(workers, cluster, disk),
        )


@app.command(short_help="What can be changed, and why results would move.")
def scenarios(
    name: Annotated[str | None, typer.Argument(metavar="[NAME|FILE]", help="One scenario in full.")] = None,
    *,
    lang: Annotated[Language, typer.Option(help="Language of titles and reasons.")] = Language.EN,
) -> None:
    """The scenarios that come with the package, or one of them in full: reason, source, claims and changes."""
    with answered():
        from hinterland.cli.scenarios import told

        for line in told(name, lang.value):
            typer.echo(line)


@app.command(short_help="What one scenario changes of another.")
def compare(  # noqa: PLR0913
    first: Annotated[str, typer.Argument(metavar="A", help="A scenario, a file, a sum such as A+B, or base.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    *,
    country: Annotated[str, typer.Option(metavar="cn|NAME|DIR", help="A country at hand, or a pack's folder.")] = "cn",
    place: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A place to tell of; may be repeated. The nation if none.")
    ] = None,
    members: Annotated[int, typer.Option(min=2, help="Futures to draw.")] = 50,
    until: Annotated[int | None, typer.Option(help="Last year, a whole number of steps after the base year.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 0,
    past: Annotated[bool, typer.Option("--past", help="Begin with the record and repeat it.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="All that the two may differ in, refused otherwise; may be repeated."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="CSV", help="Write the whole table of differences.")] = None,
) -> None:
    """Two scenarios under the same random numbers: medians, and the median and band of their difference."""
    with answered():
        from hinterland.cli.compare import Asked, compared

        for line in compared(first, second, Asked(country, place or [], members, until, seed, past, out, only or [])):
            typer.echo(line)


@app.command(short_help="Why a place grows, holds or shrinks.")
def why(  # noqa: PLR0913
    place: Annotated[
        list[str],
        typer.Argument(metavar="NAME...", help="Places, regions or the nation: 焦作, jiaozuo, Henan."),
    ],
    *,
    country: Annotated[str, typer.Option(metavar="cn|NAME|DIR", help="A country at hand, or a pack's folder.")] = "cn",
    first: Annotated[int | None, typer.Option("--from", help="First year; the base year if not given.")] = None,
    last: Annotated[
        int | None, typer.Option("--to", help="Last year; about thirty years after the base year if not given.")
    ] = None,
    quantity: Annotated[str, typer.Option(help="What changes: people, people_65_plus, jobs, homes ...")] = "people",
    members: Annotated[int, typer.Option(min=0, help="Futures for bands of parts; none by default.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 0,
    moves: Annotated[bool, typer.Option("--moves/--no-moves", help="Tell where people go and come from.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="CSV", help="Write the parts of every place and region.")] = None,
) -> None:
    """The change of a place split among births, deaths, moves, jobs, homes and what no mechanism explains."""
    with answered():
        from hinterland.cli.why import Asked, told

        asked = Asked(country, place, first, last, quantity, members, seed, moves, as_json, out)
        for line in told(asked):
            typer.echo(line)


@app.command(short_help="What a parameter or variable is, and who uses it.")
def explain(
    name: Annotated[str, typer.Argument(metavar="PARAMETER|VARIABLE|LEVER")],
    *,
    country: Annotated[str | None, typer.Option(metavar="CODE", help="As fitted to a country, if it was.")] = None,
) -> None:
    """What a name stands for: value, unit, range, status and source; what makes it and what uses it."""
    with answered():
        from hinterland.glossary import explain as told

        for line in told(name, country):
            typer.echo(line)


@app.command(short_help="What the model says of natural experiments.")
def experiments(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="One experiment in full.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Natural experiments run again in invented countries: simulated beside published, with verdicts."""
    with answered():
        from hinterland.cli.experiments import experiments as told

        for line in told(name, as_json=as_json):
            typer.echo(line)


@app.command(short_help="What is claimed, and whether it holds.")
def claims(
    name: Annotated[str | None, typer.Argument(metavar="[ID]", help="One claim in full, such as C07.")] = None,
    *,
    lang: Annotated[Language, typer.Option(help="Language of titles, claims and questions.")] = Language.EN,
    members: Annotated[int, typer.Option(min=2, help="Futures drawn for effects in the model.")] = 16,
    effects: Annotated[bool, typer.Option("--effects/--no-effects", help="Run the model for effects: minutes.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    flips: Annotated[
        bool, typer.Option("--flips", help="Run one claim's effect with its parameters at both ends, too.")
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write a page, in three languages.")] = None,
) -> None:
    """The claims this project starts from: tests on data, back-tests, sizes in the model, and verdicts by rule."""
    with answered():
        from hinterland.cli.claims import claims as told

        asked = {"members": members, "effects": effects, "as_json": as_json, "out": out, "flips": flips}
        for line in told(name, lang=lang.value, **asked):
            typer.echo(line)


@app.command(short_help="What a run says about one place.")
def place(
    name: Annotated[str, typer.Argument(help="Name in any script, romanised name or code: 焦作, jiaozuo, 410800.")],
    *,
    run: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the run; the one in this folder where not given.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the answer.")] = Language.EN,
) -> None:
    """What a run says about one place, after what its record says; writes its page into the run."""
    with answered():
        from hinterland.cli.place import tell
        from hinterland.results.layout import find_run

        for line in tell(find_run(run), name, lang.value):
            typer.echo(line)


@app.command(short_help="What would keep people at a place, and its cost.")
def policy(  # noqa: PLR0913
    places: Annotated[list[str], typer.Argument(metavar="PLACE...", help="A place; several with --front.")],
    *,
    keep: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Share of the people of the base year to keep, such as 0.9.")
    ] = None,
    by: Annotated[int, typer.Option(help="Target year, a whole number of steps after the base year.")] = 2050,
    start: Annotated[
        int | None, typer.Option("--from", help="Year in which it begins; a step after the base year.")
    ] = None,
    lever: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A lever that may be used; may be repeated. All if none.")
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Your own cost of a lever's unit, in the money told; may be repeated."),
    ] = None,
    front: Annotated[
        bool, typer.Option("--front", help="Money against people kept, for one place or several.")
    ] = False,
    country: Annotated[str, typer.Option(metavar="cn|NAME|DIR", help="A country at hand, or a pack's folder.")] = "cn",
    members: Annotated[int, typer.Option(min=2, help="Futures that bands are taken from.")] = 31,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 0,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The scenario (.toml), or the front (.csv).")] = None,
    lang: Annotated[Language, typer.Option(help="Language of the levers' titles.")] = Language.EN,
) -> None:
    """The cheapest mix of levers that keeps a share of a place's people, run forward, and whom it empties elsewhere."""
    with answered():
        from hinterland.cli.policy import Wanted, costs_of, told

        costs = costs_of(cost or [])
        wanted = Wanted(country, places, keep, by, start, lever or [], costs, members, seed, front, out, lang.value)
        for line in told(wanted):
            typer.echo(line)


@app.command(short_help="Open runs and a live model in a browser.")
def serve(
    runs: Annotated[
        list[Path] | None, typer.Argument(metavar="[RUN...]", help="Folders of runs; those in this folder if none.")
    ] = None,
    *,
    port: Annotated[int, typer.Option(help="Port; 0 for any that is free.")] = 8765,
    host: Annotated[str, typer.Option(help="Where to listen; beyond this machine a token is asked for.")] = "127.0.0.1",
    token: Annotated[
        str | None, typer.Option(help="Token that requests must carry; made and printed where it is needed.")
    ] = None,
    pack: Annotated[
        list[str] | None, typer.Option(metavar="NAME|DIR", help="Pack of a run's country; may be repeated.")
    ] = None,
    live: Annotated[bool, typer.Option("--live/--no-live", help="Make the live model ready in the background.")] = True,
) -> None:
    """Serve runs on this machine: the page, the API behind it and the live model, with no request to anywhere else."""
    with answered():
        from hinterland.cli.serve import start

        start(runs or [], host=host, port=port, token=token, packs=pack or [], live=live)


@app.command(short_help="What matters for a place, ranked.")
def sensitivity(
    name: Annotated[str, typer.Argument(metavar="PLACE", help="Name in any script, romanised name or code.")],
    *,
    by: Annotated[int, typer.Option(help="Target year, a whole number of steps after the base year.")] = 2050,
    country: Annotated[str, typer.Option(metavar="cn|NAME|DIR", help="A country at hand, or a pack's folder.")] = "cn",
    points: Annotated[int, typer.Option(help="Points that effects are taken at.")] = 16,
    every: Annotated[
        bool, typer.Option("--all", help="Parameters that act and have a prior, also those that members do not draw.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 0,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Parameters, the nation's course and the place's own, ranked by what they move of its people in a year."""
    with answered():
        from hinterland.cli.sensitivity import told

        for line in told(name, country, by, points, seed, every=every, workers=workers, cluster=cluster):
            typer.echo(line)


@app.command(short_help="Places like one, and what became of such places.")
def peers(
    name: Annotated[str, typer.Argument(metavar="PLACE", help="Name in any script, romanised name or code.")],
    *,
    country: Annotated[str, typer.Option(metavar="cn|NAME|DIR", help="A country at hand, or a pack's folder.")] = "cn",
    count: Annotated[int, typer.Option(help="Peers to tell of.")] = 8,
) -> None:
    """Places most like one by its record, and what became of those that looked so ten to twenty years ago."""
    with answered():
        from hinterland.cli.peers import told

        for line in told(name, country, count):
            typer.echo(line)


@app.command(short_help="How far to trust forecasts of a country.")
def backtest(  # noqa: PLR0913
    country: Annotated[
        str, typer.Argument(metavar="cn|NAME|DIR|CSV", help="A country at hand, a pack's folder, or a table of places.")
    ] = "cn",
    *,
    launch: Annotated[
        int | None, typer.Option(help="Last year that methods may know; ten years before the end if not given.")
    ] = None,
    horizon: Annotated[int | None, typer.Option(min=1, help="Years ahead to test; all there are if not given.")] = None,
    method: Annotated[
        list[str] | None, typer.Option(help="A method to test; may be repeated. All of them if not given.")
    ] = None,
    members: Annotated[int, typer.Option(min=2, help="Futures that the model draws.")] = 100,
    off: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="NAME", help="A mechanism to switch off; may be repeated."),
    ] = None,
    assign: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another value of a parameter of the model; may be repeated."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep-effects", help="Place effects as with the usual values; others act afterwards.")
    ] = False,
    ages: Annotated[bool, typer.Option("--ages", help="Write forecasts by sex and age too.")] = False,
    workers: Workers = None,
    cluster: Cluster = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the test; ./backtest-<country>-<launch> if not given.")
    ] = None,
) -> None:
    """Forecast from a past year with the model and every baseline, and score them against what came."""
    with answered():
        from hinterland.cli.backtest import make_backtest
        from hinterland.cli.run import assignments
        from hinterland.switches import without

        make_backtest(
            country,
            launch=launch,
            horizon=horizon,
            methods=method or [],
            members=members,
            overrides=without(off or [], assignments(assign or [])),
            keep_effects=keep,
            ages=ages,
            out=out,
            workers=workers,
            cluster=cluster,
        )


@app.command(short_help="Every value the model uses.")
def parameters(
    *,
    assumed: Annotated[bool, typer.Option("--assumed", help="Only those that rest on no measurement.")] = False,
    country: Annotated[str | None, typer.Option(metavar="CODE", help="As fitted to a country, if it was.")] = None,
) -> None:
    """Every value the model uses, with unit, range, status and source."""
    with answered():
        from hinterland.cli.data import list_parameters

        list_parameters(assumed=assumed, country=country)


@app.command(short_help="Write a template of a country pack.")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
) -> None:
    """Write a commented template of a country pack, which runs as it stands."""
    with answered():
        from hinterland.cli.data import new_pack

        new_pack(folder)
