"""The command that measures: on a benchmark, or on the user's own lists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import Stopwatch, json_option, library_options, print_json, scope_option
from kg.cli.progress import progress_bar
from kg.cli.table import number_of
from kg.envelope import envelope_of_one
from kg.errors import UsageError
from kg.filters import Scope
from kg.library import Library

if TYPE_CHECKING:
    from kg.evaluation.report import Estimate, Rankings, Report

_ASKED = {"lists": "hidden paper", "citations": "hidden bibliography"}
_NAME, _FIGURE = 20, 24  # columns for a mode, and for a figure with its interval


@click.command("eval")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[FOLDER]")
@click.option("--pool", is_flag=True, help="Rank only the judged documents of each query; nDCG%20 too.")
@click.option("--run", type=click.Path(path_type=Path), metavar="FILE", help="Also write all rankings as a TREC run.")
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    help="Ask at most N queries, or hide at most N papers of lists; always the same.  [default: all, 200]",
)
@json_option
@library_options
def evaluate(
    library: Library, folder: Path | None, pool: bool, run: Path | None, sample: int | None, as_json: bool
) -> None:
    """Measure how good the answers are, each figure with its 95 % interval.

    FOLDER is a benchmark in BEIR form: corpus.jsonl (_id, title, text), queries.jsonl (_id, text, or _id, paper_id)
    and qrels.tsv (query-id, corpus-id, score). Rankings count 1000 deep. Without FOLDER each paper that the library's
    own lists hold is hidden from its heading in turn, and looked for by the other papers there.

    \b
    kg eval benchmarks/scifact --run scifact.run
    kg eval
    """
    watch = Stopwatch()
    _check(folder, pool, run)
    with progress_bar() as progress:
        if folder is None:
            from kg.evaluation import lists

            report, rankings = lists.evaluate(library, sample or lists.SAMPLE, progress)
        else:
            from kg.evaluation import beir, benchmark

            report, rankings = benchmark.evaluate(beir.read_collection(folder), library, pool, sample, progress)
    _tell(report, rankings, run, as_json, watch)


@click.command("eval-citations")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--run", type=click.Path(path_type=Path), metavar="FILE", help="Also write all rankings as a TREC run.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="At most N papers; always the same.")
@click.option("--older", is_flag=True, help="See only papers that had appeared before the draft did.")
@scope_option
@json_option
@library_options
def evaluate_citations(
    library: Library, file: Path, run: Path | None, sample: int | None, older: bool, scope: Scope, as_json: bool
) -> None:
    """Measure how well the library finds what a draft should cite, each figure with its 95 % interval.

    FILE has the columns citing and cited, separated by tabs (more are ignored). The title and abstract of each citing
    paper of the library is a draft; the paper itself, its own citations, and what cites it have no part in the answer.

    \b
    kg eval-citations edges.tsv --sample 500 --run citations.run
    """
    watch = Stopwatch()
    _check_run(run)
    from kg.evaluation import bibliographies

    with progress_bar() as progress:
        report, rankings = bibliographies.evaluate(library, file, sample, older, scope.everything, progress)
    _tell(report, rankings, run, as_json, watch)


def _check(folder: Path | None, pool: bool, run: Path | None) -> None:
    """What would only fail after minutes of work fails at once."""
    if pool and folder is None:
        raise UsageError("--pool ranks the judged documents of a benchmark: name its FOLDER")
    _check_run(run)


def _check_run(run: Path | None) -> None:
    if run is not None and (run.is_dir() or not run.parent.is_dir()):
        raise UsageError(f"--run {run}: is a folder, or in a folder that does not exist")


def _tell(report: Report, rankings: Rankings, run: Path | None, as_json: bool, watch: Stopwatch) -> None:
    if run is not None:
        from kg.evaluation.trec import write_run

        write_run(run, rankings)
    if as_json:
        print_json(envelope_of_one(report, watch.ms, report.notes))
    else:
        _print(report)


def _print(report: Report) -> None:
    click.secho(_title(report), bold=True)
    names = list(next(iter(report.modes.values())))
    click.echo(" " * _NAME + "".join(f"{name:{_FIGURE}}" for name in names).rstrip())
    for mode, measures in report.modes.items():
        click.echo(_row(mode, measures, ".3f"))
    for difference in report.differences:
        click.echo(_row(f"{difference.mode} - {difference.against}", difference.measures, "+.3f"))
    click.echo("\nIn brackets: 95 % intervals (bootstrap over queries; differences in pairs).")
    for note in (*_counted(report), *report.notes):
        click.echo(note)


def _title(report: Report) -> str:
    asked = number_of(report.queries, _ASKED.get(report.task, "query"))
    pool = ", only those judged ranked" if report.pool else ""
    return f"{report.source}: {asked}, {number_of(report.papers, 'paper')}{pool}, {report.model}"


def _counted(report: Report) -> list[str]:
    """What was left out, and how deep the rankings are."""
    if report.task == "lists":
        return [f"{number_of(report.left_out, 'entry')} left out: under headings of fewer than 3 papers."]
    if report.task == "citations":
        return [f"{number_of(report.left_out, 'paper')} left out: without anything here that it cites."]
    return [
        f"{number_of(report.left_out, 'query')} left out: without a relevant document.",
        f"Rankings count {report.depth} deep.",
    ]


def _row(name: str, measures: Mapping[str, Estimate], form: str) -> str:
    figures = [f"{e.value:{form}} [{e.low:{form}}, {e.high:{form}}]" for e in measures.values()]
    return f"{name:{_NAME}}" + "".join(f"{figure:{_FIGURE}}" for figure in figures).rstrip()
