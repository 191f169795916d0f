// What is called `attnbench` in an installation: it starts the best variant of the program that this CPU runs.
//
// Each variant is built for its instruction set, and would die of an unknown instruction on an older CPU before it could
// say a word. So this file and CVariants.c are built for every x86-64 CPU (scripts/package), outside of SwiftPM, which
// gives the whole package one instruction set. A shell script could ask /proc/cpuinfo instead, but not what the operating
// system saves; a Python script would take 24 ms for each start, and this program takes less than one.
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "CVariants.h"

// As in Sources/Faults/Fault.swift.
enum { INTERNAL_FAILURE = 1, USAGE = 2 };

static void fail(int status, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
static void fail(int status, const char *format, ...) {
    char message[4 * PATH_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    // What a variable or a path holds must not command the terminal.
    for (char *c = message; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c)) *c = '?';
    fprintf(stderr, "Error: %s\n", message);
    exit(status);
}

// PREFIX of PREFIX/bin/attnbench, which may have been called through a link.
static void findPrefix(char prefix[PATH_MAX]) {
    ssize_t length = readlink("/proc/self/exe", prefix, PATH_MAX - 1);
    if (length < 0)
        fail(INTERNAL_FAILURE, "attnbench cannot read where it is installed (/proc/self/exe): %s; mount /proc", strerror(errno));
    prefix[length] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(prefix, '/');
        if (slash != NULL) *slash = '\0';
    }
}

static void pathOf(const char *prefix, int index, char path[2 * PATH_MAX]) {
    snprintf(path, 2 * PATH_MAX, "%s/libexec/attnbench/%s/attnbench", prefix, variantAt(index).name);
}

static void listVariants(char list[1024]) {
    list[0] = '\0';
    for (int i = 0; i < variantCount(); i++) {
        const char *between = i == 0 ? "" : ", ";
        size_t used = strlen(list);
        snprintf(list + used, 1024 - used, "%s%s", between, variantAt(i).name);
    }
}

int main(int count, char **arguments) {
    (void)count;
    char prefix[PATH_MAX], path[2 * PATH_MAX], names[1024];
    findPrefix(prefix);
    unsigned installed = 0;
    for (int i = 0; i < variantCount(); i++) {
        pathOf(prefix, i, path);
        if (access(path, X_OK) == 0) installed |= 1u << i;
    }
    const char *wanted = getenv("ATTNBENCH_VARIANT");
    VariantChoice choice = chooseVariant(wanted, cpuFeatures(), installed);
    if (choice.index >= 0) pathOf(prefix, choice.index, path);
    switch (choice.outcome) {
    case VARIANT_RUNS:
        execv(path, arguments);
        fail(INTERNAL_FAILURE, "the program %s cannot be started: %s", path, strerror(errno));
    case WANTED_VARIANT_UNKNOWN:
        listVariants(names);
        fail(USAGE, "ATTNBENCH_VARIANT is \"%s\", and no variant of attnbench has this name; there are %s", wanted, names);
    case WANTED_VARIANT_NEEDS_ANOTHER_CPU:
        fail(USAGE,
             "ATTNBENCH_VARIANT is \"%s\", and this CPU lacks instructions of that variant; unset it, and the best "
             "variant for this CPU is used",
             wanted);
    case WANTED_VARIANT_NOT_INSTALLED:
        fail(USAGE,
             "ATTNBENCH_VARIANT is \"%s\", and that variant is not installed: there is no program %s; unset it, and the "
             "best variant that is installed is used",
             wanted, path);
    case EVERY_VARIANT_NEEDS_ANOTHER_CPU:
        fail(INTERNAL_FAILURE,
             "this CPU cannot run attnbench: the program needs AVX2 and FMA (x86-64-v3), which Intel's CPUs have had since "
             "2013 and AMD's since 2015; on this machine, build attnbench from its source");
    case NO_VARIANT_INSTALLED:
        fail(INTERNAL_FAILURE,
             "no variant of attnbench that this CPU can run is in %s/libexec/attnbench; install attnbench again", prefix);
    }
}
