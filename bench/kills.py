"""Kills a crawl of the demo agency at random moments, again and again, and compares with a crawl left alone.

    python bench/kills.py [--kills 200] [--seed 1]

Each kill is SIGKILL to `dateline run` or `dateline backfill` in a process of its own, after 0.3 to 3 s, while the updates,
corrections and the withdrawal of the agency and its archive of 960 stories are to be fetched. At the end: the same articles
and revisions as an undisturbed crawl of the same site has, none lost, none twice, every fetch ended, `PRAGMA
integrity_check` ok. Exit status 1 when anything differs.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crawler.demo.project import opened, write_project  # noqa: E402
from crawler.demo.server import serving  # noqa: E402
from crawler.demo.site import Site  # noqa: E402
from storage.reader import Reader  # noqa: E402

DATELINE = str(Path(sys.executable).parent / "dateline")
TEXTS = (
    "SELECT a.source, a.key, a.status, r.kind, r.content_hash"
    " FROM articles AS a JOIN revisions AS r ON r.article_id = a.id"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with (
        tempfile.TemporaryDirectory(prefix="dateline-kills-") as name,
        serving(Site.with_archive(12, 80, base_time=time.time())) as server,
    ):
        killed, calm = Path(name) / "killed", Path(name) / "calm"
        databases = [write_project(folder, server.port, recheck=(20, 60)) for folder in (killed, calm)]
        since = (datetime.now(UTC) - timedelta(days=13)).date().isoformat()
        commands = [
            [DATELINE, "run", *opened(server.port)],
            [DATELINE, "backfill", "demo", "--since", since, *opened(server.port)],
        ]
        for folder in (killed, calm):
            subprocess.run(commands[0], cwd=folder, check=False, capture_output=True)
        server.site.publish(len(server.site.upcoming))
        time.sleep(31)  # past the endpoints' interval: what the agency has changed is now to be found
        kills = 0
        while kills < given.kills:
            process = subprocess.Popen(
                commands[kills % 2], cwd=killed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                process.wait(chance.uniform(0.3, 3.0))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
        for folder in (killed, calm):
            for command in (*commands, commands[0]):
                subprocess.run(command, cwd=folder, check=False, capture_output=True)
        return told(databases[0], databases[1], kills)


def told(database: Path, undisturbed: Path, kills: int) -> int:
    """Print the comparison; 1 when it fails."""
    with Reader(database) as reader, Reader(undisturbed) as calm:
        texts = reader.db.conn.execute(TEXTS).fetchall()
        wanted = calm.db.conn.execute(TEXTS).fetchall()
        (articles,) = reader.db.conn.execute("SELECT count(*) FROM articles").fetchone()
        (integrity,) = reader.db.conn.execute("PRAGMA integrity_check").fetchone()
        outcomes = dict(reader.db.conn.execute("SELECT outcome, count(*) FROM fetches GROUP BY 1").fetchall())
    lost, odd = set(wanted) - set(texts), set(texts) - set(wanted)
    revised = sum(1 for row in texts if row[3] != "first")
    print(
        f"kills {kills}; articles {articles}; texts {len(texts)}, {revised} of them revisions; undisturbed {len(wanted)}"
    )
    print(f"texts lost {len(lost)}, not in the undisturbed crawl {len(odd)}, twice {len(texts) - len(set(texts))}")
    unended, interrupted = outcomes.get(None, 0), outcomes.get("interrupted", 0)
    print(f"fetches without an outcome {unended}, interrupted {interrupted}; integrity_check {integrity}")
    good = kills and not lost and not odd and len(texts) == len(set(texts)) and not unended and integrity == "ok"
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
