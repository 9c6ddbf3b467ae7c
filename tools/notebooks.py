"""The notebooks of docs/, run and rendered: one of Jupyter in Python, one of R Markdown in R."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.documents import ROOT, r_environment

JUPYTER = ROOT / "docs/pictures.ipynb"
R_MARKDOWN = ROOT / "docs/pictures.Rmd"


def run_jupyter() -> Any:
    """Run the notebook of Jupyter on this Python; an error in a cell is raised."""
    import nbformat
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from traitlets import default

    class ThisPython(AsyncKernelManager):
        """A kernel of this very Python, whatever kernels the user has installed."""

        @property
        def kernel_spec(self) -> KernelSpec:
            arguments = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=arguments, display_name="Python", language="python")

        @default("transport")
        def _transport(self) -> str:
            return "ipc"  # no port is opened

    notebook = nbformat.read(JUPYTER, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_manager_class=ThisPython,
        resources={"metadata": {"path": str(ROOT)}},
    )
    return client.execute()


def render_jupyter(folder: Path) -> Path:
    """Run the notebook of Jupyter and write it as a page into `folder`."""
    from nbconvert import HTMLExporter

    # The page fetches nothing from anywhere.
    exporter = HTMLExporter(mathjax_url="", require_js_url="", jquery_url="")
    page, _ = exporter.from_notebook_node(run_jupyter())
    path = folder / "pictures-python.html"
    path.write_text(page)
    return path


def render_r_markdown(folder: Path) -> Path:
    """Run the notebook of R Markdown and write it as a page into `folder`."""
    path = folder / "pictures-r.html"
    code = (
        f"rmarkdown::render({json.dumps(str(R_MARKDOWN))}, output_file = {json.dumps(path.name)}, "
        f"output_dir = {json.dumps(str(folder))}, intermediates_dir = tempdir(), quiet = TRUE)"
    )
    done = subprocess.run(
        ["Rscript", "--no-environ", "--no-init-file", "-e", code],
        cwd=ROOT,
        env=r_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0 or not path.exists():
        raise RuntimeError(f"the notebook in R stopped:\n{done.stdout}{done.stderr}")
    return path


def render(folder: Path) -> None:
    """Write both notebooks as pages into `folder`."""
    render_jupyter(folder)
    render_r_markdown(folder)
