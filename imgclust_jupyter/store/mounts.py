"""Whether a folder is on another machine."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["on_network"]

# Of networks and clusters of machines, and of folders that a virtual machine shares with its host (WSL's are 9p or
# drvfs).
_NETWORK_TYPES = {
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "fakeowner", "gfs2", "glusterfs", "gpfs", "lustre",
    "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "panfs", "prl_fs", "pvfs2", "smb3", "smbfs", "vboxsf", "virtiofs",
    "vmhgfs", "wekafs",
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
        All of FUSE (``sshfs``, ``rclone``, …) counts as network, since what is behind it cannot be known. On other
        systems than Linux, true for Windows shares only (``\\server\share``, or a drive that stands for one).
    """
    resolved = path.resolve()
    if str(path).startswith("\\\\") or str(resolved).startswith("\\\\"):
        return True
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return False
    ancestors = {str(folder) for folder in (resolved, *resolved.parents)}
    types = {}
    for line in lines:
        _, folder, kind, *_ = line.split()
        # The list writes blanks and other odd characters of a folder's name as octal codes.
        folder = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), folder)
        if folder in ancestors:
            types[folder] = kind
    if not types:
        return False
    kind = types[max(types, key=len)]
    return kind in _NETWORK_TYPES or kind == "fuse" or kind.startswith("fuse.")
