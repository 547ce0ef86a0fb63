/* What the platform is told on a connection, a line at a time. */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(int connection, const char *prefix, const char *format, va_list values, const char *reason) {
    char line[600];
    int used = snprintf(line, sizeof line, "%s", prefix);
    used += vsnprintf(line + used, sizeof line - 100 - used, format, values);
    if (used > (int)sizeof line - 102) used = sizeof line - 102;
    if (reason) used += snprintf(line + used, 100, ": %.90s", reason);
    line[used++] = '\n';
    if (send(connection, line, used, MSG_NOSIGNAL) < 0) return; /* the platform is gone; so will be the sandbox */
}

void report(int connection, const char *format, ...) {
    va_list values;
    va_start(values, format);
    say(connection, "", format, values, NULL);
    va_end(values);
}

void fail(int connection, const char *format, ...) {
    int error = errno;
    va_list values;
    va_start(values, format);
    say(connection, "failed ", format, values, error ? strerror(error) : NULL);
    va_end(values);
    _exit(1);
}
