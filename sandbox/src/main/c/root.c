/* The file system of a sandbox: a small root in memory, then read-only, with the host's programs and the function's code. */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Paths inside are relative: the working directory is the new root until it is entered. */

static const unsigned long PLAIN = MS_NOSUID | MS_NODEV;

static void make_directories(int connection, const char *path) {
    char part[4096];
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part) fail(connection, "path too long");
    for (char *slash = strchr(part, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(part, 0755) && errno != EEXIST) fail(connection, "make %s", part);
        *slash = '/';
    }
    if (mkdir(part, 0755) && errno != EEXIST) fail(connection, "make %s", part);
}

static void write_file(int connection, const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) fail(connection, "write %s", path);
    close(file);
}

/* The flags of the file system beneath must be kept, or the kernel refuses in a user namespace; all others are added. */
static void bind_read_only(int connection, const char *from, const char *to) {
    if (mount(from, to, NULL, MS_BIND, NULL)) fail(connection, "bind %s", from);
    if (mount(NULL, to, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | PLAIN, NULL)
        && mount(NULL, to, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | PLAIN | MS_NOATIME, NULL)
        && mount(NULL, to, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | PLAIN | MS_RELATIME, NULL))
        fail(connection, "make %s read-only", from);
}

/* Same path inside as outside; what the host doesn't have is left out, a link is copied. */
static void bind_same(int connection, const char *path) {
    struct stat what;
    if (lstat(path, &what)) return;
    const char *inside = path + 1;
    char parent[4096];
    snprintf(parent, sizeof parent, "%s", inside);
    char *slash = strrchr(parent, '/');
    if (slash) {
        *slash = 0;
        make_directories(connection, parent);
    }
    if (S_ISLNK(what.st_mode)) {
        char target[4096];
        ssize_t length = readlink(path, target, sizeof target - 1);
        if (length < 0) fail(connection, "link %s", path);
        target[length] = 0;
        if (symlink(target, inside) && errno != EEXIST) fail(connection, "link %s", path);
        return;
    }
    if (S_ISDIR(what.st_mode)) make_directories(connection, inside);
    else write_file(connection, inside, "");
    bind_read_only(connection, path, inside);
}

static void bind_directory(int connection, const char *from, const char *inside) {
    make_directories(connection, inside);
    bind_read_only(connection, from, inside);
}

static void programs(const struct order *order, int connection) {
    static const char *const paths[] = {
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/ld.so.cache", "/etc/alternatives",
        "/etc/ssl/openssl.cnf", "/etc/ca-certificates", "/etc/mime.types", "/etc/crypto-policies"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) bind_same(connection, paths[i]);
    for (int i = 0; order->binds[i]; i++) bind_same(connection, order->binds[i]);
}

/* Every place where programs of some Linux look for certificate authorities leads to the same folder. */
static void trust(const struct order *order, int connection) {
    static const char *const of_host[] = {"/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/pki/ca-trust/extracted"};
    static const char *const places[] = {"etc/ssl/cert.pem", "etc/ssl/ca-bundle.pem", "etc/pki/tls/cert.pem",
                                         "etc/pki/tls/certs/ca-bundle.crt", "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"};
    if (!order->trust) {
        for (size_t i = 0; i < sizeof of_host / sizeof *of_host; i++) bind_same(connection, of_host[i]);
        return;
    }
    bind_directory(connection, order->trust, "etc/ssl/certs");
    make_directories(connection, "etc/pki/tls/certs");
    make_directories(connection, "etc/pki/ca-trust/extracted/pem");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (symlink("/etc/ssl/certs/ca-certificates.crt", places[i])) fail(connection, "link %s", places[i]);
    if (!order->java_trust) return;
    char from[4096], parent[4096];
    const char *to = order->java_trust + 1;
    if (snprintf(from, sizeof from, "%s/java/cacerts", order->trust) >= (int)sizeof from) fail(connection, "path too long");
    if (access(to, F_OK)) { /* not in a folder of the host's that was bound: then in our own */
        snprintf(parent, sizeof parent, "%s", to);
        char *slash = strrchr(parent, '/');
        if (slash) *slash = 0;
        make_directories(connection, parent);
        write_file(connection, to, "");
    }
    bind_read_only(connection, from, to);
}

static void settings(const struct order *order, int connection) {
    char text[200];
    make_directories(connection, "etc");
    snprintf(text, sizeof text, "root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:%u:%u::/home/sbx_user1051:/sbin/nologin\n",
             order->uid, order->uid);
    write_file(connection, "etc/passwd", text);
    snprintf(text, sizeof text, "root:x:0:\nsbx_user1051:x:%u:\n", order->uid);
    write_file(connection, "etc/group", text);
    write_file(connection, "etc/hosts", "127.0.0.1 localhost sandbox.localdomain sandbox\n::1 localhost\n");
    write_file(connection, "etc/hostname", "localhost\n");
    write_file(connection, "etc/resolv.conf", "nameserver 198.18.0.1\noptions timeout:2 attempts:2\n");
    write_file(connection, "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
}

static void devices(int connection) {
    static const char *const names[] = {"null", "zero", "full", "random", "urandom"};
    make_directories(connection, "dev");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char from[32], to[32];
        snprintf(from, sizeof from, "/dev/%s", names[i]);
        snprintf(to, sizeof to, "dev/%s", names[i]);
        write_file(connection, to, "");
        if (mount(from, to, NULL, MS_BIND, NULL)) fail(connection, "bind %s", from);
    }
    if (symlink("/proc/self/fd", "dev/fd") || symlink("/proc/self/fd/0", "dev/stdin")
        || symlink("/proc/self/fd/1", "dev/stdout") || symlink("/proc/self/fd/2", "dev/stderr"))
        fail(connection, "links in /dev");
}

