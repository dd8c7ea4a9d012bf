"""Kills a crawl of the demo agency at random moments, again and again, and compares with a crawl left alone.

    python bench/kills.py [--kills 200] [--seed 1]

Each kill is SIGKILL to `dateline run` or `dateline backfill` in a process of its own, after 0.3 to 3 s. While the kills go on
the agency's scripted events happen. At the end: the same articles and texts as an undisturbed crawl of the same site has,
none lost, none twice, every fetch ended, `PRAGMA integrity_check` ok. Exit status 1 when anything differs.
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
TEXTS = "SELECT a.source, a.key, r.title, r.content_hash FROM articles AS a JOIN revisions AS r ON r.article_id = a.id"
CURRENT = "SELECT source, key, title, content_hash, status FROM articles"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    base = time.time()
    with (
        tempfile.TemporaryDirectory(prefix="dateline-kills-") as name,
        serving(Site.with_archive(12, 80, base_time=base)) as server,
    ):
        folder = Path(name) / "killed"
        database = write_project(folder, server.port, recheck=(20, 60))
        since = (datetime.now(UTC) - timedelta(days=13)).date().isoformat()
        commands = [
            [DATELINE, "run", *opened(server.port)],
            [DATELINE, "backfill", "demo", "--since", since, *opened(server.port)],
        ]
        kills = 0
        for number in range(given.kills * 3):
            if kills == given.kills:
                break
            process = subprocess.Popen(
                commands[number % 2], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                process.wait(chance.uniform(0.3, 3.0))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
            if number % 10 == 9 and server.site.upcoming:
                server.site.publish(1)
        server.site.publish(len(server.site.upcoming))
        time.sleep(31)  # past the endpoints' interval: what was published last is in the feeds
        for command in (commands[0], commands[1], commands[0]):
            subprocess.run(command, cwd=folder, check=False, capture_output=True)
        calm = Path(name) / "calm"
        undisturbed = write_project(calm, server.port, recheck=(20, 60))
        for command in (commands[0], commands[1]):
            subprocess.run(command, cwd=calm, check=False, capture_output=True)
        return told(database, undisturbed, kills)


def told(database: Path, undisturbed: Path, kills: int) -> int:
    """Print the comparison; 1 when it fails."""
    with Reader(database) as killed, Reader(undisturbed) as calm:
        rows = killed.db.conn.execute(CURRENT).fetchall()
        wanted = calm.db.conn.execute(CURRENT).fetchall()
        (texts,) = killed.db.conn.execute("SELECT count(*) FROM revisions").fetchone()
        (doubled,) = killed.db.conn.execute(
            "SELECT count(*) FROM (SELECT 1 FROM revisions GROUP BY article_id, content_hash, kind HAVING count(*) > 1)"
        ).fetchone()
        keys = {(row[0], row[1]) for row in rows}
        (integrity,) = killed.db.conn.execute("PRAGMA integrity_check").fetchone()
        outcomes = dict(killed.db.conn.execute("SELECT outcome, count(*) FROM fetches GROUP BY 1").fetchall())
    # A key that a later look changed, and a state that only somebody who saw the text before can know, are compared apart.
    lost = {(row[0], row[1]) for row in wanted} - keys
    other = {(row[0], row[1], row[3]) for row in wanted} - {(row[0], row[1], row[3]) for row in rows}
    print(f"kills {kills}; articles {len(rows)} (undisturbed {len(wanted)}); texts {texts}")
    print(
        f"lost {len(lost)}, with another current text {len(other)}, doubled {len(rows) - len(keys)}, texts doubled {doubled}"
    )
    print(
        f"fetches without an outcome {outcomes.get(None, 0)}, interrupted {outcomes.get('interrupted', 0)}; integrity {integrity}"
    )
    print(f"outcomes {outcomes}")
    good = (
        kills
        and not lost
        and not other
        and len(rows) == len(keys)
        and not doubled
        and None not in outcomes
        and integrity == "ok"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
