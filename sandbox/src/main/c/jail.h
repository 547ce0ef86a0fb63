/*
 * jail: starts processes that can reach nothing but what they were given.
 *
 *   platform (Java) --unix socket--> jail server --clone(namespaces)--> init (pid 1 inside) --fork--> the function
 *
 * The server is started once by the platform and does one thing: for each connection on its socket it reads an order
 * (order.h) and clones an init. The connection then belongs to that init: it is the sandbox's life line. When the platform
 * closes it, or dies in whatever way, init kills everything inside and goes; when the function ends, init kills what it left
 * behind and reports on the same connection how it ended. Nobody else needs to be alive for either.
 *
 * An order that names a mount namespace to attach to starts nothing: it gives code to a sandbox that runs without any.
 *
 * Bytes from the platform: g lets start what is next; s asks the function to end and k ends it, after which the programs beside
 * it may end in their own time; anything else, or closing the connection, ends all.
 *
 * Lines written to the platform, each ended by \n:
 *   started PID       host's pid of init; the namespaces exist and its loopback is up, the function isn't running yet
 *   exited CODE       the function ended; nothing of its process tree is left
 *   signalled NUMBER  the same, by a signal
 *   extension TEXT    a program beside the function ended, and so all did
 *   alone             the function ended by itself; what is beside it may end in its own time, then the function's end is reported
 *   failed TEXT       it could not be started, or not be attached
 *   attached          code and layers are where they belong in the running sandbox
 */
#ifndef JAIL_H
#define JAIL_H

#include <stddef.h>
#include <sys/types.h>

enum { MANY = 32, ARGUMENTS = 256, VARIABLES = 1024 };

/* An order: what to start. All strings point into the received message. */
struct order {
    const char *root;          /* empty directory on the host, mount point of the sandbox's root */
    const char *code;          /* becomes /var/task */
    const char *runtime;       /* becomes /var/runtime */
    const char *socket;        /* directory, becomes /run/tsumuji */
    const char *layers[MANY];  /* together become /opt; earlier ones win */
    const char *modules;       /* packages beside the runtime's own files; null for none */
    const char *modules_at;    /* where they appear, a directory of the runtime's */
    const char *trust;         /* becomes /etc/ssl/certs; null: the host's */
    const char *java_trust;    /* path inside of another JDK's store of authorities, which java/cacerts of trust covers */
    const char *binds[MANY];   /* appear read-only at the same path inside */
    const char *tmp_template;  /* file system image that is copied for /tmp; null: memory */
    const char *tmp_directory; /* where the copy lives, without a name */
    const char *tmp_bytes;     /* size of /tmp */
    const char *procs[MANY];   /* cgroup.procs files to enter */
    const char *thaw_file, *thaw_word;
    const char *input;         /* Unix socket that standard input is connected with; null: /dev/null */
    const char *output;        /* FIFO that gets standard output and error */
    const char *extension_output; /* the same for what is beside the function; null: the same one */
    const char *directory;     /* working directory */
    char *arguments[ARGUMENTS + 1];
    char *variables[VARIABLES + 1];
    char *extensions[MANY];    /* programs inside that are started at the first go; the function then waits for a second */
    char *extension_variables[VARIABLES + 1];
    const char *attach;         /* mount namespace of a running sandbox that gets code and layers; null: start one */
    const char *user_namespace; /* the user namespace of that sandbox, without root */
    uid_t uid;
    int isolated;              /* 0: no namespaces at all */
    int hold;                  /* wait for one byte from the platform before the function is started */
};

/* order.c: reads and checks an order from a connection; null when it isn't one (errors are reported to the connection). */
struct order *order_read(int connection);

/* root.c: makes the sandbox's file system and moves into it. */
void root_build(const struct order *order, int connection);
void root_mount_layers(const struct order *order, int connection, const char *where);

/* attach.c: gives a running sandbox its code; does not return. */
void attach_run(const struct order *order, int connection) __attribute__((noreturn));

/* rights.c */
void rights_drop_bounding_set(void);
void rights_drop_capabilities(int keep_kill);
void rights_filter_system_calls(int connection);

/* init.c: the life of a sandbox, from inside; does not return. */
/* Closes ready when the namespaces are as they shall be. */
void init_run(const struct order *order, int connection, int ready) __attribute__((noreturn));
int init_flags(const struct order *order);

/* report.c */
/* Reports "failed WHAT: reason" to the platform and ends the process. */
void fail(int connection, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
void report(int connection, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
