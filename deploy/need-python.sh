#!/usr/bin/env bash
# A Python with venv and pip is all that must be there; says how to get it.
set -u
hint='on Debian or Ubuntu: sudo apt-get install python3 python3-venv; on Fedora: sudo dnf install python3; on macOS: brew install python'
command -v python3 >/dev/null || { echo "python3 is missing; $hint" >&2; exit 1; }
python3 -c 'import venv, ensurepip' 2>/dev/null || { echo "python3 has no venv module; $hint" >&2; exit 1; }
