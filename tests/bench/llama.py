"""Installs llama.cpp: the source from a registry package, built for this very processor, and files in its best format."""

import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile

import gguf
from process import Failed, say, step

PACKAGE = "llama-cpp-python"
VERSION = "0.3.36"
TOOLS = ("cmake", "ninja")
TARGETS = ("llama-bench", "llama-server", "llama-completion", "llama-quantize")
FLAGS = (
    "-DCMAKE_BUILD_TYPE=Release", "-DGGML_NATIVE=ON", "-DGGML_OPENMP=ON", "-DGGML_CCACHE=OFF",
    "-DBUILD_SHARED_LIBS=OFF", "-DLLAMA_OPENSSL=OFF",
    "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_APP=OFF",
    "-DLLAMA_BUILD_UI=OFF", "-DLLAMA_USE_PREBUILT_UI=OFF",
)


class Llama:
    """An installed llama.cpp: where its programs are, and `about`, how they were made."""

    def __init__(self, folder, about):
        self.folder = folder
        self.about = about

    def program(self, name):
        """Returns the path of one of its programs."""
        return os.path.join(self.folder, "build", "bin", name + (".exe" if os.name == "nt" else ""))


def install(folder, jobs):
    """Fetches and builds what is not there yet; `folder` is kept for the next run."""
    os.makedirs(folder, exist_ok=True)
    log = os.path.join(folder, "set-up.log")
    stamp = os.path.join(folder, "built.json")
    recipe = {"package": PACKAGE, "version": VERSION, "flags": list(FLAGS), "targets": list(TARGETS)}
    llama = Llama(folder, recipe)
    if os.path.exists(stamp):
        with open(stamp, encoding="utf-8") as file:
            about = json.load(file)
        if all(about.get(key) == value for key, value in recipe.items()) and \
                all(os.path.exists(llama.program(name)) for name in TARGETS):
            llama.about = about
            return llama
    scripts = environment(folder, log)
    source, digest = unpacked(folder, scripts, log)
    build = os.path.join(folder, "build")
    env = dict(os.environ, PATH=scripts + os.pathsep + os.environ.get("PATH", ""))
    step([os.path.join(scripts, "cmake"), "-G", "Ninja", "-S", source, "-B", build, *FLAGS], log,
         "configuring llama.cpp", env=env)
    step([os.path.join(scripts, "cmake"), "--build", build, "-j", jobs, "--target", *TARGETS], log,
         "building llama.cpp with %d job%s (minutes; see %s)" % (jobs, "s" if jobs > 1 else "", log), env=env)
    llama.about = dict(recipe, sha256=digest, commit=commit(source), compiler=compiler(build),
                       processor_flags=native(build))
    with open(stamp, "w", encoding="utf-8") as file:
        json.dump(llama.about, file, indent=2)
    return llama


def environment(folder, log):
    """Makes a virtual environment with the tools to build; returns the folder of its programs."""
    venv = os.path.join(folder, "venv")
    scripts = os.path.join(venv, "Scripts" if os.name == "nt" else "bin")
    if not all(shutil.which(tool, path=scripts) for tool in TOOLS):
        step([sys.executable, "-m", "venv", venv], log,
             "making a virtual environment (on Debian it needs the package python3-venv)")
        step([os.path.join(scripts, "python"), "-m", "pip", "install", *TOOLS], log, "installing " + " and ".join(TOOLS))
    return scripts


def unpacked(folder, scripts, log):
    """Fetches the source package; returns the folder of llama.cpp in it, and the package's digest."""
    name = "%s-%s" % (PACKAGE.replace("-", "_"), VERSION)
    archive = os.path.join(folder, name + ".tar.gz")
    if not os.path.exists(archive):
        step([os.path.join(scripts, "python"), "-m", "pip", "download", "--no-deps", "--no-binary", PACKAGE,
              "--dest", folder, "%s==%s" % (PACKAGE, VERSION)], log, "fetching %s %s" % (PACKAGE, VERSION))
    if not os.path.exists(archive):
        raise Failed("pip fetched no %s; see %s" % (os.path.basename(archive), log))
    with open(archive, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    source = os.path.join(folder, "source", name, "vendor", "llama.cpp")
    if not os.path.exists(os.path.join(source, "CMakeLists.txt")):
        say("-- unpacking " + os.path.basename(archive))
        with tarfile.open(archive) as file:
            safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            file.extractall(os.path.join(folder, "source"), **safe)
    return source, digest


def commit(source):
    """Returns llama.cpp's commit where the package tells it, else None."""
    def git(*arguments):
        try:
            made = subprocess.run(["git", "-C", source, "rev-parse", *arguments], capture_output=True, text=True)
        except OSError:
            return ""
        return made.stdout.strip()
    # Without a repository of its own git would answer for the one around it.
    top = git("--show-toplevel")
    return git("HEAD") or None if top and os.path.realpath(top) == os.path.realpath(source) else None


def cached(build, name):
    """Returns an entry of CMake's cache."""
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith(name + ":"):
                return line.split("=", 1)[1].strip()
    return ""


def compiler(build):
    """Returns the first line of what the C++ compiler says of its version."""
    try:
        made = subprocess.run([cached(build, "CMAKE_CXX_COMPILER"), "--version"], capture_output=True, text=True)
    except OSError:
        return "unknown"
    return (made.stdout.splitlines() or ["unknown"])[0]


def native(build):
    """Returns with which flags the kernels were really compiled."""
    for path in glob.glob(os.path.join(build, "build.ninja")):
        with open(path, encoding="utf-8", errors="replace") as file:
            inside = False
            for line in file:
                if line.startswith("build "):
                    inside = "ggml-cpu.c.o" in line or "ggml-cpu.c.obj" in line
                elif inside and line.strip().startswith("FLAGS ="):
                    return line.split("=", 1)[1].strip()
    return ""


def requantized(llama, model, name, threads):
    """Returns the model's Q4_0 version, which llama.cpp repacks for its fastest kernels; the output stays as it is."""
    made = os.path.join(llama.folder, "models", name + "-q4_0.gguf")
    if os.path.exists(made):
        return made
    os.makedirs(os.path.dirname(made), exist_ok=True)
    tensor, kind = gguf.head(model)
    option = "--output-tensor-type" if tensor == "output.weight" else "--token-embedding-type"
    command = [llama.program("llama-quantize"), "--allow-requantize", option, kind, model, made + ".part", "Q4_0", threads]
    step(command, os.path.join(llama.folder, "set-up.log"), "making %s in Q4_0 with llama.cpp" % name)
    os.replace(made + ".part", made)
    return made
