"""The order of the house."""

import subprocess
import sys
from pathlib import Path

from command.settings_page import settings_markdown
from settings import settings_table


def test_redis_and_rq_find_pythons_own_queue(repo_root: Path) -> None:
    # In a process of its own, from the root: under pytest the real `queue` is imported already.
    done = subprocess.run([sys.executable, "-c", "import redis, rq"], cwd=repo_root, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


def test_queue_is_no_package(repo_root: Path) -> None:
    assert not (repo_root / "queue" / "__init__.py").exists()


def test_each_folder_imports_only_what_stands_to_its_left(repo_root: Path) -> None:
    linter = Path(sys.executable).parent / "lint-imports"

    done = subprocess.run([linter], cwd=repo_root, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_the_settings_page_is_what_the_settings_are(repo_root: Path) -> None:
    page = (repo_root / "docs" / "settings.md").read_text(encoding="utf-8")

    assert page.strip() == settings_markdown().strip()
    assert all(f"`{row.variable}`" in page for row in settings_table())


def test_every_word_of_the_readmes_commands_exists(repo_root: Path) -> None:
    helped = subprocess.run([Path(sys.executable).parent / "barocall", "--help"], capture_output=True, text=True).stdout

    for command in ("demo", "run", "check", "menu", "agents"):
        assert f"  {command} " in helped


def test_each_document_that_a_document_links_is_there(repo_root: Path) -> None:
    import re

    missing = []
    for page in [*repo_root.glob("*.md"), *repo_root.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                missing.append(f"{page.name} → {target}")
    assert missing == []
