/*
 * Puts a function's code and layers into a sandbox that runs already: a stem, which has none. The mounts are made in a process
 * of their own, out here where the host's paths are seen, and then moved into the sandbox's mount namespace.
 */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of linux/mount.h, which is too old in some distributions. */
enum { OPEN_TREE = 428, MOVE_MOUNT = 429, MOUNT_SETATTR = 442 };
enum { TREE_CLONE = 1, TREE_CLOSE_ON_EXEC = O_CLOEXEC, MOVE_FROM_EMPTY_PATH = 4, EMPTY_PATH = 0x1000 };
struct attributes {
    uint64_t set, clear, propagation, user_namespace;
};
enum { READ_ONLY = 1, NO_SUID = 2, NO_DEVICES = 4 };

/* A kernel that hangs in a mount must not hold up whoever waits: it starts the function in another way. */
enum { PATIENCE_SECONDS = 2 };

static void enter(int connection, const char *namespace, int kind) {
    int file = open(namespace, O_RDONLY | O_CLOEXEC);
    if (file < 0 || setns(file, kind)) fail(connection, "enter %s", namespace);
    close(file);
}

/* A mount of its own, seen nowhere yet. */
static int detached(int connection, const char *path) {
    int tree = syscall(OPEN_TREE, AT_FDCWD, path, TREE_CLONE | TREE_CLOSE_ON_EXEC);
    if (tree < 0) fail(connection, "clone of %s", path);
    struct attributes wanted = {READ_ONLY | NO_SUID | NO_DEVICES, 0, MS_PRIVATE, 0};
    if (syscall(MOUNT_SETATTR, tree, "", EMPTY_PATH, &wanted, sizeof wanted)) fail(connection, "make %s read-only", path);
    return tree;
}

static int layers(const struct order *order, int connection) {
    if (!order->layers[0]) return -1;
    if (!order->layers[1]) return detached(connection, order->layers[0]);
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) fail(connection, "private mounts");
    root_mount_layers(order, connection, order->root);
    return detached(connection, order->root);
}

static void put(int connection, int tree, const char *inside) {
    if (tree >= 0 && syscall(MOVE_MOUNT, tree, "", AT_FDCWD, inside, MOVE_FROM_EMPTY_PATH)) fail(connection, "move to %s", inside);
}

void attach_run(const struct order *order, int connection) {
    signal(SIGALRM, SIG_DFL);
    alarm(PATIENCE_SECONDS);
    if (order->user_namespace) {
        /* Rights over mounts are had only in a namespace that belongs to the sandbox's users. */
        enter(connection, order->user_namespace, CLONE_NEWUSER);
        if (unshare(CLONE_NEWNS)) fail(connection, "own mounts");
    }
    int inside = open(order->attach, O_RDONLY | O_CLOEXEC);
    if (inside < 0) fail(connection, "open %s", order->attach);
    int code = detached(connection, order->code), opt = layers(order, connection);
    if (setns(inside, CLONE_NEWNS)) fail(connection, "enter the sandbox");
    put(connection, code, "/var/task");
    put(connection, opt, "/opt");
    report(connection, "attached");
    _exit(0);
}
