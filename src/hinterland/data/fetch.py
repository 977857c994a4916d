"""Fetching of raw files: from their pinned addresses or from a mirror, each with its checksum, whole or not at all."""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from hinterland.data.folders import DATA, sources_folder
from hinterland.data.sources import RawFile, raw_files
from hinterland.errors import InputError

MIRROR: Final = "HINTERLAND_MIRROR"
"""Environment variable that names a folder to read instead of the addresses."""
TIMEOUT: Final = 30.0
"""Seconds without a byte after which a server counts as silent."""
RETRIES: Final = 3
"""Further tries after the first; pooch waits 1, 2, 3 seconds before them."""
CHUNK: Final = 1 << 16
"""Bytes read at a time."""
CAN_BE_READ: Final = 0o644
"""Temporary files are private to their owner; public figures in a shared folder are not."""

Progress = Callable[[str, int, int], None]
"""Called with the path of a file, its bytes so far and all its bytes."""
Writer = Callable[[str, str, object], None]
"""What pooch calls to fill a temporary file: with the address, the file's name, and pooch itself."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lies in the folder of raw files after a fetch."""

    there: tuple[Path, ...]
    """Files with the right checksum, old and new."""
    missing: tuple[RawFile, ...]
    """Files without an address that are not there: they have to be brought by hand."""


def fetch(pack: str, folder: Path | None = None, progress: Progress | None = None) -> Fetched:
    """The raw files of a pack, brought into `folder` (by default the user's folder of raw files).

    Files that are there with the right checksum are kept. The others come from their addresses, or from the folder
    that `HINTERLAND_MIRROR` names, which has the same layout; then no address is asked. Each is written under a
    temporary name and renamed once its checksum is right, so a fetch that breaks off leaves whole files only and the
    next one goes on from there.

    InputError for an unknown pack, a file with another checksum (there, fetched or in the mirror; it is neither taken
    nor touched), a server that cannot be reached, and a folder that cannot be written.
    """
    return fetch_files(raw_files(pack), sources_folder() if folder is None else folder, progress)


def fetch_files(
    files: Sequence[RawFile],
    folder: Path,
    progress: Progress | None = None,
    *,
    timeout: float = TIMEOUT,
    retries: int = RETRIES,
) -> Fetched:
    """The same for any list of raw files; `timeout` in seconds of silence, `retries` after the first try."""
    report = progress or _unseen
    folder = folder.expanduser()
    mirror = mirror_folder()
    # All that is there is judged first: a wrong file is told before the long part.
    kept = [file for file in files if _is_there(folder / file.path, file, _own(file))]
    missing: list[RawFile] = []
    for file in files:
        if file in kept:
            report(file.path, file.size, file.size)
        elif mirror is not None and _is_there(mirror / file.path, file, "Correct the mirror; nothing of it was taken."):
            _bring(file, folder, _copying(mirror / file.path, file, report), retries=0)
        elif file.address is None:
            missing.append(file)
        elif mirror is not None:
            remedy = f"Put it there, or unset {MIRROR} to fetch it from {file.address}."
            raise InputError(f"the mirror {mirror} lacks it", remedy=remedy, where=file.path)
        else:
            _bring(file, folder, _downloading(file, report, timeout), retries)
    return Fetched(tuple(folder / file.path for file in files if file not in missing), tuple(missing))


def mirror_folder() -> Path | None:
    """The folder that `HINTERLAND_MIRROR` names, absolute; None where it is not set, InputError where there is none."""
    named = os.environ.get(MIRROR, "")
    if not named:
        return None
    folder = Path(named).expanduser().absolute()
    if not folder.is_dir():
        raise InputError(
            "is no folder", remedy=f"Name a folder of raw files, or unset {MIRROR}.", where=f"{MIRROR}={named}"
        )
    return folder


def _own(file: RawFile) -> str:
    """What to do about another file in the place of the one that is meant."""
    again = "Delete it to fetch it again" if file.address else f"Replace it: {file.by_hand.removesuffix('.')}"
    return f"{again}. To use your own version, build the pack with --from, which takes the files as they are."


