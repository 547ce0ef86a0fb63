/*
 * The order's form on the connection: u32 length (big endian), then that many bytes of strings, each ended by \0, in pairs of
 * name and value. Repeated names add to a list. An unknown name is an error: platform and jail come from one build.
 */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { LARGEST = 4 << 20 };

static int add(const char **list, int capacity, const char *value) {
    int n = 0;
    while (n < capacity && list[n]) n++;
    if (n >= capacity - 1) return 0;
    list[n] = value;
    return 1;
}

static int put(struct order *order, const char *name, const char *value) {
    struct { const char *name; const char **place; } single[] = {
        {"root", &order->root}, {"code", &order->code}, {"runtime", &order->runtime}, {"socket", &order->socket},
        {"tmp_template", &order->tmp_template}, {"tmp_directory", &order->tmp_directory}, {"tmp_bytes", &order->tmp_bytes},
        {"thaw_file", &order->thaw_file}, {"thaw_word", &order->thaw_word}, {"input", &order->input}, {"output", &order->output}, {"extension_output", &order->extension_output},
        {"modules", &order->modules}, {"modules_at", &order->modules_at}, {"trust", &order->trust}, {"java_trust", &order->java_trust},
        {"directory", &order->directory}, {"attach", &order->attach}, {"user_namespace", &order->user_namespace}};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++) {
        if (strcmp(name, single[i].name) == 0) {
            *single[i].place = value;
            return 1;
        }
    }
    if (strcmp(name, "layer") == 0) return add(order->layers, MANY, value);
    if (strcmp(name, "bind") == 0) return add(order->binds, MANY, value);
    if (strcmp(name, "procs") == 0) return add(order->procs, MANY, value);
    if (strcmp(name, "argument") == 0) return add((const char **)order->arguments, ARGUMENTS, value);
    if (strcmp(name, "variable") == 0) return add((const char **)order->variables, VARIABLES, value);
    if (strcmp(name, "extension") == 0) return add((const char **)order->extensions, MANY, value);
    if (strcmp(name, "extension_variable") == 0)
        return add((const char **)order->extension_variables, VARIABLES, value);
    if (strcmp(name, "uid") == 0) return (order->uid = strtoul(value, NULL, 10)) != 0;
    if (strcmp(name, "isolated") == 0) return order->isolated = value[0] == '1', 1;
    if (strcmp(name, "hold") == 0) return order->hold = value[0] == '1', 1;
    return 0;
}

static struct order *refuse(int connection, struct order *order, const char *what, const char *value) {
    report(connection, "failed order: %s %s", what, value);
    free(order);
    return NULL;
}

static int missing(const struct order *order) {
    if (order->attach) return !order->code || !order->root;
    if (!order->arguments[0] || !order->output || !order->directory) return 1;
    return order->isolated
           && (!order->root || !order->code || !order->runtime || !order->socket || !order->tmp_bytes || !order->uid);
}

struct order *order_read(int connection) {
    unsigned char head[4];
    if (recv(connection, head, 4, MSG_WAITALL) != 4) return NULL;
    uint32_t length = (uint32_t)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
    if (length == 0 || length > LARGEST) return refuse(connection, NULL, "length", "out of bounds");
    struct order *order = calloc(1, sizeof *order + length + 1);
    if (!order) return refuse(connection, NULL, "length", "no memory");
    char *text = (char *)(order + 1), *end = text + length;
    if (recv(connection, text, length, MSG_WAITALL) != (ssize_t)length) return free(order), NULL;
    while (text < end) {
        char *name = text, *value = name + strlen(name) + 1;
        if (value >= end) return refuse(connection, order, "name without value:", name);
        text = value + strlen(value) + 1;
        if (!put(order, name, value)) return refuse(connection, order, "unknown, or too many:", name);
    }
    if (missing(order)) return refuse(connection, order, "incomplete", "");
    return order;
}
