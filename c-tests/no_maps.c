/* The system refuses to map, protect, give back or make a file of memory, at the N-th time that the library asks: an error of the
 * library or success, never a crash, and at the next try it works. A supervisor, the parent, answers the system calls of the
 * process under test. Those of malloc are let through: the library does not outlive a malloc that fails. */
#include "scarce.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Between the two processes. */
static struct shared {
    atomic_bool armed;
    atomic_int asked;
    atomic_int refused_at;
    atomic_bool from_then_on;
    atomic_int kinds[5];
    char last[64];
} *shared;

static const char *const KINDS[] = {"mmap", "mprotect", "madvise", "process_madvise", "memfd_create"};

static void arm(void) { atomic_store(&shared->armed, true); }

static void disarm(void) { atomic_store(&shared->armed, false); }

/* The stacks of the host's own threads are not the library's to do without. */
static int start_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    bool was = atomic_exchange(&shared->armed, false);
    int result = pthread_create(thread, attributes, run, argument);
    atomic_store(&shared->armed, was);
    return result;
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define IF_EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define IF_ANY(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (yes), (no))

/* Sends the calls in question to whoever holds the descriptor that it returns. malloc maps readable and writable memory of its
 * own, without reserving and at no address; with one arena it never protects. */
static int supervised(void) {
    struct sock_filter filter[] = {
        LOAD(nr),
        IF_EQUAL(SYS_mprotect, 9, 0),
        IF_EQUAL(SYS_madvise, 8, 0),
        IF_EQUAL(SYS_process_madvise, 7, 0),
        IF_EQUAL(SYS_memfd_create, 6, 0),
        IF_EQUAL(SYS_mmap, 0, 6),
        LOAD(args[2]),
        IF_EQUAL(PROT_NONE, 3, 0),
        LOAD(args[3]),
        IF_ANY(MAP_FIXED | MAP_NORESERVE, 1, 0),
        IF_ANY(MAP_ANONYMOUS, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static void send_descriptor(int to, int descriptor) {
    char nothing = 'x', room[CMSG_SPACE(sizeof(int))];
    struct iovec bytes = {&nothing, 1};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    memset(room, 0, sizeof room);
    if (descriptor >= 0) {
        message.msg_control = room, message.msg_controllen = sizeof room;
        struct cmsghdr *control = CMSG_FIRSTHDR(&message);
        control->cmsg_level = SOL_SOCKET, control->cmsg_type = SCM_RIGHTS, control->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(control), &descriptor, sizeof descriptor);
    }
    REQUIRE(sendmsg(to, &message, 0) == 1);
}

static int receive_descriptor(int from) {
    char byte, room[CMSG_SPACE(sizeof(int))];
    struct iovec bytes = {&byte, 1};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    int descriptor = -1;
    if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != 1) return -1;
    struct cmsghdr *control = CMSG_FIRSTHDR(&message);
    if (control != NULL && control->cmsg_type == SCM_RIGHTS) memcpy(&descriptor, CMSG_DATA(control), sizeof descriptor);
    return descriptor;
}

static int kind_of(int call) {
    return call == SYS_mmap ? 0 : call == SYS_mprotect ? 1 : call == SYS_madvise ? 2 : call == SYS_process_madvise ? 3 : 4;
}

/* Answers until the process is gone. */
static void supervise(int listener) {
    struct seccomp_notif request;
    struct seccomp_notif_resp answer;
    for (;;) {
        struct pollfd ready = {.fd = listener, .events = POLLIN};
        if (poll(&ready, 1, -1) < 0 && errno == EINTR) continue;
        if (!(ready.revents & POLLIN)) return; /* nobody is left to ask */
        memset(&request, 0, sizeof request);
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) continue; /* it was killed, or interrupted */
        memset(&answer, 0, sizeof answer);
        answer.id = request.id;
        answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        if (atomic_load(&shared->armed)) {
            int asked = atomic_fetch_add(&shared->asked, 1) + 1, at = atomic_load(&shared->refused_at);
            atomic_fetch_add(&shared->kinds[kind_of(request.data.nr)], 1);
            if (asked == at || (atomic_load(&shared->from_then_on) && asked > at)) {
                answer.flags = 0, answer.error = -ENOMEM;
                if (asked == at)
                    snprintf(shared->last, sizeof shared->last, "%s of %#llx bytes", KINDS[kind_of(request.data.nr)],
                             (unsigned long long)request.data.args[1]);
            }
        }
        (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer); /* fails for one that is gone */
    }
}

static void scenario(void) {
    scarce_thread = start_thread;
    int fds = descriptors();
    scarce_scenario(arm, disarm);
    CHECK_EQ(descriptors(), fds);
}

/* One process in which the `refused_at`-th call fails; false if this machine has no such supervision. */
static bool try_at(int refused_at, bool from_then_on) {
    int pair[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    atomic_store(&shared->armed, false);
    atomic_store(&shared->asked, 0);
    atomic_store(&shared->refused_at, refused_at);
    atomic_store(&shared->from_then_on, from_then_on);
    strcpy(shared->last, "nothing");
    fflush(NULL);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        mallopt(M_ARENA_MAX, 1);
        alarm(120);
        close(pair[0]);
        test_checks = test_failures = 0;
        int listener = supervised();
        send_descriptor(pair[1], listener);
        if (listener >= 0) {
            close(listener);
            scenario();
        }
        fflush(NULL);
        _exit(atomic_load(&test_failures) != 0);
    }
    close(pair[1]);
    int listener = receive_descriptor(pair[0]), status = -1;
    if (listener >= 0) {
        supervise(listener);
        close(listener);
    }
    close(pair[0]);
    CHECK_EQ(waitpid(child, &status, 0), child);
    if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0))
        printf("call %d, %s%s: status %#x\n", refused_at, shared->last, from_then_on ? " and all after it" : "", status);
    return listener >= 0;
}

int main(void) {
#ifdef __SANITIZE_ADDRESS__
    printf("no_maps: the sanitizer itself does not outlive a mapping that fails: not run\n");
    return 0;
#endif
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(shared != MAP_FAILED);
    if (!try_at(0, false)) {
        printf("no_maps: no supervision of system calls on this machine: not run\n");
        return atomic_load(&test_failures) != 0;
    }
    int all = atomic_load(&shared->asked);
    printf("%d system calls:", all);
    for (int i = 0; i < 5; i++) printf(" %s %d", KINDS[i], atomic_load(&shared->kinds[i]));
    printf("\n");
    CHECK(all > 30);
    for (int n = 1; n <= all + 5; n++) {
        try_at(n, false);
        try_at(n, true);
    }
    return report("no_maps");
}
