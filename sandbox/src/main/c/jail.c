/* The server: accepts orders and clones inits. */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static void serve(int connection) {
    struct order *order = order_read(connection);
    if (!order) return;
    int ready[2];
    if (pipe2(ready, O_CLOEXEC)) {
        report(connection, "failed pipe: %s", strerror(errno));
        free(order);
        return;
    }
    pid_t pid = syscall(SYS_clone, (order->attach ? 0 : init_flags(order)) | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0 && order->attach) attach_run(order, connection);
    if (pid == 0) init_run(order, connection, ready[1]);
    close(ready[1]);
    /* The other end closes when the loopback is up: whoever is told of the sandbox may open listeners in it. */
    char none;
    if (pid > 0 && !order->attach && read(ready[0], &none, 1) < 0) { /* told below all the same */ }
    close(ready[0]);
    if (pid < 0) report(connection, "failed clone: %s", strerror(errno));
    else if (!order->attach) report(connection, "started %d", (int)pid);
    free(order);
}

int main(int count, char **values) {
    if (count != 2) {
        fprintf(stderr, "usage: jail SOCKET   (started by the platform; ends when its standard input closes)\n");
        return 2;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(values[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "jail: path too long for a socket: %s\n", values[1]);
        return 1;
    }
    strcpy(address.sun_path, values[1]);
    signal(SIGCHLD, SIG_IGN); /* inits are reaped by the kernel */
    signal(SIGPIPE, SIG_IGN);
    umask(0077);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unlink(values[1]);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128)) {
        perror("jail: listen");
        return 1;
    }
    if (write(1, "ready\n", 6) != 6) return 1;
    struct pollfd wait[2] = {{.fd = 0, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
    for (;;) {
        if (poll(wait, 2, -1) < 0 && errno != EINTR) return 1;
        if (wait[0].revents) return 0; /* the platform ended; every init sees the same on its own connection */
        if (!wait[1].revents) continue;
        int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (connection < 0) continue;
        serve(connection);
        close(connection);
    }
}
