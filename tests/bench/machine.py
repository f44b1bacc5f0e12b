"""The machine: which processor it is, and how fast it reads memory."""

import hashlib
import os
import platform
import re
import shutil
import subprocess

from process import Failed, run, say

BUFFER_MIB = 512
PASSES = 12
# Compilers differ in how they are told to use all that this processor can.
NATIVE = (["-march=native"], ["-mcpu=native"], [])
# Of the many flags of a processor, those that decide about kernels.
WANTED = re.compile(r"^(sse4_2|avx.*|fma|f16c|amx.*|asimd.*|sve.*|i8mm|bf16|fphp|dotprod)$")


def describe():
    """Returns what is known of the machine; no names of hosts or people."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    model, flags = processor()
    memory = None
    if hasattr(os, "sysconf"):
        try:
            memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (ValueError, OSError):
            pass
    return {
        "processor": model,
        "family": family(),
        "cores": cores,
        "architecture": platform.machine(),
        "system": platform.system(),
        "caches": caches(),
        "features": flags,
        "memory_bytes": memory,
    }


def kind(machine):
    """Returns the machine's kind as a file name: processor, cores and what its kernels can use."""
    features = machine["features"]
    level = next((word for word in ("avx512_vnni", "avx512f", "avx2", "i8mm", "asimddp", "asimd") if word in features), "")
    name = "%s %d cores %s" % (machine["processor"], machine["cores"], level)
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def processor():
    """Returns the processor's name and its features."""
    if platform.system() == "Darwin":
        name = sysctl("machdep.cpu.brand_string") or platform.machine()
        words = (sysctl("machdep.cpu.features") + " " + sysctl("machdep.cpu.leaf7_features")).lower().split()
        words += ["asimd", "asimddp"] if sysctl("hw.optional.arm.FEAT_DotProd") == "1" else []
        words += ["i8mm"] if sysctl("hw.optional.arm.FEAT_I8MM") == "1" else []
        return name, sorted(set(filter(WANTED.match, words)))
    fields = {}
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                key, _, value = line.partition(":")
                fields.setdefault(key.strip(), value.strip())
    except OSError:
        pass
    name = fields.get("model name") or lscpu("Model name") or platform.processor() or platform.machine()
    words = (fields.get("flags") or fields.get("Features") or "").split()
    return name, sorted(set(filter(WANTED.match, words)))


def family():
    """Returns family and model numbers, which tell generations apart that share a name; empty where there are none."""
    numbers = [lscpu(field) for field in ("CPU family", "Model")]
    return "family %s model %s" % tuple(numbers) if all(numbers) else ""


def sysctl(name):
    try:
        return subprocess.run(["sysctl", "-n", name], capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def lscpu(field):
    try:
        text = subprocess.run(["lscpu"], capture_output=True, text=True).stdout
    except OSError:
        return ""
    found = re.search(r"^%s:\s*(.+)$" % re.escape(field), text, re.M)
    return found.group(1).strip() if found else ""


def caches():
    """Returns the sizes of the caches of the first core."""
    if platform.system() == "Darwin":
        sizes = {"L1d": sysctl("hw.l1dcachesize"), "L2": sysctl("hw.l2cachesize"), "L3": sysctl("hw.l3cachesize")}
        return {level: "%d KiB" % (int(size) // 1024) for level, size in sizes.items() if size.isdigit()}
    found = {}
    for index in range(8):
        folder = "/sys/devices/system/cpu/cpu0/cache/index%d" % index
        try:
            level, form, size = (open(os.path.join(folder, name)).read().strip() for name in ("level", "type", "size"))
        except OSError:
            break
        found["L%s%s" % (level, {"Data": "d", "Instruction": "i"}.get(form, ""))] = size.replace("K", " KiB")
    return found


def bandwidth(folder, threads):
    """Measures reading memory with 1 and with `threads` threads; returns GB/s of the median and of the best pass."""
    program, flags = compiled(folder)
    found = {"buffer_mib": BUFFER_MIB, "passes": PASSES, "flags": " ".join(flags), "gb_per_second": {}}
    for count in sorted({1, threads}):
        rates = sorted(map(float, run([program, count, BUFFER_MIB, PASSES], threads=count).output.split()))
        found["gb_per_second"][str(count)] = {"median": rates[len(rates) // 2], "best": rates[-1]}
        say("   memory read, %d thread%s: %.1f GB/s (best pass %.1f)" % (
            count, "s" if count > 1 else "", rates[len(rates) // 2], rates[-1]))
    return found


def compiled(folder):
    """Compiles the measuring program; returns its path and the flags."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bandwidth.c")
    compiler = next(filter(shutil.which, [os.environ.get("CC") or "cc", "gcc", "clang"]), None)
    if not compiler:
        raise Failed("there is no C compiler (cc, gcc or clang); llama.cpp needs one too: install one")
    with open(source, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()[:12]
    program = os.path.join(folder, "bandwidth-" + digest)
    errors = ""
    for native in NATIVE:
        flags = ["-O3"] + native + ["-pthread"]
        made = subprocess.run([compiler] + flags + ["-o", program, source], capture_output=True, text=True)
        if made.returncode == 0:
            return program, [os.path.basename(compiler)] + flags
        errors = made.stderr
    raise Failed("%s does not compile %s:\n%s" % (compiler, source, errors))
