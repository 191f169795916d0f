#define _GNU_SOURCE
#include "CEngine.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct engine_library {
    attnbench_description description;
    void *(*prepare)(const attnbench_problem *, const attnbench_placement *, attnbench_message *);
    int (*load)(void *, const attnbench_tensors *);
    int (*run)(void *, const attnbench_tensors *);
    void (*release)(void *);
};

/// The problem lives as long as the handle: an engine may keep a copy of the struct, and with it the pointers.
struct engine_cell {
    const engine_library *library;
    void *handle;
    attnbench_problem problem;
    attnbench_placement placement;
    char *texts[4];
    int32_t *cpus;
};

static void *require(void *memory) {
    if (!memory) abort();
    return memory;
}

static void *symbol(void *image, const char *name, char *message, size_t capacity) {
    void *found = dlsym(image, name);
    if (!found) snprintf(message, capacity, "it has no function %s", name);
    return found;
}

engine_library *engine_library_open(const char *path, char *message, size_t capacity) {
    void *image = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!image) {
        snprintf(message, capacity, "%s", dlerror());
        return NULL;
    }
    void *describe = symbol(image, "attnbench_describe", message, capacity);
    void *prepare = symbol(image, "attnbench_prepare", message, capacity);
    void *run = symbol(image, "attnbench_run", message, capacity);
    void *release = symbol(image, "attnbench_release", message, capacity);
    if (!describe || !prepare || !run || !release) return NULL;
    engine_library *library = require(calloc(1, sizeof *library));
    library->prepare = prepare;
    library->load = dlsym(image, "attnbench_load");
    library->run = run;
    library->release = release;
    library->description.size = sizeof library->description;
    ((void (*)(attnbench_description *))describe)(&library->description);
    const attnbench_description *told = &library->description;
    if (told->version != ATTNBENCH_ENGINE_VERSION) {
        snprintf(
            message, capacity, "it speaks version %u of the C interface, and this attnbench version %d", told->version,
            ATTNBENCH_ENGINE_VERSION);
    } else if (!told->name || !told->engine_version || (told->kernel_count > 0 && !told->kernels)) {
        snprintf(message, capacity, "attnbench_describe leaves out the name, the version or the kernels");
    } else {
        return library;
    }
    free(library);
    return NULL;
}

attnbench_description engine_library_description(const engine_library *library) { return library->description; }

const attnbench_kernel *engine_library_kernel(const engine_library *library, size_t index) {
    const attnbench_kernel *kernels = library->description.kernels;
    size_t stride = kernels->size ? kernels->size : sizeof *kernels;
    return (const attnbench_kernel *)((const char *)kernels + index * stride);
}

engine_cell *engine_library_prepare(
    const engine_library *library, attnbench_problem problem, engine_cell_request request, attnbench_message *message) {
    engine_cell *cell = require(calloc(1, sizeof *cell));
    const char *texts[4] = {request.kernel, request.key_cache_format, request.value_cache_format, request.positions};
    for (int index = 0; index < 4; index++) cell->texts[index] = require(strdup(texts[index]));
    if (request.cpu_count > 0) {
        cell->cpus = require(malloc(request.cpu_count * sizeof *cell->cpus));
        memcpy(cell->cpus, request.cpus, request.cpu_count * sizeof *cell->cpus);
    }
    cell->library = library;
    cell->problem = problem;
    cell->problem.size = sizeof problem;
    cell->problem.kernel = cell->texts[0];
    cell->problem.key_cache_format = cell->texts[1];
    cell->problem.value_cache_format = cell->texts[2];
    cell->problem.positions = cell->texts[3];
    cell->placement = (attnbench_placement){
        .size = sizeof cell->placement, .threads = request.threads, .cpus = cell->cpus, .cpu_count = request.cpu_count};
    cell->handle = library->prepare(&cell->problem, &cell->placement, message);
    if (cell->handle) return cell;
    engine_cell_release(cell);
    return NULL;
}

int engine_cell_load(engine_cell *cell, const attnbench_tensors *tensors) {
    return cell->library->load ? cell->library->load(cell->handle, tensors) : 0;
}

int engine_cell_run(engine_cell *cell, const attnbench_tensors *tensors) {
    return cell->library->run(cell->handle, tensors);
}

void engine_cell_release(engine_cell *cell) {
    if (cell->handle) cell->library->release(cell->handle);
    for (int index = 0; index < 4; index++) free(cell->texts[index]);
    free(cell->cpus);
    free(cell);
}
