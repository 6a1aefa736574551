#!/usr/bin/env bash
# find-python.sh 3.10 PATH_OF_UV: prints an interpreter of that version (3.11: that or newer).
# pyenv's own first (its shims hide them from others), then whatever uv finds; uv downloads one where there is none.
set -eu
version=$1 uv=$2
if [ "$version" = 3.10 ]; then wanted='3.10'; pattern='3.10'; else wanted='>=3.11,<3.14'; pattern='3.1[123]'; fi
if command -v pyenv >/dev/null; then
  for candidate in "$(pyenv root)"/versions/$pattern.*/bin/python; do
    if [ -x "$candidate" ]; then echo "$candidate"; exit 0; fi
  done
fi
if found=$("$uv" python find --no-project "$wanted" 2>/dev/null); then echo "$found"; exit 0; fi
"$uv" python install --quiet "${version}" >&2 || {
  echo "no Python $wanted here, and uv could not fetch one; install it (pyenv install $version, or your system's package) and run again" >&2
  exit 1
}
"$uv" python find --no-project "$wanted"
