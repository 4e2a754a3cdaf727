"""The documentation is held to the code: what it names exists, and what exists is named."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from shixiao.rules import load_pack

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = DOCS / "reference"
DECISIONS = sorted((DOCS / "adr").glob("*.md"))
PAGES = sorted(
    page
    for page in DOCS.rglob("*.md")
    if not page.name.endswith(".zh-CN.md")
    and not page.is_relative_to(GENERATED)
    and page not in DECISIONS
)
GUIDES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")]
EVERY_PAGE = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
PARTS_OF_A_DECISION = ["Status", "Context", "Decision", "Consequences", "Alternatives"]


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_blocks(page: Path) -> list[str]:
    return re.findall(r"^```.*?^```$", text_of(page), re.MULTILINE | re.DOTALL)


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)


def levels(page: Path) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", prose(page), re.MULTILINE)]


def twin_of(page: Path) -> Path:
    return page.with_name(f"{page.stem}.zh-CN.md")


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=named)
def test_a_page_and_its_chinese_twin_have_the_same_headings_and_the_same_code(page: Path) -> None:
    twin = twin_of(page)
    assert twin.is_file(), f"{named(page)} has no Chinese twin"
    assert levels(twin) == levels(page)
    assert code_blocks(twin) == code_blocks(page)


def test_no_chinese_page_stands_alone() -> None:
    twins = {page for page in DOCS.rglob("*.zh-CN.md") if not page.is_relative_to(GENERATED)}
    assert twins == {twin_of(page) for page in PAGES}


@pytest.mark.parametrize("page", EVERY_PAGE, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)", prose(page))
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_decisions_are_numbered_one_after_the_other() -> None:
    numbers = [int(page.name[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=named)
def test_a_decision_says_when_why_what_and_what_else_there_was(page: Path) -> None:
    text = text_of(page)
    assert re.match(rf"# {page.name[:4]}\. \S", text)
    assert re.search(r"^Date: \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS_OF_A_DECISION
    assert len(text.splitlines()) <= 60, "a decision fits on one page"


def test_decisions_that_files_point_to_exist() -> None:
    pointers = re.findall(r"docs/adr/(\d{4})", text_of(ROOT / "pyproject.toml"))
    assert pointers
    assert set(pointers) <= {page.name[:4] for page in DECISIONS}


def test_the_generated_pages_are_in_step() -> None:
    command = [sys.executable, "-m", "docs.generate", "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_every_make_target_is_documented() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", text_of(ROOT / "Makefile"), re.MULTILINE)
    assert phony is not None
    told = "".join(map(text_of, [*GUIDES, *PAGES]))
    assert [t for t in phony[1].split() if not re.search(rf"make {t}(?![\w-])", told)] == []


def test_every_setting_is_documented() -> None:
    sources = "".join(map(text_of, sorted((ROOT / "src/shixiao/settings").glob("*.py"))))
    settings = set(re.findall(r"SHIXIAO_[A-Z_]+", sources))
    assert len(settings) > 10
    for guide in (ROOT / "README.md", ROOT / "README.zh-CN.md"):
        assert settings <= set(re.findall(r"SHIXIAO_[A-Z_]+", text_of(guide)))


def test_identifiers_of_the_glossary_occur_in_the_code() -> None:
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.yaml")]
    code = "\n".join(map(text_of, sources))
    rows = re.findall(r"^\| .+ \| (.*) \|$", text_of(ROOT / "GLOSSARY.md"), re.MULTILINE)
    identifiers = {name for cell in rows for name in re.findall(r"`([^`]+)`", cell)}
    assert identifiers
    assert sorted(name for name in identifiers if name not in code) == []


def test_rules_that_the_pages_name_are_in_the_pack() -> None:
    told = "".join(map(text_of, EVERY_PAGE))
    assert set(re.findall(r"\bE-\d{2}\b", told)) <= set(load_pack().rules)


@pytest.mark.parametrize("name", ["result", "deadline"])
def test_a_published_schema_is_a_valid_schema(name: str) -> None:
    schema = yaml.safe_load(text_of(ROOT / f"src/shixiao/cli/schemas/{name}.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_catalogue_entry_says_what_the_package_says() -> None:
    entry = yaml.safe_load(text_of(ROOT / "publiccode.yml"))
    project = text_of(ROOT / "pyproject.toml")
    version = re.search(r'__version__ = "(.+)"', text_of(ROOT / "src/shixiao/__init__.py"))
    assert version is not None
    assert entry["softwareVersion"] == version[1]
    assert f'license = "{entry["legal"]["license"]}"' in project
    assert set(entry["description"]) == set(entry["localisation"]["availableLanguages"])
    for told in entry["description"].values():
        assert len(told["shortDescription"]) <= 150
        assert 150 <= len(told["longDescription"]) <= 10_000
        assert told["features"]


def test_no_file_names_a_place_on_some_machine_or_a_package_index() -> None:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git work tree")
    # The lookbehind lets relative paths such as docs/home/x and URLs stand.
    place = re.compile(
        rb"(?<![\w.~:/)-])/(?:root|home|Users|work|mnt)/\w|[A-Z]:\\Users\\"
        rb"|py"
        rb"pi\.org|python"
        rb"hosted\.org|--(?:extra-)?index-url"
    )
    files = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    found = {
        named(file): match[0].decode()
        for file in files
        if file.is_file() and file != Path(__file__)
        if (match := place.search(file.read_bytes()))
    }
    assert found == {}