def _is_there(path: Path, file: RawFile, remedy: str) -> bool:
    """Whether a file lies at a path; InputError where it cannot be read or is another than the one that is meant."""
    try:
        fault = _fault(path, file)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise InputError(what, remedy="Give yourself the right to read it.", where=str(path)) from None
    if fault:
        raise InputError(fault, remedy=remedy, where=str(path))
    return True


def _bring(file: RawFile, folder: Path, writer: Writer, retries: int) -> None:
    """Puts one file in its place; what goes wrong becomes an InputError, and nothing half-written stays."""
    import pooch
    from requests import RequestException

    keeper = pooch.Pooch(
        path=folder,
        base_url="",
        registry={file.path: f"sha256:{file.sha256}"},
        urls={file.path: file.address or MIRROR},
        retry_if_failed=retries,
    )
    try:
        with _quiet(pooch.get_logger()):
            keeper.fetch(file.path, downloader=cast("Any", writer))
        (folder / file.path).chmod(CAN_BE_READ)
    except (RequestException, ValueError) as error:
        raise InputError(
            f"cannot be fetched from {file.address}: {_told(error)}",
            remedy=f"Try again later; files that have come are kept. Or by hand: {file.by_hand}",
            where=file.path,
        ) from None
    except OSError as error:
        raise _not_written(error, file, folder) from None


def _not_written(error: OSError, file: RawFile, folder: Path) -> InputError:
    where = str(folder / file.path)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        remedy = f"Make room, or set {DATA} to a folder on another disk."
        return InputError(f"no space is left for its {file.size / 1e6:.1f} MB", remedy=remedy, where=where)
    remedy = f"Choose a folder that you may write to, for example with {DATA}."
    return InputError(f"cannot be written ({error.strerror or error})", remedy=remedy, where=where)


def _told(error: Exception) -> str:
    """A failed request in plain words; requests tells the objects it was made of."""
    from requests import ConnectionError as NoConnection
    from requests import HTTPError, Timeout

    if isinstance(error, HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code} {error.response.reason}"
    # Silence in the middle of a body comes as a lost connection.
    if isinstance(error, Timeout) or "timed out" in str(error):
        return "the server fell silent"
    if isinstance(error, NoConnection):
        return "no connection to the server"
    return str(error)


def _downloading(file: RawFile, report: Progress, timeout: float) -> Writer:
    """Downloads; an answer that is too short is tried again, a wrong one is refused at once."""

    def download(address: str, output: str, keeper: object) -> None:
        import requests

        del keeper
        done = 0
        with requests.get(address, stream=True, timeout=timeout) as response, Path(output).open("wb") as written:
            response.raise_for_status()
            for chunk in response.iter_content(CHUNK):
                done += written.write(chunk)
                report(file.path, min(done, file.size), file.size)
                if done > file.size:  # it may have no end
                    break
        fault = _fault(Path(output), file)
        if fault and done < file.size:
            raise ValueError(f"what comes {fault}")  # pooch tries again after a ValueError
        if fault:
            raise InputError(
                f"what comes from {address} {fault}",
                remedy=f"Nothing of it was kept. Try another network, or by hand: {file.by_hand}",
                where=file.path,
            )

    return download


def _copying(source: Path, file: RawFile, report: Progress) -> Writer:
    """Copies from the mirror."""

    def copy(address: str, output: str, keeper: object) -> None:
        del address, keeper
        shutil.copyfile(source, output)
        report(file.path, file.size, file.size)

    return copy


def _fault(path: Path, file: RawFile) -> str:
    """How a file differs from the one that is meant, with both checksums; an empty text where it does not."""
    import hashlib

    with path.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found == file.sha256:
        return ""
    size = path.stat().st_size
    return f"is another file: {size} bytes with sha256 {found}, expected {file.size} bytes with sha256 {file.sha256}"


def _unseen(path: str, done: int, size: int) -> None:
    """Progress that nobody watches."""
    del path, done, size


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """Keeps pooch from writing to standard error what progress says already."""
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
