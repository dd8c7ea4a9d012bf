"""The site for those who read: Datasette over one database file, with its own pages (`dateline serve`, extra `web`).

How a page is made, `search` as the example:

* `pages/search.py`: `async def search(request: Request, datasette: Site) -> Response`, and `ROUTES = ((r"/search$", search),)`;
  `NAVIGATION = ("Search", "/search")` where it stands in the head of every page. `pages/__init__.py` names the module.
* `found.py` beside this file: a pure function of a `storage.reader.Reader` (or its `db`) that asks the database. A page calls
  it by `await datasette.read(lambda reader: hits(reader, …))`: in a thread, all of it seeing one state of the file, ended
  after `TIME_LIMIT` seconds (`TooSlow`). Nothing here writes, and no page asks without a LIMIT or an index.
* `templates/search.html` extends `base.html` (blocks `title`, `content`; `base.html` says the rest); the page answers
  `await page(datasette, request, "search.html", {…})`. Every template also has `now` (epoch seconds), `titles` (source ->
  title) and the filters of `filters.py`: `|text` for what others wrote, `<h2{{ row.language|lang }}>`, `|href` for an address
  (None unless http or https), `|moment` for a time, `|span` for seconds, `|number`. Values are escaped by Jinja; nothing is
  `|safe`.
* An exception of the house (`QueryError`, `StorageError`, `TooSlow`) or `NotFound` becomes a page with its status by itself.

No inline script, no inline style, no `style=` attribute: the headers forbid them (`headers.py`). One CSS file and small scripts
in `static/`; everything reads without scripts. SVG takes presentation attributes (`fill=`), or classes.
"""
