"""What MkDocs is told when it builds the site: pages made on the way, languages, and nothing loaded from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import notebooks
import site_pages

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

MADE = {"parameters.md": site_pages.parameters, "decisions/index.md": site_pages.decisions}
"""Pages that are made when the site is built -> what makes them."""
NOTEBOOKS = {
    f"notebooks/{name}.ipynb": f"start/{name}.md"
    for name in ("first-forecast", "own-country", "own-scenario", "own-mechanism")
}
"""Notebooks that are made when the site is built -> the page they are made of."""
LANGUAGES = {"zh": "zh-Hans", "ja": "ja"}
"""Folders of docs/ -> the language of their pages."""
LABELS = {
    "zh": {"Table of contents": "本页目录", "Back to top": "回到页首", 'placeholder="Search"': 'placeholder="搜索"'},
    "ja": {"Table of contents": "目次", "Back to top": "ページの先頭へ", 'placeholder="Search"': 'placeholder="検索"'},
}
"""Folders of docs/ -> words of the theme on their pages."""
MENTION = re.compile(r"(?<![\w/`(\[])docs/(?P<page>[\w/-]+\.md)(?![\w`])")
"""A page that text names as a file."""
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
LOADED = re.compile(
    r"<(?:script|img|iframe|source|video|audio)\b[^>]*\bsrc=[\"']?(?P<src>(?:https?:)?//[^\"' >]+)"
    r"|<link\b(?=[^>]*\brel=[\"']?(?:stylesheet|preload|preconnect|icon|dns-prefetch))"
    r"[^>]*\bhref=[\"']?(?P<href>(?:https?:)?//[^\"' >]+)"
    r"|(?:url\(|@import\s+)[\"']?(?P<css>(?:https?:)?//[^\"') >]+)",
    re.IGNORECASE,
)
"""What a page or a style sheet loads from another host."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The navigation with every decision."""
    config["nav"] = whole(config["nav"], Path(config["docs_dir"]))
    return config


def whole(nav: list[Any], docs: Path) -> list[Any]:
    """A navigation with the decisions below their index."""
    kept = []
    for entry in nav:
        [(title, inside)] = entry.items()
        if isinstance(inside, list):
            kept.append({title: whole(inside, docs)})
        elif inside == "decisions/index.md":
            numbered = sorted(path.name for path in (docs / "decisions").glob("[0-9]*.md"))
            kept.append({title: [inside, *(f"decisions/{name}" for name in numbered)]})
        else:
            kept.append(entry)
    return kept


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The files of docs/, and those that are made."""
    from mkdocs.structure.files import File

    for page, make in MADE.items():
        files.append(File.generated(config, page, content=make()))
    for path, page in NOTEBOOKS.items():
        files.append(File.generated(config, path, content=notebook_text(page, Path(config["docs_dir"]))))
    return files


def notebook_text(page: str, docs: Path) -> str:
    """The notebook of a page as it is written to a file."""
    import nbformat

    return nbformat.writes(notebooks.notebook((docs / page).read_text(encoding="utf-8"), page))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """A page with its made tables, and with links where it names another page as a file."""
    where = page.file.src_uri
    if where == "glossary.md":
        markdown = site_pages.glossary(markdown)
    return linked(markdown, where, frozenset(file.src_uri for file in files.documentation_pages()))


def linked(markdown: str, where: str, pages: frozenset[str]) -> str:
    """Markdown of the page `where` in which `docs/NAME.md` outside code is a link, where there is such a page."""
    up = "../" * (len(PurePosixPath(where).parts) - 1)

    def link(found: re.Match[str]) -> str:
        name = found["page"]
        return f"[{name.removesuffix('.md')}]({up}{name})" if name in pages else found[0]

    parts = FENCED.split(markdown)
    return "".join(part if number % 2 else MENTION.sub(link, part) for number, part in enumerate(parts))


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001
    """A page that says its language, so that characters take the form of that language."""
    folder = PurePosixPath(page.file.src_uri).parts[0]
    if folder in LANGUAGES:
        output = output.replace('<html lang="en"', f'<html lang="{LANGUAGES[folder]}"', 1)
        for english, own in LABELS[folder].items():
            output = output.replace(english, own)
    return output


def on_post_build(config: MkDocsConfig) -> None:
    """Refuses a site that loads anything from another host."""
    from mkdocs.exceptions import PluginError

    if found := foreign(Path(config["site_dir"])):
        raise PluginError("pages load from elsewhere: " + "; ".join(found[:5]))


def foreign(site: Path) -> list[str]:
    """What pages and style sheets of a site load from other hosts, as `page: address`."""
    return [
        f"{path.relative_to(site)}: {found['src'] or found['href'] or found['css']}"
        for path in sorted(site.rglob("*"))
        if path.suffix in {".html", ".css"}
        for found in LOADED.finditer(path.read_text(encoding="utf-8"))
    ]
