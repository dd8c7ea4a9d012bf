"""The site of the documents: `make docs`. Furo, since it asks nothing of other hosts."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

project = "Dateline"
author = "the Dateline authors"
version = release = installed("dateline")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click"]
source_suffix = {".md": "markdown"}
templates_path: list[str] = []
nitpicky = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure"]  # an ellipsis stands for what differs between two runs

html_theme = "furo"
html_title = "Dateline"
html_show_sourcelink = False
html_show_copyright = False
html_copy_source = False
html_last_updated_fmt = None

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
default_role = "code"  # docstrings are written with single backticks
python_use_unqualified_type_names = True
add_module_names = False