static void processes(int connection) {
    static const char *const hidden[] = {"kcore", "keys", "key-users", "timer_list", "sched_debug", "kallsyms", "sysrq-trigger",
                                         "kmsg", "latency_stats", "config.gz", "modules", "cmdline", "kpagecount", "kpageflags"};
    make_directories(connection, "proc");
    unsigned long flags = PLAIN | MS_NOEXEC | MS_RDONLY;
    if (mount("proc", "proc", "proc", flags, "hidepid=2") && mount("proc", "proc", "proc", flags, NULL))
        fail(connection, "/proc");
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        char path[64];
        snprintf(path, sizeof path, "proc/%s", hidden[i]);
        if (access(path, F_OK) == 0 && mount("/dev/null", path, NULL, MS_BIND, NULL)) fail(connection, "hide %s", path);
    }
}

/* Copies the parts of a sparse file that have data. */
static void copy_sparse(int connection, int from, int to) {
    off_t data = 0, size = lseek(from, 0, SEEK_END);
    if (size < 0 || ftruncate(to, size)) fail(connection, "size of the image for /tmp");
    while ((data = lseek(from, data, SEEK_DATA)) >= 0) {
        off_t hole = lseek(from, data, SEEK_HOLE);
        if (hole < 0) fail(connection, "image for /tmp");
        off_t in = data, out = data;
        while (in < hole) {
            char block[65536];
            size_t most = hole - in < (off_t)sizeof block ? (size_t)(hole - in) : sizeof block;
            ssize_t n = pread(from, block, most, in);
            if (n <= 0 || pwrite(to, block, n, out) != n) fail(connection, "copy of the image for /tmp");
            in += n;
            out += n;
        }
        data = hole;
    }
}

/* The copy has no name and the loop device goes with its last use: nothing can be left behind. */
static void temporary_on_disk(const struct order *order, int connection) {
    int from = open(order->tmp_template, O_RDONLY | O_CLOEXEC);
    int image = open(order->tmp_directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (from < 0 || image < 0) fail(connection, "image for /tmp");
    copy_sparse(connection, from, image);
    close(from);
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), loop = -1;
    char path[32];
    for (int attempt = 0; loop < 0 && attempt < 100; attempt++) {
        int number = ioctl(control, LOOP_CTL_GET_FREE);
        if (number < 0) fail(connection, "loop device");
        snprintf(path, sizeof path, "/dev/loop%d", number);
        loop = open(path, O_RDWR | O_CLOEXEC);
        if (loop < 0) fail(connection, "open %s", path);
        struct loop_config config = {.fd = image, .info = {.lo_flags = LO_FLAGS_AUTOCLEAR}};
        if (ioctl(loop, LOOP_CONFIGURE, &config) == 0) break;
        if (errno != EBUSY) fail(connection, "configure %s", path);
        close(loop); /* somebody else was faster */
        loop = -1;
    }
    if (loop < 0) fail(connection, "no free loop device");
    /* Nothing of it outlives the sandbox: a sync need not reach the disk, which others wait for, nor tables be made that stay unused. */
    const char *options = "barrier=0,noinit_itable";
    if (mount(path, "tmp", "ext4", PLAIN | MS_NOATIME, options)) fail(connection, "mount /tmp from %s", path);
    close(loop);
    close(image);
    close(control);
    rmdir("tmp/lost+found");
    if (chown("tmp", order->uid, order->uid) || chmod("tmp", 0700)) fail(connection, "owner of /tmp");
}

static void temporary(const struct order *order, int connection) {
    make_directories(connection, "tmp");
    if (order->tmp_template) {
        temporary_on_disk(order, connection);
        return;
    }
    char options[100];
    snprintf(options, sizeof options, "size=%s,nr_inodes=64k,mode=0700,uid=%u,gid=%u", order->tmp_bytes, order->uid, order->uid);
    if (mount("tmpfs", "tmp", "tmpfs", PLAIN, options)) fail(connection, "/tmp");
}

void root_mount_layers(const struct order *order, int connection, const char *where) {
    char options[MANY * 256] = "lowerdir=";
    size_t used = strlen(options);
    for (int i = 0; order->layers[i]; i++) {
        used += snprintf(options + used, sizeof options - used, "%s%s", i ? ":" : "", order->layers[i]);
        if (used >= 4095) { errno = 0; fail(connection, "paths of the layers are too long together"); }
    }
    if (mount("overlay", where, "overlay", PLAIN | MS_RDONLY, options)) fail(connection, "layers");
}

static void layers(const struct order *order, int connection) {
    if (!order->layers[0]) {
        make_directories(connection, "opt");
        return;
    }
    if (!order->layers[1]) {
        bind_directory(connection, order->layers[0], "opt");
        return;
    }
    make_directories(connection, "opt");
    root_mount_layers(order, connection, "opt");
}

void root_build(const struct order *order, int connection) {
    umask(0022);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) fail(connection, "private mounts");
    if (mount("tmpfs", order->root, "tmpfs", PLAIN, "size=1m,nr_inodes=1k,mode=755")) fail(connection, "root %s", order->root);
    if (chdir(order->root)) fail(connection, "root");
    programs(order, connection);
    trust(order, connection);
    settings(order, connection);
    devices(connection);
    processes(connection);
    temporary(order, connection);
    bind_directory(connection, order->code, "var/task");
    bind_directory(connection, order->runtime, "var/runtime");
    if (order->modules) bind_read_only(connection, order->modules, order->modules_at + 1);
    bind_directory(connection, order->socket, "run/tsumuji");
    layers(order, connection);
    /* The old root is stacked under the new one and taken away: no directory is needed for it. */
    if (syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/")) fail(connection, "enter the root");
    if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | PLAIN, NULL)) fail(connection, "make the root read-only");
}
