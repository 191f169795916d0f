#define _GNU_SOURCE
#include "CSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BITS_PER_WORD = 8 * sizeof(unsigned long) };

struct strings {
    char **items;
    size_t count;
};

struct spawn_call {
    char *path;
    char *folder;
    struct strings arguments;
    struct strings variables;
    int has_cpus;
    unsigned long cpus[SPAWN_CPU_LIMIT / BITS_PER_WORD];
};

/// Memory of some bytes: where even these are missing, nothing sensible can follow.
static void *require(void *memory) {
    if (!memory) abort();
    return memory;
}

static void append(struct strings *strings, const char *text) {
    strings->items = require(realloc(strings->items, (strings->count + 2) * sizeof(char *)));
    strings->items[strings->count++] = require(strdup(text));
    strings->items[strings->count] = NULL;
}

static void clear(struct strings *strings) {
    for (size_t index = 0; index < strings->count; index++) free(strings->items[index]);
    free(strings->items);
}

spawn_call *spawn_call_new(const char *path) {
    spawn_call *call = require(calloc(1, sizeof *call));
    call->path = require(strdup(path));
    call->arguments.items = require(calloc(1, sizeof(char *)));
    call->variables.items = require(calloc(1, sizeof(char *)));
    return call;
}

void spawn_call_free(spawn_call *call) {
    clear(&call->arguments);
    clear(&call->variables);
    free(call->path);
    free(call->folder);
    free(call);
}

void spawn_call_add_argument(spawn_call *call, const char *argument) { append(&call->arguments, argument); }

void spawn_call_add_variable(spawn_call *call, const char *variable) { append(&call->variables, variable); }

void spawn_call_add_cpu(spawn_call *call, int cpu) {
    if (cpu < 0 || cpu >= SPAWN_CPU_LIMIT) abort();
    call->has_cpus = 1;
    call->cpus[cpu / BITS_PER_WORD] |= 1UL << cpu % BITS_PER_WORD;
}

void spawn_call_set_folder(spawn_call *call, const char *path) {
    free(call->folder);
    call->folder = require(strdup(path));
}

/// Signals as a program expects them at its start. Handlers of ours must not run in the child, and what we ignore, such
/// as SIGPIPE, it should not; what our own user ignores (nohup and SIGHUP) stays ignored.
static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) != 0) continue;
        if (action.sa_handler == SIG_DFL || (action.sa_handler == SIG_IGN && number != SIGPIPE)) continue;
        action.sa_handler = SIG_DFL;
        action.sa_flags = 0;
        sigaction(number, &action, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int place(int descriptors[3]) {
    // Above 2 first, so that no move covers a descriptor that is still to be moved.
    for (int index = 0; index < 3; index++) {
        descriptors[index] = fcntl(descriptors[index], F_DUPFD_CLOEXEC, 3);
        if (descriptors[index] < 0) return -1;
    }
    for (int index = 0; index < 3; index++) {
        if (dup2(descriptors[index], index) < 0) return -1;
    }
#ifdef SYS_close_range
    // Ours are closed on exec by themselves; this is for those of libraries that forgot to say so.
    syscall(SYS_close_range, 3U, ~0U, 1U << 2);
#endif
    return 0;
}

/// In the child, which still runs in the parent's memory: calls that are safe in a signal handler, and nothing else.
static void become(const spawn_call *call, int descriptors[3], pid_t parent, volatile struct spawn_failure *failure) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // A parent that died before the line above will not be noticed by it.
    if (getppid() != parent) _exit(127);
    if (place(descriptors) != 0) goto failed;
    failure->step = SPAWN_CPUS;
    if (call->has_cpus && sched_setaffinity(0, sizeof call->cpus, (const cpu_set_t *)call->cpus) != 0) goto failed;
    failure->step = SPAWN_FOLDER;
    if (call->folder && chdir(call->folder) != 0) goto failed;
    failure->step = SPAWN_PROGRAM;
    reset_signals();
    execve(call->path, call->arguments.items, call->variables.items);
failed:
    failure->error = errno;
    _exit(127);
}

/// By vfork: a fork would copy the page tables of all that is being measured, and mark each of its pages so that its
/// next write is a fault, in the middle of somebody's sample.
pid_t spawn_call_start(const spawn_call *call, int input, int output, int error, struct spawn_failure *failure) {
    volatile struct spawn_failure noted = {SPAWN_PROCESS, 0};
    int descriptors[3] = {input, output, error};
    pid_t parent = getpid();
    // A handler that ran in the child would run in our memory.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_t child = vfork();
    if (child == 0) become(call, descriptors, parent, &noted);
    int reason = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child > 0 && noted.error == 0) return child;
    if (child > 0) waitpid(child, NULL, 0);
    failure->step = noted.step;
    failure->error = child > 0 ? noted.error : reason;
    return -1;
}

int spawn_has_ended(pid_t process) {
    siginfo_t information = {0};
    int result = waitid(P_PID, (id_t)process, &information, WEXITED | WNOHANG | WNOWAIT);
    return result != 0 ? errno != EINTR : information.si_pid == process;
}

int spawn_reap(pid_t process) {
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int spawn_open_pipe(int for_reading, int *ours, int *theirs) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    *ours = ends[for_reading ? 0 : 1];
    *theirs = ends[for_reading ? 1 : 0];
    return fcntl(*ours, F_SETFL, O_NONBLOCK);
}

ssize_t spawn_write(int descriptor, const void *bytes, size_t count) {
    sigset_t pipe, pending, before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    int was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    ssize_t written = write(descriptor, bytes, count);
    int reason = errno;
    if (written < 0 && reason == EPIPE && !was_pending) {
        struct timespec now = {0, 0};
        while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = reason;
    return written;
}
