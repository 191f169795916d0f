#define _GNU_SOURCE
#include "CProcessor.h"

#include <errno.h>

#if defined(__linux__)
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_counter(uint64_t what, int leader) {
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.type = PERF_TYPE_HARDWARE;
    attributes.size = sizeof attributes;
    attributes.config = what;
    // What a thread may count of itself without a privilege (perf_event_paranoid up to 2).
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    const long descriptor = syscall(SYS_perf_event_open, &attributes, 0, -1, leader, PERF_FLAG_FD_CLOEXEC);
    return descriptor < 0 ? -errno : (int)descriptor;
}

int performance_counters_open(void) {
    const int leader = open_counter(PERF_COUNT_HW_CPU_CYCLES, -1);
    if (leader < 0) return leader;
    // The second is a member of the first one's group and stays open with this process.
    const int member = open_counter(PERF_COUNT_HW_INSTRUCTIONS, leader);
    if (member >= 0) return leader;
    close(leader);
    return member;
}

int performance_counters_read(int descriptor, struct performance_counts *counts) {
    struct {
        uint64_t count, enabled, running, cycles, instructions;
    } group;
    const ssize_t bytes = read(descriptor, &group, sizeof group);
    if (bytes < 0) return -errno;
    if (bytes != sizeof group || group.count != 2) return -EIO;
    if (group.running != group.enabled) return -EBUSY;
    counts->cycles = group.cycles;
    counts->instructions = group.instructions;
    return 0;
}
#else
int performance_counters_open(void) { return -ENOSYS; }

int performance_counters_read(int descriptor, struct performance_counts *counts) {
    (void)descriptor;
    (void)counts;
    return -ENOSYS;
}
#endif
