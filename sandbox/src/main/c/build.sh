#!/bin/sh
# build.sh SOURCES TARGET JAVA_HOME : compiles the jail, and what a stem in Java needs. Without Linux there is neither, and the
# platform says so when it starts.
set -eu
[ "$(uname -s)" = Linux ] || { echo "jail: not Linux, so there are no sandboxes here: functions can't be isolated"; exit 0; }
command -v cc >/dev/null || {
    echo "The sandbox launcher is a small C program and there is no C compiler (cc) here. Install one:" >&2
    echo "  Debian, Ubuntu: apt install gcc libc6-dev    Fedora: dnf install gcc glibc-devel    Alpine: apk add gcc musl-dev linux-headers" >&2
    exit 1
}
target=$2/dev/tsumuji/sandbox
mkdir -p "$target/java"
flags="-O2 -Wall -Wextra -Werror -fstack-protector-strong -D_FORTIFY_SOURCE=2"
outdated() {
    newest=$(ls -t "$@" 2>/dev/null | head -1)
    [ "$newest" != "$1" ]
}
! outdated "$target/jail" "$1"/*.[ch] "$1/build.sh" || cc $flags "$1"/*.c -o "$target/jail"
! outdated "$target/java/surroundings.so" "$1"/java/*.c "$1/build.sh" \
    || cc $flags -shared -fPIC -I"$3/include" -I"$3/include/linux" "$1"/java/*.c -o "$target/java/surroundings.so"
