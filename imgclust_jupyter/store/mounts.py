"""Whether a folder is on another machine."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["on_network"]

_NETWORK_TYPES = {
    "9p", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.glusterfs", "fuse.sshfs", "glusterfs", "gpfs", "lustre",
    "ncpfs", "nfs", "nfs4", "panfs", "smb3", "smbfs",
}  # fmt: skip


def on_network(path: Path, mounts: Path = Path("/proc/self/mounts")) -> bool:
    r"""Return whether a path is on a network file system, as far as the system says so.

    A write-ahead log needs memory that all users of the database share, which two machines have not.

    Parameters
    ----------
    path : Path
        Need not exist.
    mounts : Path, optional
        The system's list of mounted file systems; only Linux has it.

    Returns
    -------
    bool
        On other systems than Linux, true for Windows shares (``\\server\share``) only.
    """
    if str(path).startswith("\\\\"):
        return True
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return False
    ancestors = {str(folder) for folder in (path.resolve(), *path.resolve().parents)}
    types = {}
    for line in lines:
        _, folder, kind, *_ = line.split()
        # The list writes blanks and other odd characters of a folder's name as octal codes.
        folder = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), folder)
        if folder in ancestors:
            types[folder] = kind
    return bool(types) and types[max(types, key=len)] in _NETWORK_TYPES
