#!/usr/bin/env python3
"""Writes the files of the web console and the OpenAPI document into Swift, so that the server is one file.

  scripts/embed-files.py            after a change of Sources/ShortlistServer/Console/Files or OpenAPI/openapi.json
  scripts/embed-files.py --check    fails where the Swift files do not agree with them

What it makes is committed; a test holds both to each other.
"""

import pathlib
import sys

SERVER = pathlib.Path(__file__).resolve().parent.parent / "Sources" / "ShortlistServer"
HEAD = "// Made by scripts/embed-files.py; change the files it is made from.\n// swift-format-ignore-file\n\n"


def literal(text: str) -> str:
    """A raw string of several lines: nothing in it is an escape."""
    marks = "#"
    while f'"""{marks}' in text or f"\\{marks}" in text:
        marks += "#"
    if "\r" in text:
        sys.exit("a file holds a carriage return, which Swift's strings of several lines do not keep")
    return f'{marks}"""\n{text}\n"""{marks}'


def console() -> str:
    files = sorted((SERVER / "Console" / "Files").iterdir())
    parts = [f'    File(name: "{f.name}", text: {literal(f.read_text("utf-8"))}),\n' for f in files]
    return HEAD + "extension ConsolePages {\n  static let files: [File] = [\n" + "".join(parts) + "  ]\n}\n"


def document() -> str:
    text = (SERVER / "OpenAPI" / "openapi.json").read_text("utf-8")
    return HEAD + f"extension OpenAPI {{\n  static let text = {literal(text)}\n}}\n"


made = {SERVER / "Console" / "ConsoleFiles.swift": console()}
if (SERVER / "OpenAPI" / "openapi.json").exists():
    made[SERVER / "OpenAPI" / "OpenAPIDocument.swift"] = document()
wrong = [f for f, text in made.items() if not f.exists() or f.read_text("utf-8") != text]
if "--check" in sys.argv:
    for file in wrong:
        print(f"{file.name} does not agree with what it is made from: run scripts/embed-files.py")
    sys.exit(1 if wrong else 0)
for file in wrong:
    file.write_text(made[file], "utf-8")
