#!/bin/sh
# build.sh SOURCES TARGET : compiles the jail; without Linux there is none, and the platform says so when it starts.
set -eu
[ "$(uname -s)" = Linux ] || { echo "jail: not Linux, so there are no sandboxes here: functions can't be isolated"; exit 0; }
command -v cc >/dev/null || {
    echo "The sandbox launcher is a small C program and there is no C compiler (cc) here. Install one:" >&2
    echo "  Debian, Ubuntu: apt install gcc libc6-dev    Fedora: dnf install gcc glibc-devel    Alpine: apk add gcc musl-dev linux-headers" >&2
    exit 1
}
target=$2/dev/tsumuji/sandbox/jail
newest=$(ls -t "$1"/* "$target" 2>/dev/null | head -1)
[ "$newest" != "$target" ] || exit 0
mkdir -p "$(dirname "$target")"
cc -O2 -Wall -Wextra -Werror -fstack-protector-strong -D_FORTIFY_SOURCE=2 "$1"/*.c -o "$target"
