/* Process 1 of a sandbox: builds its surroundings, starts the function, waits, and leaves nothing behind. */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* The least that the kernel takes. */
enum { TURN_NANOS = 100000 };

struct handles {
    int connection, input, output, extension_output, thaw, cgroups, procs[MANY];
};

int init_flags(const struct order *order) {
    if (!order->isolated) return 0;
    int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
    return geteuid() == 0 ? flags : flags | CLONE_NEWUSER;
}

static void put_file(int connection, const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text, strlen(text)) < 0) fail(connection, "write %s", path);
    close(file);
}

/* Without root: be uid of the order inside a user namespace of one user, who is ourselves outside. */
static void map_user(const struct order *order, int connection, uid_t outside_user, gid_t outside_group) {
    char map[64];
    put_file(connection, "/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", order->uid, outside_user);
    put_file(connection, "/proc/self/uid_map", map);
    snprintf(map, sizeof map, "%u %u 1", order->uid, outside_group);
    put_file(connection, "/proc/self/gid_map", map);
}

static void raise_loopback(int connection) {
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (any < 0 || ioctl(any, SIOCSIFFLAGS, &request)) fail(connection, "loopback");
    close(any);
}

static int connect_input(const char *path, int connection) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int input = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (strlen(path) >= sizeof address.sun_path) fail(connection, "path too long: %s", path);
    strcpy(address.sun_path, path);
    if (input < 0 || connect(input, (struct sockaddr *)&address, sizeof address)) fail(connection, "connect %s", path);
    return input;
}

static int open_output(const char *path, int connection) {
    /* A platform that is gone reads no more: waiting for it would be for ever. */
    int output = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    if (output < 0) fail(connection, "open %s", path);
    if (fcntl(output, F_SETFL, 0)) fail(connection, "blocking %s", path);
    return output;
}

/* Everything that has a path on the host is opened before the host's tree goes out of sight. */
static struct handles open_handles(const struct order *order, int connection) {
    struct handles h = {.connection = connection, .input = -1, .thaw = -1};
    for (; order->procs[h.cgroups]; h.cgroups++) {
        h.procs[h.cgroups] = open(order->procs[h.cgroups], O_WRONLY | O_CLOEXEC);
        if (h.procs[h.cgroups] < 0) fail(connection, "open %s", order->procs[h.cgroups]);
    }
    if (order->thaw_file) {
        h.thaw = open(order->thaw_file, O_WRONLY | O_CLOEXEC);
        if (h.thaw < 0) fail(connection, "open %s", order->thaw_file);
    }
    if (order->input) h.input = connect_input(order->input, connection);
    h.output = open_output(order->output, connection);
    h.extension_output = open_output(order->extension_output ? order->extension_output : order->output, connection);
    return h;
}

static void limit(int connection, int what, rlim_t most) {
    struct rlimit r = {most, most};
    if (setrlimit(what, &r)) fail(connection, "limit %d", what);
}

/* Linux 6.12 and later: who computes all the time gives way to one that wakes up, without waiting for a tick of the clock. */
static void take_short_turns(void) {
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } fair = {.size = sizeof fair, .runtime = TURN_NANOS};
    syscall(SYS_sched_setattr, 0, &fair, 0);
}

/* extension: null for the function itself */
static void become(const struct order *order, const struct handles *h, char *extension) {
    for (int i = 0; i < h->cgroups; i++)
        if (write(h->procs[i], "0", 1) != 1) fail(h->connection, "enter %s", order->procs[i]);
    if (order->isolated && h->cgroups && unshare(CLONE_NEWCGROUP)) fail(h->connection, "cgroup namespace");
    int input = h->input >= 0 && !extension ? h->input : open("/dev/null", O_RDONLY | O_CLOEXEC);
    int output = extension ? h->extension_output : h->output;
    if (input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) fail(h->connection, "streams");
    limit(h->connection, RLIMIT_NOFILE, 1024);
    limit(h->connection, RLIMIT_CORE, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    umask(0022);
    setsid();
    const char *directory = extension ? "/" : order->directory;
    if (chdir(directory)) fail(h->connection, "change to %s", directory);
    if (order->isolated) rights_drop_bounding_set();
    if (order->isolated && geteuid() == 0
        && (setgroups(0, NULL) || setresgid(order->uid, order->uid, order->uid)
            || setresuid(order->uid, order->uid, order->uid)))
        fail(h->connection, "become user %u", order->uid);
    if (order->isolated) rights_drop_capabilities(0);
    take_short_turns();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail(h->connection, "no new privileges");
    /* All above 2 close at exec; a child process can't have inherited any. */
    if (syscall(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) && errno != ENOSYS) fail(h->connection, "close");
    if (order->isolated) rights_filter_system_calls(h->connection);
    if (extension) {
        char *const arguments[] = {extension, NULL};
        execve(extension, arguments, order->extension_variables);
        fail(h->connection, "start %s", extension);
    }
    execve(order->arguments[0], order->arguments, order->variables);
    fail(h->connection, "start %s", order->arguments[0]);
}

/* Kills all that is left inside, and waits until it is gone. */
static void sweep(const struct order *order, const struct handles *h, pid_t function) {
    /* A frozen process of control groups v1 doesn't die before it is thawed. */
    if (h->thaw >= 0 && write(h->thaw, order->thaw_word, strlen(order->thaw_word)) < 0) { /* then it wasn't frozen */ }
    for (;;) {
        kill(order->isolated ? -1 : -function, SIGKILL);
        if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD) return;
    }
}

