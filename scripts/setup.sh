#!/bin/sh
# setup.sh VENV REQUIREMENTS: make VENV hold exactly the hashed REQUIREMENTS and this checkout's `sixring`.
# Uses uv where it is on PATH, else the first Python 3.12 or 3.11 that really runs.
set -eu
venv=$1
requirements=$2

fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))'

say() { printf 'setup: %s\n' "$*" >&2; }

# A name on PATH proves nothing (version managers put shims there), so each candidate is run.
find_python() {
    for name in python3.12 python3.11 python3 python /usr/bin/python3.12 /usr/bin/python3.11 /usr/bin/python3; do
        if "$name" -c "$fits" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    say "no Python 3.11 or 3.12 runs here (tried python3.12, python3.11, python3)."
    say "Install one of them (Debian, Ubuntu: apt-get install python3.11 python3.11-venv), or install uv, which brings its own."
    exit 1
}

make_venv() {
    if command -v uv >/dev/null 2>&1; then
        if python=$(find_python 2>/dev/null); then uv venv --quiet --clear --python "$python" "$venv"
        else uv venv --quiet --clear --python 3.12 "$venv"; fi
        return
    fi
    python=$(find_python)
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        say "$python runs, but its modules venv and ensurepip are missing."
        say "Install them (Debian, Ubuntu: apt-get install python3-venv), or install uv."
        exit 1
    fi
    rm -rf "$venv"
    "$python" -m venv "$venv"
}

# Is VENV there, of a fitting Python, and can something install into it?
usable() {
    "$venv/bin/python" -c "$fits" >/dev/null 2>&1 || return 1
    command -v uv >/dev/null 2>&1 || "$venv/bin/python" -m pip --version >/dev/null 2>&1
}

if ! usable; then
    say "making $venv"
    make_venv
fi

say "installing $requirements (hashes checked)"
if command -v uv >/dev/null 2>&1; then
    VIRTUAL_ENV=$venv uv pip install --quiet --require-hashes -r "$requirements"
    PYTHONWARNINGS=ignore VIRTUAL_ENV=$venv uv pip install --quiet --no-deps --no-build-isolation -e .
else
    pip="$venv/bin/python -m pip --disable-pip-version-check --quiet"
    $pip install --require-hashes -r "$requirements"
    PYTHONWARNINGS=ignore $pip install --no-deps --no-build-isolation -e .
fi
say "ready: $venv/bin/sixring"
