/* What a process in a sandbox may ask of the kernel. */
#define _GNU_SOURCE
#include "jail.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#else
#error "jail knows the system calls of x86_64 and aarch64 only"
#endif

/*
 * A deny list: runtimes of several languages, and whatever their users bring, need a wide and moving set of calls; what is
 * denied is what reaches beyond the process: mounts, namespaces, other processes, kernel objects with a history of escapes.
 * Numbers below are those of both machines; calls that only one has are marked.
 */
static const int denied[] = {
    /* mounts and namespaces */
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_unshare, SYS_setns, 428 /* open_tree */, 429 /* move_mount */,
    430 /* fsopen */, 431 /* fsconfig */, 432 /* fsmount */, 433 /* fspick */, 442 /* mount_setattr */, SYS_quotactl,
    443 /* quotactl_fd */, 467 /* open_tree_attr */, SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_fanotify_init, SYS_swapon, SYS_swapoff,
    /* other processes */
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, 438 /* pidfd_getfd */, 440 /* process_madvise */,
    SYS_migrate_pages, SYS_move_pages,
    /* the kernel itself */
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_init_module,
    SYS_finit_module, SYS_delete_module, SYS_kexec_load, 
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
    SYS_reboot, SYS_acct, SYS_syslog, SYS_lookup_dcookie, SYS_nfsservctl, SYS_vhangup, 447 /* memfd_secret */,
    /* the machine's clock and names */
    SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_sethostname, SYS_setdomainname,
    SYS_personality,
#if defined(__x86_64__)
    SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib, SYS_ustat, SYS_sysfs, SYS__sysctl, SYS_create_module, SYS_query_module,
    SYS_get_kernel_syms,
#endif
};

/* Answered as an old kernel would, so that libraries fall back to what the filter can look into. */
static const int unknown[] = {425 /* io_uring_setup */, 426 /* io_uring_enter */, 427 /* io_uring_register */, 435 /* clone3 */};

enum { NEW_NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET };

#define LOAD(place) filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, place)
#define RETURN(what) filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what)
#define UNLESS_EQUAL_SKIP(value, count) filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)
#define IF_EQUAL_SKIP(value, count) filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, count, 0)
#define IF_ANY_BIT_SKIP(value, count) filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, value, count, 0)
#define UNLESS_ATLEAST_SKIP(value, count) filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, value, 0, count)
#define ARGUMENT(i) (offsetof(struct seccomp_data, args) + 8 * (i)) /* low half; both machines are little endian */

void rights_filter_system_calls(int connection) {
    struct sock_filter filter[400];
    unsigned short n = 0;
    LOAD(offsetof(struct seccomp_data, arch));
    IF_EQUAL_SKIP(MACHINE, 1);
    RETURN(SECCOMP_RET_KILL_PROCESS); /* 32-bit entry points have other numbers */
    LOAD(offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    UNLESS_ATLEAST_SKIP(0x40000000, 1); /* x32: the same calls by other numbers */
    RETURN(SECCOMP_RET_ERRNO | ENOSYS);
#endif
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        UNLESS_EQUAL_SKIP(denied[i], 1);
        RETURN(SECCOMP_RET_ERRNO | EPERM);
    }
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        UNLESS_EQUAL_SKIP(unknown[i], 1);
        RETURN(SECCOMP_RET_ERRNO | ENOSYS);
    }
    UNLESS_EQUAL_SKIP(SYS_clone, 4);
    LOAD(ARGUMENT(0));
    IF_ANY_BIT_SKIP(NEW_NAMESPACES, 1);
    RETURN(SECCOMP_RET_ALLOW);
    RETURN(SECCOMP_RET_ERRNO | EPERM);
    /* Sockets of the machine (vsock reaches a hypervisor), of raw packets, of kernel services: not these. */
    UNLESS_EQUAL_SKIP(SYS_socket, 9);
    LOAD(ARGUMENT(0));
    IF_EQUAL_SKIP(AF_UNIX, 6);
    IF_EQUAL_SKIP(AF_INET, 5);
    IF_EQUAL_SKIP(AF_INET6, 4);
    UNLESS_EQUAL_SKIP(AF_NETLINK, 2);
    LOAD(ARGUMENT(2));
    IF_EQUAL_SKIP(0 /* NETLINK_ROUTE: which interfaces there are */, 1);
    RETURN(SECCOMP_RET_ERRNO | EAFNOSUPPORT);
    RETURN(SECCOMP_RET_ALLOW);
    UNLESS_EQUAL_SKIP(SYS_ioctl, 4);
    LOAD(ARGUMENT(1));
    UNLESS_EQUAL_SKIP(0x5412 /* TIOCSTI: types on a terminal */, 1);
    RETURN(SECCOMP_RET_ERRNO | EPERM);
    RETURN(SECCOMP_RET_ALLOW);
    RETURN(SECCOMP_RET_ALLOW);
    struct sock_fprog program = {n, filter};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) fail(connection, "system call filter");
}

/* Must come while there is still the right to do so: before another user is taken on. */
void rights_drop_bounding_set(void) {
    for (int capability = 0; capability < 64; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

void rights_drop_capabilities(int keep_kill) {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2] = {{0, 0, 0}, {0, 0, 0}};
    if (keep_kill) sets[0].effective = sets[0].permitted = 1 << CAP_KILL;
    syscall(SYS_capset, &header, sets);
}
