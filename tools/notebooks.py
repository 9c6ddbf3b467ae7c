"""Run the notebooks of docs/, of Jupyter and of R Markdown, and write them as pages of the site."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tools.documents import ROOT, r_environment

JUPYTER = ROOT / "docs/pictures.ipynb"
R_MARKDOWN = ROOT / "docs/pictures.Rmd"
KNIT = """
files <- commandArgs(TRUE)
knitr::opts_knit$set(upload.fun = knitr::image_uri, rmarkdown.pandoc.to = "html")
knitr::opts_chunk$set(fig.path = file.path(tempdir(), "figure-"), comment = "#>")
knitr::knit(files[[1]], files[[2]], quiet = TRUE, envir = new.env())
"""


def run_jupyter() -> Any:
    """Run the notebook of Jupyter on this Python; an error in a cell is raised."""
    import nbformat
    from nbclient import NotebookClient
    from traitlets.config import Config

    client = NotebookClient(
        nbformat.read(JUPYTER, as_version=4),
        timeout=120,
        kernel_name="python3",  # the one of .venv, before the user's own
        config=Config({"ConnectionFileMixin": {"transport": "ipc"}}),  # opens no port
        resources={"metadata": {"path": str(ROOT)}},
    )
    return client.execute()


def jupyter_page() -> str:
    """Run the notebook of Jupyter and return it as Markdown, its pictures within."""
    return "\n\n".join(text for cell in run_jupyter().cells for text in _cell_texts(cell))


def _cell_texts(cell: Any) -> list[str]:
    if cell.cell_type == "markdown":
        return [cell.source]
    return [_fence("python", cell.source), *map(_output_text, cell.outputs)]


def _output_text(output: Any) -> str:
    if output.output_type == "stream":
        return _fence("text", output.text)
    if output.output_type == "error":
        return _fence("text", f"{output.ename}: {output.evalue}")
    if "image/png" in output.data:
        data = re.sub(r"\s", "", output.data["image/png"])
        return f'<img class="picture" alt="" src="data:image/png;base64,{data}">'
    if "text/html" in output.data:
        return f'<div class="made">{_one_line(output.data["text/html"])}</div>'
    return _fence("text", output.data["text/plain"])


def _one_line(markup: str) -> str:
    """Return HTML without empty lines, at which Markdown would end it."""
    return re.sub(r"\n\s*", " ", markup)


def _fence(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"


def r_page() -> str:
    """Run the notebook of R Markdown and return it as Markdown, its pictures within."""
    with tempfile.TemporaryDirectory() as folder:
        script, source, made = (Path(folder, name) for name in ("knit.R", "page.Rmd", "page.md"))
        script.write_text(KNIT)
        title, source_text = _without_header(R_MARKDOWN.read_text())
        source.write_text(source_text)
        done = subprocess.run(
            ["Rscript", "--no-environ", "--no-init-file", str(script), str(source), str(made)],
            cwd=ROOT,
            env=r_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0 or not made.exists():
            raise RuntimeError(f"the notebook in R stopped:\n{done.stdout}{done.stderr}")
        return f"# {title}\n\n{_r_markdown(made.read_text())}"


def _without_header(text: str) -> tuple[str, str]:
    _, header, body = text.split("---\n", 2)
    (title,) = re.findall(r'^title: "(.*)"$', header, re.MULTILINE)
    return title, body


def _r_markdown(text: str) -> str:
    text = re.sub(r"^``` ?(\w*)$", lambda found: f"```{found[1]}", text, flags=re.MULTILINE)
    text = re.sub(
        r"^!\[.*?\]\((data:image/png[^)]*)\)(\{.*?\})?$|^<img src=\"(data:image/png[^\"]*)\".*?>$",
        lambda found: f'<img class="picture" alt="" src="{found[1] or found[3]}">',
        text,
        flags=re.MULTILINE,
    )
    return re.sub(
        r"^<div.*?</div>$",
        lambda found: f'<div class="made">{_one_line(found[0])}</div>',
        text,
        flags=re.MULTILINE | re.DOTALL,
    )
