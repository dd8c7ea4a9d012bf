"""Who may read the files: 0600 for their owner alone, or 0640 in a 2770 folder for a group that reads.

SQLite gives -wal and -shm the mode of the database file. When the last connection closes it deletes both, and then a
reader of another user who may write the folder makes new ones, which the owner may not write: the owner's next run
would find its own database read-only. So in group mode the two files are left lying, empty, at close.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from storage.errors import Missing, ReadOnly, StorageError

OWNER_MODE = 0o600
GROUP_MODE = 0o640
GROUP_FOLDER_MODE = 0o2770
_SIDES = ("-wal", "-shm")


def prepare(file: Path, group: str | int | None) -> None:
    """Make the file, empty and with its mode, before anything is written; with `group`, set folder and files to it."""
    try:
        if group is not None:
            _open_to_group(file, _group_id(group))
        mode = OWNER_MODE if group is None else GROUP_MODE
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        except FileExistsError:
            if group is not None and file.stat().st_uid == os.geteuid():
                file.chmod(GROUP_MODE)
        else:
            os.fchmod(descriptor, mode)
            os.close(descriptor)
    except FileNotFoundError:
        raise Missing(f"{file}: its folder does not exist: make it first") from None
    except PermissionError as error:
        raise ReadOnly(f"{file}: cannot be made or opened for writing ({error.strerror}): check its folder") from error
    if not os.access(file, os.W_OK):
        raise ReadOnly(f"{file}: this user may not write it: check its owner and mode, or read it with a reader")
    _reclaim_sides(file)


def leave_sides(file: Path) -> None:
    """After the last close of a group's database: empty -wal and -shm that belong to its owner."""
    mode = stat.S_IMODE(file.stat().st_mode) & 0o777
    if not mode & 0o040:
        return
    for side in _SIDES:
        try:
            descriptor = os.open(f"{file}{side}", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        except FileExistsError:
            continue
        os.fchmod(descriptor, mode)
        os.close(descriptor)


def _group_id(group: str | int) -> int:
    if isinstance(group, int):
        return group
    import grp

    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise StorageError(f"there is no group {group!r} on this machine: make it, or change `group`") from None


def _open_to_group(file: Path, gid: int) -> None:
    folder = file.absolute().parent
    for path, mode in ((folder, GROUP_FOLDER_MODE), *((Path(f"{file}{s}"), GROUP_MODE) for s in ("", *_SIDES))):
        if path != folder and not path.exists():
            continue
        now = path.stat()
        if now.st_gid == gid and stat.S_IMODE(now.st_mode) == mode:
            continue
        try:
            os.chown(path, -1, gid)
            path.chmod(mode)
        except PermissionError as error:
            raise ReadOnly(
                f"{path}: cannot be given to group {gid} with mode {mode:o} ({error.strerror}): "
                "its owner must be this user, and this user a member of the group"
            ) from error


def _reclaim_sides(file: Path) -> None:
    """Remove -wal and -shm that a reader of another user left behind, where no process uses them and nothing is in them."""
    foreign = [s for s in _SIDES if Path(f"{file}{s}").exists() and not os.access(f"{file}{s}", os.W_OK)]
    if not foreign:
        return
    journal = Path(f"{file}-wal")
    owner = Path(f"{file}{foreign[0]}").stat().st_uid
    user = lock_holder(Path(f"{file}-shm"))
    if user is None and (not journal.exists() or journal.stat().st_size == 0):
        for side in _SIDES:
            Path(f"{file}{side}").unlink(missing_ok=True)
        return
    held = f"a process ({user}) has the database open" if user else "its journal is not empty"
    raise ReadOnly(
        f"{file}: its {' and '.join(foreign)} belong to user {owner}, a reader, and {held}: close that reader, "
        "or let readers use the published copy"
    )


def lock_holder(file: Path) -> str | None:
    """The process that holds a lock on a file, by /proc/locks (of -shm: who has the database open); None: nobody;
    `unknown` where the system does not tell."""
    return next(iter(lock_holders(file)), None)


def lock_holders(file: Path, bytes_: range | None = None) -> list[str]:
    """The processes that hold a lock on a file, or on some of its `bytes_`; `unknown` where the system does not tell.

    Opening -shm to ask the kernel would not do: closing it again drops every lock that this process holds on it.
    """
    try:
        found_file = file.stat()
    except FileNotFoundError:
        return []
    try:
        table = Path("/proc/locks").read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return ["unknown"]
    found = []
    for line in table.splitlines():
        fields = line.split()
        if "->" in fields or len(fields) < 8 or not _is_of(fields[5], found_file):
            continue  # `->`: waits for the lock
        last = 2**63 if fields[7] == "EOF" else int(fields[7])
        if bytes_ is None or (int(fields[6]) < bytes_.stop and last >= bytes_.start):
            found.append(fields[4])
    return list(dict.fromkeys(found))


def _is_of(named: str, file: os.stat_result) -> bool:
    """Whether `08:01:1234` of /proc/locks may be that file. On a device without a number of its own (overlay, btrfs: major 0)
    `stat` and the kernel's table may name different ones: there only the number of the file counts."""
    major, minor, inode = named.split(":")
    if inode != str(file.st_ino):
        return False
    device = int(major, 16), int(minor, 16)
    if os.major(file.st_dev) == 0:
        return device[0] == 0
    return device == (os.major(file.st_dev), os.minor(file.st_dev))


def identity(path: Path) -> tuple[int, int] | None:
    """By which a file is known while it is open; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked at every transaction, and in half the time
    except OSError:
        return None
    return found.st_dev, found.st_ino
