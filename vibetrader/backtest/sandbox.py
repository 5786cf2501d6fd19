"""Containment of a strategy's process with what the kernel offers: Landlock, seccomp, resource limits.

The process contains itself before it loads any code of the user: from then on it can read the interpreter, the code and
the data, write its own folder, and nothing else; it can open no socket, start no process, signal nobody, and every
limit ends it rather than the machine. `contained.py` is the program that does this and then becomes the engine.

A platform without a mechanism runs with less, says so (`protections`), and `--sandbox strict` refuses it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vibetrader.errors import NoResultError

#: What full containment consists of, in words for `doctor` and the manifest.
ALL_PROTECTIONS: Final = ("clean environment", "file access (Landlock)", "system calls (seccomp)", "resource limits")

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _PR_SET_DUMPABLE, _PR_SET_PDEATHSIG = 38, 22, 4, 1
_SECCOMP_MODE_FILTER = 2
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_CLONE_THREAD = 0x10000

# Landlock's file rights, linux/landlock.h
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_ALL_V1 = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
# Devices, sockets, pipes and symbolic links: a link could lead whoever reads the folder later somewhere else.
_NO_MAKING = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV

# Denied system calls: number on x86-64, number on aarch64 (-1: there is none).
_DENIED: Final = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, -1), "vfork": (58, -1),
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "move_mount": (429, 429),
    "open_tree": (428, 428), "fsopen": (430, 430), "fsmount": (432, 432), "unshare": (272, 97), "setns": (308, 268),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "reboot": (169, 142), "swapon": (167, 224),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "setsid": (112, 157), "setpgid": (109, 154), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "setuid": (105, 146), "setgid": (106, 144), "setresuid": (117, 147), "setresgid": (119, 149),
    "prlimit64": (302, 261), "setrlimit": (160, 164), "setpriority": (141, 140), "chmod": (90, -1),
    "memfd_create": (319, 279), "shmget": (29, 194), "mq_open": (240, 180),
}  # fmt: skip
_CLONE: Final = (56, 220)
_TGKILL: Final = (234, 131)
_FCNTL: Final = (72, 25)
_IOCTL: Final = (16, 29)
_OWNING: Final = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: whom a file sends which signal
_TERMINAL: Final = (0x5412, 0x8901, 0x8902, 0x541C)  # TIOCSTI, FIOSETOWN, SIOCSPGRP, TIOCLINUX
_CLONE3: Final = 435
_ARCH: Final = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a contained process may do.

    Attributes:
        read: Files and folders it may read besides the interpreter's.
        write: Folders it may write.
        cpu_s: Seconds of processor time.
        memory_mb: Address space.
        file_mb: Largest file it may write.
        open_files: Open files at a time.
        mode: `auto`, `strict` or `off`.
    """

    read: tuple[str, ...]
    write: tuple[str, ...]
    cpu_s: int = 300
    memory_mb: int = 4096
    file_mb: int = 512
    open_files: int = 256
    mode: str = "auto"


def available() -> tuple[str, ...]:
    """The protections that this platform has."""
    found = [ALL_PROTECTIONS[0]]
    if landlock_version():
        found.append(ALL_PROTECTIONS[1])
    if sys.platform == "linux" and platform.machine() in _ARCH and _seccomp_present():
        found.append(ALL_PROTECTIONS[2])
    if os.name == "posix":
        found.append(ALL_PROTECTIONS[3])
    return tuple(found)


def missing() -> tuple[str, ...]:
    """The protections that this platform lacks."""
    have = available()
    return tuple(name for name in ALL_PROTECTIONS if name not in have)


def refuse_if_weak(mode: str) -> None:
    """Raise when `strict` is asked for and a protection is missing.

    Raises:
        NoResultError: Names what is missing.
    """
    lacking = missing()
    if mode == "strict" and lacking:
        raise NoResultError(
            f"--sandbox strict refuses to run here: this platform lacks {', '.join(lacking)}",
            hint="Run on Linux 5.13 or newer, or use --sandbox auto, which says in the manifest what is active.",
        )


def landlock_version() -> int:
    """Landlock's interface version, 0 when the kernel has none."""
    if sys.platform != "linux":
        return 0
    version: int = _libc().syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(version, 0)


def contain(policy: Policy) -> None:
    """Contain this process, for good; called before any of the user's code is loaded.

    Raises:
        OSError: A mechanism that is there refused to work; the caller must not go on.
    """
    if policy.mode == "off":
        return
    _limit(policy)
    if sys.platform != "linux":
        return
    libc = _libc()
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    _check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    version = landlock_version()
    if version:
        _restrict_files(libc, version, policy)
    if platform.machine() in _ARCH:
        _filter_calls(libc, *_ARCH[platform.machine()])


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _seccomp_present() -> bool:
    try:
        return "Seccomp:" in Path("/proc/self/status").read_text()
    except OSError:
        return False


