"""One build of a book at a time."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

EVERY = 0.2  # seconds between looks


def wait(build: Path, say: Callable[[str], None]) -> IO[str]:
    """Wait until no other program builds here, and say who does; return the lock, which lasts until it is closed.

    build: the folder of what is built. The system lets the lock of a program go when it ends, however it ends.
    """
    build.mkdir(parents=True, exist_ok=True)
    lock = (build / ".building").open("a+")
    told = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if not told:
                lock.seek(0)
                other = lock.read().strip() or "unknown"
                say(f"another build is at work here (process {other}): waiting for it to end")
                told = True
            time.sleep(EVERY)
        except OSError:
            break  # a folder, as on some network drives, that knows no locks
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
