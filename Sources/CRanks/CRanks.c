#include "CRanks.h"

#include <mpi.h>
#include <string.h>

int ranks_start(void) {
    int provided = 0;
    return MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) == MPI_SUCCESS && provided >= MPI_THREAD_FUNNELED;
}

void ranks_finish(void) { MPI_Finalize(); }

int ranks_rank(void) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

int ranks_count(void) {
    int count = 1;
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    return count;
}

int ranks_longest_name(void) { return MPI_MAX_PROCESSOR_NAME; }

void ranks_host(char *name) {
    int length = 0;
    MPI_Get_processor_name(name, &length);
    name[length] = 0;
}

void ranks_library(char *text, size_t capacity) {
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(version, &length);
    // What follows the comma tells who built the package.
    size_t end = strcspn(version, ",\n");
    if (end >= capacity) end = capacity - 1;
    memcpy(text, version, end);
    text[end] = 0;
}

void ranks_barrier(void) { MPI_Barrier(MPI_COMM_WORLD); }

/// A type may be freed while messages of it are under way.
static MPI_Datatype row_type(int row_bytes) {
    MPI_Datatype type;
    MPI_Type_contiguous(row_bytes, MPI_BYTE, &type);
    MPI_Type_commit(&type);
    return type;
}

ranks_request ranks_send(const void *rows, int count, int row_bytes, int to) {
    MPI_Request request;
    MPI_Datatype type = row_type(row_bytes);
    MPI_Isend(rows, count, type, to, 0, MPI_COMM_WORLD, &request);
    MPI_Type_free(&type);
    return request;
}

ranks_request ranks_receive(void *rows, int count, int row_bytes, int from) {
    MPI_Request request;
    MPI_Datatype type = row_type(row_bytes);
    MPI_Irecv(rows, count, type, from, 0, MPI_COMM_WORLD, &request);
    MPI_Type_free(&type);
    return request;
}

// In Open MPI a request is a pointer, so that an array of them is one of these.
_Static_assert(sizeof(MPI_Request) == sizeof(ranks_request), "a request of this MPI is not a pointer");

int ranks_test(ranks_request *requests, int count) {
    int all = 0;
    MPI_Testall(count, (MPI_Request *)requests, &all, MPI_STATUSES_IGNORE);
    return all;
}

void ranks_wait(ranks_request *requests, int count) {
    MPI_Waitall(count, (MPI_Request *)requests, MPI_STATUSES_IGNORE);
}

/// The tag of letters; that of all other messages is 0.
enum { LETTER = 1 };

ranks_request ranks_post(const void *bytes, int count, int to) {
    MPI_Request request;
    MPI_Isend(bytes, count, MPI_BYTE, to, LETTER, MPI_COMM_WORLD, &request);
    return request;
}

int ranks_next_letter(int *from) {
    int has_come = 0, count = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, LETTER, MPI_COMM_WORLD, &has_come, &status);
    if (!has_come) return -1;
    MPI_Get_count(&status, MPI_BYTE, &count);
    *from = status.MPI_SOURCE;
    return count;
}

void ranks_take_letter(void *bytes, int count, int from) {
    MPI_Recv(bytes, count, MPI_BYTE, from, LETTER, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

void ranks_all_gather(const void *rows, void *all, const int *counts, const int *offsets, int row_bytes) {
    MPI_Datatype type = row_type(row_bytes);
    MPI_Allgatherv(rows, counts[ranks_rank()], type, all, counts, offsets, type, MPI_COMM_WORLD);
    MPI_Type_free(&type);
}

void ranks_all_to_all(const void *sent, void *received, const struct ranks_shares *shares, int row_bytes) {
    MPI_Datatype type = row_type(row_bytes);
    MPI_Alltoallv(
        sent, shares->sent_counts, shares->sent_offsets, type, received, shares->received_counts,
        shares->received_offsets, type, MPI_COMM_WORLD);
    MPI_Type_free(&type);
}
