"""Which files an analysis opens: the core, the binary and what goes with it, to be read; and to be
written none but what -o names, what it unpacks into, and its folder in the user's cache."""

import os
import re
import subprocess

import pytest

from . import builds, tool

pytestmark = pytest.mark.skipif(tool.SUBSET, reason="a sanitizer opens files of its own")

CALLS = "open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat"
CALLS += ",symlink,symlinkat,truncate,chmod,fchmodat,chown,fchownat,mknod,mknodat,connect"
CALL = re.compile(r'(\w+)\((?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]*)"(.*)\) += (-?\d+)')
# The loader's, the C library's and the machine's: read by any program.
SYSTEM = ("/etc/ld.so", "/lib", "/usr/lib", "/proc/", "/sys/devices/system/cpu")


def opened(folder, *arguments, **environment):
    """(path, to be written) of all that one run opened or changed."""
    log = folder / "strace"
    done = subprocess.run(
        ["strace", "-f", "-qq", "-y", "-s", "4096", "-e", f"trace=?{',?'.join(CALLS.split(','))}", "-o", log]
        + [tool.binary(), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        timeout=tool.PATIENCE,
        text=True,
    )
    if "ptrace" in done.stderr:
        pytest.skip(f"strace may not trace: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    for line in log.read_text().splitlines():
        if "+++" in line or "---" in line:
            continue
        call = CALL.search(line)
        assert call, line
        name, base, path, how, result = call.groups()
        if int(result) >= 0:
            path = os.path.normpath(os.path.join(base or "", path))
            yield path, not name.startswith("open") or bool(re.search("O_WRONLY|O_RDWR|O_CREAT", how))


@pytest.mark.parametrize("command", ["report", "goroutines", "check"])
@pytest.mark.parametrize("keeps", [True, False], ids=["cache", "no cache"])
def test_only_what_it_needs(demo, tmp_path, command, keeps):
    builds.need("strace", "zstd")
    core, exe, unpacked, cache, out = (
        tmp_path / name for name in ("core.zst", "demo.zst", "tmp", "cache", "out")
    )
    unpacked.mkdir()
    cache.mkdir()
    for plain, packed in ((demo.path, core), (demo.exe, exe)):
        subprocess.run(["zstd", "-q", "-1", plain, "-o", packed], check=True)
    arguments = [command, "-o", out, "--exe", exe, core] + ([] if keeps else ["--no-cache"])
    environment = {"TMPDIR": str(unpacked), "XDG_CACHE_HOME": str(cache), "DEBUGINFOD_URLS": ""}
    files = set(opened(tmp_path, *arguments, **environment))
    written = {path for path, writes in files if writes}
    read = {path for path, writes in files if not writes and not path.startswith(SYSTEM)}
    kept = str(cache / "gotopsy")
    assert str(out) in written or any(path.startswith(str(out)) for path in written)
    mine = (str(out), str(unpacked), kept) if keeps else (str(out), str(unpacked))
    assert all(path.startswith(mine) for path in written), written
    assert {path for path in read if not path.startswith(kept)} == {str(core), str(exe)}
    assert keeps == any(path.startswith(kept) for path in written)
    assert list(unpacked.iterdir()) == []
