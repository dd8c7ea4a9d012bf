"""The daemon over the demo agency while it publishes: how long from publication to the database, and how it ends.

    python bench/daemon.py [--seconds 120] [--every 4]

A host with a crawl-delay of 60 s and one that never answers are crawled beside it. Prints the longest time from a story's
publication to its row, the seconds that SIGTERM took, and whether the restarted daemon went on. Exit status 1 when a story
took longer than a poll interval (30 s, the registry's least) and 5 s, or the end longer than 10 s.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crawler.demo.project import opened, write_project  # noqa: E402
from crawler.demo.server import serving  # noqa: E402
from crawler.demo.site import Site  # noqa: E402
from storage.reader import Reader  # noqa: E402

DATELINE = str(Path(sys.executable).parent / "dateline")
INTERVAL = 30.0


def keys(database: Path) -> set[str]:
    """The stories of the agency that are stored."""
    if not database.exists() or database.stat().st_size < 10_000:
        return set()
    with Reader(database) as reader:
        return {row[0] for row in reader.db.conn.execute("SELECT key FROM articles WHERE source = 'demo'")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--every", type=float, default=4.0)
    given = parser.parse_args()
    site = Site()
    site.crawl_delay["slow.test"] = 60.0
    with tempfile.TemporaryDirectory(prefix="dateline-daemon-") as name, serving(site) as server:
        folder = Path(name)
        database = write_project(folder, server.port)
        for host in ("slow", "silent"):
            text = (folder / "sources" / "demo.toml").read_text()
            text = text.replace("agency.test", f"{host}.test").replace(r"agency\.test", rf"{host}\.test")
            (folder / "sources" / f"{host}.toml").write_text(text)
        places = opened(server.port, "slow.test", "silent.test")
        command = [DATELINE, "daemon", "demo", "demo-outlet", "slow", "silent", *places]
        daemon = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
        while len(keys(database)) < 45:
            time.sleep(0.2)
        published: dict[str, float] = {}
        stored: dict[str, float] = {}
        end = time.monotonic() + given.seconds
        following = time.monotonic()
        while time.monotonic() < end or (len(stored) < len(published) and time.monotonic() < end + INTERVAL + 10):
            if following <= time.monotonic() < end:
                published[f"id:{site.publish_fresh().id}"] = time.monotonic()
                following += given.every
            for key in keys(database) & published.keys() - stored.keys():
                stored[key] = time.monotonic()
            time.sleep(0.2)
        delays = sorted(stored[key] - published[key] for key in stored)
        print(f"published {len(published)}, stored {len(stored)}")
        print(f"delay: median {delays[len(delays) // 2]:.1f} s, longest {delays[-1]:.1f} s (interval {INTERVAL:.0f} s)")
        began = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        status = daemon.wait(30)
        took = time.monotonic() - began
        print(f"SIGTERM: exit status {status} after {took:.2f} s")
        again = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
        key = f"id:{site.publish_fresh().id}"
        began = time.monotonic()
        while key not in keys(database) and time.monotonic() < began + 2 * INTERVAL:
            time.sleep(0.2)
        went_on = key in keys(database)
        print(f"restarted: {'goes on' if went_on else 'nothing stored'}")
        again.send_signal(signal.SIGTERM)
        again.wait(30)
    good = len(stored) == len(published) and delays[-1] <= INTERVAL + 5 and status == 0 and took < 10 and went_on
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
