"""Every file of a run directory. Nothing else names one."""

from __future__ import annotations

from typing import Any

from vibetrader.results.authors import Author
from vibetrader.results.findings import Finding
from vibetrader.results.ideas import Brief, Idea, Questions
from vibetrader.results.messages import Message
from vibetrader.rundir.artifact import Artifact, json_lines, json_model, json_object, text, yaml_model
from vibetrader.rundir.journal import JournalLine
from vibetrader.rundir.manifest import Manifest

MANIFEST = json_model(
    "manifest.json",
    Manifest,
    "Format and tool versions, settings without secrets, seed, hashes of inputs and outputs, data receipt, parent run.",
    written_by="clarify design compile report iterate",
    read_by="clarify design compile report iterate",
)
JOURNAL = json_lines(
    "journal.jsonl",
    JournalLine,
    "A line per node start and end, route taken, duration.",
    written_by="clarify design compile report iterate",
    read_by="",
)
MESSAGES = json_lines(
    "messages.jsonl",
    Message,
    "What a front end shows.",
    written_by="clarify design compile report iterate",
    read_by="",
)
IDEA: Artifact[Idea] = Artifact(
    "idea.md",
    "The user's words, and each feedback, in order.",
    ("clarify", "iterate"),
    ("clarify", "report"),
    Idea.to_markdown,
    Idea.from_markdown,
)
SPEC = text(
    "spec.yaml",
    "The strategy spec, with provenance per field.",
    written_by="clarify iterate",
    read_by="clarify design compile report iterate",
)
QUESTIONS = yaml_model(
    "questions.yaml",
    Questions,
    "Open questions with choices and a default each.",
    written_by="clarify",
    read_by="clarify",
)
ANSWERS = text(
    "answers.yaml",
    "The user's answers to the questions, by question or field.",
    written_by="clarify",
    read_by="clarify",
)
BRIEF = yaml_model(
    "brief.yaml",
    Brief,
    "What a program must do, for an idea that a spec cannot say; a model wrote it, and a model writes the code.",
    written_by="clarify",
    read_by="design report",
)
INSTRUCTION = text(
    "instruction.md", "What feedback asks of the program itself.", written_by="iterate", read_by="design"
)
AUTHOR = json_model(
    "author.json",
    Author,
    "The model that wrote or changed main.py, and whether the trades must stay as they were.",
    written_by="design",
    read_by="design compile report",
)
MAIN = text("main.py", "The LEAN algorithm.", written_by="design compile", read_by="compile report iterate")
CONFIG = json_object(
    "config.json", "The LEAN project's settings and parameters.", written_by="design iterate", read_by="compile"
)
ERRORS = json_lines(
    "errors.jsonl",
    Finding,
    "A line per error: stage, class, raw text, line of code, what to do, example.",
    written_by="compile",
    read_by="design report",
)
CROSS_CHECK = json_object(
    "cross-check.json",
    "Where two engines' results of this program differ, and how: kind, place, both values.",
    written_by="compile",
    read_by="",
)
METRICS = json_object(
    "metrics.json",
    "Metrics by snake_case id with units, LEAN's display strings beside them.",
    written_by="compile report",
    read_by="report iterate",
)
DATA_LEDGER = json_object(
    "data_ledger.json",
    "The bars used: their origin, what is doubtful about them, the trades that doubtful bars touch (docs/data.md).",
    written_by="compile",
    read_by="report",
)
REPORT_JSON = json_object("report.json", "The report for machines.", written_by="report", read_by="", by_lines=True)
REPORT_MD = text("report.md", "The report for a pull request.", written_by="report", read_by="")
GATES = json_object("gates.json", "How the gates that were asked for turned out.", written_by="report", read_by="")
REPORT_HTML = text("report.html", "The report for people: one file, offline.", written_by="report", read_by="")

# Folders that hold files of others' making or a series; their files are named by number.
BACKTEST_DIR = "backtest"  # LEAN's result files
CROSS_DIR = "backtest-other"  # result files of the second engine
ATTEMPTS_DIR = "attempts"  # NN/: code, diff, enriched errors of each repair
LLM_DIR = "llm"  # NNN.json: each model call
ITERATIONS_DIR = "iterations"  # NN/: a child run per feedback
LOCK_FILE = ".lock"

LAYOUT: tuple[Artifact[Any], ...] = (
    MANIFEST,
    JOURNAL,
    MESSAGES,
    IDEA,
    SPEC,
    QUESTIONS,
    ANSWERS,
    BRIEF,
    INSTRUCTION,
    AUTHOR,
    MAIN,
    CONFIG,
    ERRORS,
    CROSS_CHECK,
    METRICS,
    GATES,
    DATA_LEDGER,
    REPORT_JSON,
    REPORT_MD,
    REPORT_HTML,
)
