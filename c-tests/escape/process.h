/* Parts of a test in processes of their own, with the kernel's help for paths beneath a directory and without. */
#ifndef ESCAPE_PROCESS_H
#define ESCAPE_PROCESS_H

#include "../test.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Has `openat2` fail, in this process, as where it is not known or not allowed. */
static inline bool without_openat2(int why) {
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)why),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

/* Runs a part in a process where openat2 fails with `refused`, or with 0 works. Longer than a few minutes it hangs. */
MAYBE_UNUSED static void in_a_process(const char *name, void (*part)(int refused), int refused) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        atomic_store(&test_checks, 0);
        atomic_store(&test_failures, 0);
        alarm(280);
        if (refused != 0 && !without_openat2(refused)) {
            printf("%s: this machine takes no system call away from a process\n", name);
            exit(0);
        }
        part(refused);
        exit(report(name));
    }
    int status = -1;
    REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_EQ(status, 0);
}

#endif
