#ifndef CSPAWN_H
#define CSPAWN_H

#include <stddef.h>
#include <sys/types.h>

// Starting a program, with what neither Foundation nor posix_spawn offers: it is bound to CPUs before its first
// instruction, has a process group of its own, and dies with the thread that started it.

/// A program that is to be started, put together piece by piece: every text is copied.
typedef struct spawn_call spawn_call;

/// What the system refused.
enum spawn_step { SPAWN_PROCESS, SPAWN_CPUS, SPAWN_FOLDER, SPAWN_PROGRAM };

struct spawn_failure {
    enum spawn_step step;
    int error;
};

/// The highest CPU that a program can be bound to is one less.
enum { SPAWN_CPU_LIMIT = 1 << 16 };

spawn_call *spawn_call_new(const char *path);
void spawn_call_free(spawn_call *call);
/// `path` is not an argument by itself: the first one added is the program's name as it sees it.
void spawn_call_add_argument(spawn_call *call, const char *argument);
/// "NAME=value"; the program gets no variables but these.
void spawn_call_add_variable(spawn_call *call, const char *variable);
/// With none the program runs where the calling thread may run.
void spawn_call_add_cpu(spawn_call *call, int cpu);
void spawn_call_set_folder(spawn_call *call, const char *path);
/// Starts the program with these as its standard input, output and error; no other descriptor stays open in it.
/// Returns its process identifier, or -1 and what failed.
pid_t spawn_call_start(const spawn_call *call, int input, int output, int error, struct spawn_failure *failure);

/// Whether this child has ended. It stays a zombie, so that no other process gets its number until it is reaped.
int spawn_has_ended(pid_t process);
/// Waits for this child and forgets it. Returns its exit status, or minus the number of the signal that ended it.
int spawn_reap(pid_t process);

/// Two ends of a pipe, closed on exec; ours does not block. `for_reading` says which end is ours.
int spawn_open_pipe(int for_reading, int *ours, int *theirs);
/// As write(2), without a SIGPIPE for this process if the reader has gone.
ssize_t spawn_write(int descriptor, const void *bytes, size_t count);

#endif
