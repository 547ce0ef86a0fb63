#!/bin/sh
# fetch.sh TARGET : puts the packages of package-lock.json into TARGET/node_modules, at once or not at all. Nothing to do when
# they are there. Exit code 3: there is no npm.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
target=$1
if cmp -s "$here/package-lock.json" "$target/package-lock.json"; then exit 0; fi
command -v npm >/dev/null || exit 3
fresh=$target.new.$$
trap 'rm -rf "$fresh"' EXIT
mkdir -p "$fresh"
cp "$here/package.json" "$here/package-lock.json" "$fresh"
cd "$fresh"
limit=
if command -v timeout >/dev/null; then limit='timeout 600'; fi
$limit npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
cd "$here"
# Functions that run from the old folder keep it until they end.
if [ -e "$target" ]; then
  rm -rf "$target.old"
  mv "$target" "$target.old"
fi
mv "$fresh" "$target"
rm -rf "$target.old"
