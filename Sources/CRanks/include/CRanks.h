#ifndef CRANKS_H
#define CRANKS_H

#include <stddef.h>

// What attnbench uses of MPI. Names such as MPI_COMM_WORLD are macros with casts, which Swift cannot import.
//
// Every message consists of whole rows, and counts are numbers of rows: MPI counts in an int, and 2^31 bytes would be too few.
// Any error of MPI ends all ranks, with a message of MPI's own.

/// A message under way.
typedef void *ranks_request;

/// Whether all ranks can be started. Only the thread that calls this may call the other functions.
int ranks_start(void);
void ranks_finish(void);

int ranks_rank(void);
int ranks_count(void);
/// The name of this rank's host, in `name`, which has room for `ranks_longest_name()` bytes and ends with a 0.
void ranks_host(char *name);
int ranks_longest_name(void);
/// The version of the library, such as "Open MPI v4.1.4". It needs no `ranks_start`.
void ranks_library(char *text, size_t capacity);

void ranks_barrier(void);

ranks_request ranks_send(const void *rows, int count, int row_bytes, int to);
ranks_request ranks_receive(void *rows, int count, int row_bytes, int from);
/// Moves messages on, and tells whether these have all arrived. Those that have are no requests any more.
int ranks_test(ranks_request *requests, int count);
void ranks_wait(ranks_request *requests, int count);

// Letters: messages that a rank may send to another one at any time, and that the other one looks for when it likes to.

ranks_request ranks_post(const void *bytes, int count, int to);
/// The bytes of the next letter that has come, and the rank that sent it; -1 where none has.
int ranks_next_letter(int *from);
/// Takes this letter.
void ranks_take_letter(void *bytes, int count, int from);

/// Rank r gives `counts[r]` rows to all; they come to lie in the order of ranks, from the rows `offsets[r]` on.
void ranks_all_gather(const void *rows, void *all, const int *counts, const int *offsets, int row_bytes);

/// Rows for and from each rank.
struct ranks_shares {
    const int *sent_counts, *sent_offsets;
    const int *received_counts, *received_offsets;
};
void ranks_all_to_all(const void *sent, void *received, const struct ranks_shares *shares, int row_bytes);

#endif
