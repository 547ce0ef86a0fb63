#!/bin/sh
# fetch.sh TARGET : puts the packages of requirements.txt into TARGET/site-packages, for the Python that functions run on, at once
# or not at all. Nothing to do when they are there. Any pip will do, also of another Python. Exit code 3: there is none.
set -eu
umask 022
here=$(cd "$(dirname "$0")" && pwd -P)
target=$1
if cmp -s "$here/requirements.txt" "$target/requirements.txt"; then exit 0; fi
for python in /usr/local/bin/python3 /usr/bin/python3 /bin/python3 python3; do
  if command -v "$python" >/dev/null; then break; fi
done
pip=
for each in "$python -m pip" pip3 pip "python3 -m pip"; do
  if [ -z "$pip" ] && $each --version >/dev/null 2>&1; then pip=$each; fi
done
[ -n "$pip" ] || exit 3
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
fresh=$target.new.$$
trap 'rm -rf "$fresh"' EXIT
mkdir -p "$fresh"
limit=
if command -v timeout >/dev/null; then limit='timeout 600'; fi
$limit $pip install --quiet --disable-pip-version-check --no-input --no-cache-dir --no-deps --no-compile --require-hashes \
  --only-binary :all: --implementation py --abi none --platform any --python-version "$version" \
  --target "$fresh/site-packages" --requirement "$here/requirements.txt" </dev/null
"$python" -m compileall -q "$fresh/site-packages" >/dev/null
cp "$here/requirements.txt" "$fresh"
# Functions that run from the old folder keep it until they end.
if [ -e "$target" ]; then
  rm -rf "$target.old"
  mv "$target" "$target.old"
fi
mv "$fresh" "$target"
rm -rf "$target.old"
