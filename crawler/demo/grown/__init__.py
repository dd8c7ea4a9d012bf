"""The demo agency grown to hundreds of stories and events: what a crawler's judgement of revisions is measured by.

`newsroom` writes the stories, `kinds` names the events and what a wire editor calls each, `plan` lays them out over three
days, `pages` and `feeds` are their HTML and RSS in two designs, `site` answers requests at a moment, `replay` crawls it with
the clock moved along, `verdict` compares the database with the truth. Everything follows from a seed.
"""
