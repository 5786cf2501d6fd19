"""The node: what a run gave, for people and machines."""

from __future__ import annotations

from vibetrader.report.markdown import markdown
from vibetrader.report.model import build
from vibetrader.report.page import page
from vibetrader.results import Outcome, Status
from vibetrader.rundir import RunDir
from vibetrader.rundir.layout import REPORT_HTML, REPORT_JSON, REPORT_MD
from vibetrader.settings import Settings


def node(run: RunDir, settings: Settings) -> Outcome:
    """Write report.json, report.md and report.html from what is there, a failure included."""
    run.progress("report", "Writing the report")
    content = build(run, settings)
    report = content.report
    run.write(REPORT_JSON, report)
    run.write(REPORT_MD, markdown(report))
    run.write(REPORT_HTML, page(content))
    values = {key: entry["value"] for key, entry in report["metrics"].items()}
    run.say("results" if report["completed"] else "error", report["headline"], metrics=values or None)
    return Outcome(Status.OK, report["headline"])