# ------------------------------------------------------------------------------------------- limits
def _limit(policy: Policy) -> None:
    if os.name != "posix":
        return
    import resource

    wanted = {
        resource.RLIMIT_CPU: policy.cpu_s,
        resource.RLIMIT_AS: policy.memory_mb * 1024 * 1024,
        resource.RLIMIT_FSIZE: policy.file_mb * 1024 * 1024,
        resource.RLIMIT_NOFILE: policy.open_files,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # The processor limit warns (SIGXCPU) a second before it kills.
        resource.setrlimit(kind, (bound, bound + 1 if kind == resource.RLIMIT_CPU and bound < hard else bound))


# ------------------------------------------------------------------------------------------- files
def _interpreter_paths() -> list[str]:
    import sysconfig

    package = Path(__file__).resolve().parents[1]
    found = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()]
    # Of an editable install the package, not the checkout around it.
    found += [path for path in sys.path if Path(path).resolve() != package.parent]
    found.append(str(package))
    found += ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/etc/ld.so.cache"]
    found += ["/etc/localtime", "/dev/null", "/dev/urandom", "/dev/zero", "/sys/devices/system/cpu", "/proc/cpuinfo"]
    found += ["/proc/meminfo", "/proc/stat"]
    return [path for path in dict.fromkeys(found) if path and Path(path).exists()]


def _restrict_files(libc: ctypes.CDLL, version: int, policy: Policy) -> None:
    files = _ALL_V1
    if version >= 2:
        files |= _REFER
    if version >= 3:
        files |= _TRUNCATE
    if version >= 5:
        files |= _IOCTL_DEV
    network = 0b11 if version >= 4 else 0  # bind and connect over TCP
    scoped = 0b11 if version >= 6 else 0  # abstract sockets and signals
    attribute = struct.pack("=QQQ", files, network, scoped)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _check(
        libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.c_char_p(attribute[:size]), ctypes.c_size_t(size), 0), "landlock"
    )
    try:
        for path in [*_interpreter_paths(), *policy.read]:
            _allow(libc, ruleset, path, _READ)
        for path in policy.write:
            # Reading, writing, making and removing plain files and folders.
            _allow(libc, ruleset, path, files & ~(_EXECUTE | _IOCTL_DEV | _NO_MAKING))
        _allow(libc, ruleset, "/dev/null", _READ_FILE | _WRITE_FILE)
        _check(libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0), "landlock")
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not Path(path).is_dir():
            rights &= _ON_FILES
        rule = struct.pack("=Qi", rights, handle)
        _check(libc.syscall(_LANDLOCK_ADD_RULE, ruleset, 1, ctypes.c_char_p(rule), 0), f"landlock {path}")
    finally:
        os.close(handle)


# ------------------------------------------------------------------------------------------- system calls
def _filter_calls(libc: ctypes.CDLL, arch: int, column: int) -> None:
    load, equal, test, give = 0x20, 0x15, 0x45, 0x06
    eperm, enosys, allow, kill = 0x00050001, 0x00050026, 0x7FFF0000, 0x80000000
    denied = sorted(numbers[column] for numbers in _DENIED.values() if numbers[column] >= 0)
    code: list[tuple[int, int, int, int]] = [
        (load, 0, 0, 4),
        (equal, 1, 0, arch),
        (give, 0, 0, kill),
        (load, 0, 0, 0),
    ]
    if column == 0:  # the x32 numbers would be a way around the list
        code += [(0x35, 0, 1, 0x40000000), (give, 0, 0, kill)]
    code += [(equal, 0, 1, _CLONE3), (give, 0, 0, enosys)]  # glibc then uses clone, whose flags can be seen
    for number in denied:
        code += [(equal, 0, 1, number), (give, 0, 0, eperm)]
    # Signals go to this process only: not by thread number either, and not by way of a file's owner.
    code += [(equal, 0, 4, _TGKILL[column]), (load, 0, 0, 16), (equal, 0, 1, os.getpid()), (give, 0, 0, allow)]
    code += [(give, 0, 0, eperm)]
    for number, commands in ((_FCNTL[column], _OWNING), (_IOCTL[column], _TERMINAL)):
        code += [(equal, 0, 2 * len(commands) + 2, number), (load, 0, 0, 24)]
        for command in commands:
            code += [(equal, 0, 1, command), (give, 0, 0, eperm)]
        code += [(give, 0, 0, allow)]
    # A new thread is fine, a new process is not.
    code += [(equal, 0, 3, _CLONE[column]), (load, 0, 0, 16), (test, 1, 0, _CLONE_THREAD), (give, 0, 0, eperm)]
    code.append((give, 0, 0, allow))
    packed = b"".join(struct.pack("=HBBI", *line) for line in code)
    buffer = ctypes.create_string_buffer(packed, len(packed))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    program = Program(len(code), ctypes.cast(buffer, ctypes.c_void_p))
    _check(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0), "seccomp")