/* What runs inside, and how far it is. */
struct life {
    pid_t function;               /* 0: not started yet; -1: it has ended */
    pid_t extensions[MANY];       /* -1: ended */
    int left;                     /* extensions that run */
    int leaving;                  /* the platform has asked for the end */
    int status;                   /* the function's, once it has ended */
};

static pid_t start(const struct order *order, const struct handles *h, char *extension) {
    pid_t child = fork();
    if (child < 0) fail(h->connection, "fork");
    if (child == 0) become(order, h, extension);
    return child;
}

/* The last to be started: what only starting needs is given up. */
static void start_function(const struct order *order, struct handles *h, struct life *life) {
    life->function = start(order, h, NULL);
    close(h->output);
    close(h->extension_output);
    if (h->input >= 0) close(h->input);
    if (order->isolated) {
        rights_drop_bounding_set();
        rights_drop_capabilities(1);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        rights_filter_system_calls(h->connection);
    }
}

/* Returns 0 when all is to end. */
static int obey(const struct order *order, struct handles *h, struct life *life) {
    char word;
    if (read(h->connection, &word, 1) != 1) return 0;
    if (word == 'g' && life->function == 0) return start_function(order, h, life), 1;
    if (word != 's' && word != 'k') return 0;
    life->leaving = 1;
    if (life->function > 0) kill(life->function, word == 's' ? SIGTERM : SIGKILL);
    return life->left > 0;
}

static void report_end(int connection, const char *who, int status) {
    if (*who && WIFSIGNALED(status)) report(connection, "%ssignal: %s", who, strsignal(WTERMSIG(status)));
    else if (*who) report(connection, "%sexit status %d", who, WEXITSTATUS(status));
    else if (WIFSIGNALED(status)) report(connection, "signalled %d", WTERMSIG(status));
    else report(connection, "exited %d", WEXITSTATUS(status));
}

/* Returns 1 when that was the end of all, which has been reported. */
static int buried(const struct order *order, const struct handles *h, struct life *life, pid_t pid, int status) {
    int extension = 0;
    for (int i = 0; order->extensions[i]; i++) {
        if (life->extensions[i] != pid) continue;
        life->extensions[i] = -1;
        life->left--;
        extension = 1;
    }
    if (!extension && pid != life->function) return 0;
    if (!extension) {
        life->function = -1;
        life->status = status;
        if (!life->leaving && life->left > 0) {
            life->leaving = 1;
            report(h->connection, "alone");
        }
    }
    if (life->leaving && life->left > 0) return 0;
    pid_t function = life->function;
    sweep(order, h, function > 0 ? function : pid);
    if (extension && !life->leaving) report_end(h->connection, "extension ", status);
    else report_end(h->connection, "", function > 0 ? SIGKILL : life->status);
    return 1;
}

static void wait_and_report(const struct order *order, struct handles *h, struct life *life, const sigset_t *child) {
    struct pollfd wait[2] = {{.fd = h->connection, .events = POLLIN},
                             {.fd = signalfd(-1, child, SFD_CLOEXEC | SFD_NONBLOCK), .events = POLLIN}};
    for (;;) {
        if (poll(wait, 2, -1) < 0 && errno != EINTR) break;
        if (wait[0].revents && !obey(order, h, life)) break; /* an end is asked for, or the platform is gone */
        struct signalfd_siginfo signal_info;
        while (read(wait[1].fd, &signal_info, sizeof signal_info) > 0) {}
        int status;
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
            if (buried(order, h, life, pid, status)) return;
    }
    sweep(order, h, life->function);
    report(h->connection, "signalled %d", SIGKILL);
}

void init_run(const struct order *order, int connection, int ready) {
    uid_t outside_user = geteuid();
    gid_t outside_group = getegid();
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    signal(SIGCHLD, SIG_DFL);
    setsid();
    prctl(PR_SET_NAME, "init");
    /* The server's own descriptors aren't ours to keep. */
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0) fail(connection, "/dev/null");
    if (dup2(connection, 3) < 0) fail(connection, "connection");
    connection = 3;
    fcntl(connection, F_SETFD, FD_CLOEXEC);
    if (dup2(ready, 4) < 0) fail(connection, "ready");
    fcntl(4, F_SETFD, FD_CLOEXEC);
    syscall(SYS_close_range, 5, ~0U, 0);
    if (order->isolated) {
        /* Mapping is only possible while no other user than ourselves exists inside. */
        if (init_flags(order) & CLONE_NEWUSER) map_user(order, connection, outside_user, outside_group);
        raise_loopback(connection);
        if (sethostname("localhost", 9)) fail(connection, "host name");
    } else {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
    }
    close(4);
    struct handles h = open_handles(order, connection);
    if (order->isolated) root_build(order, connection);
    char go;
    if (order->hold && read(connection, &go, 1) != 1) _exit(0);
    struct life life = {0};
    for (; order->extensions[life.left]; life.left++)
        life.extensions[life.left] = start(order, &h, order->extensions[life.left]);
    if (life.left == 0) start_function(order, &h, &life);
    wait_and_report(order, &h, &life, &child);
    _exit(0);
}
