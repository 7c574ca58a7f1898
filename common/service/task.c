/* task.c - the loop of a task: a bounded piece of work after the other while there is some. */
#include <malloc.h>
#include <poll.h>
#include <string.h>

#include "base/assert.h"
#include "edge/log.h"
#include "service/service_internal.h"

enum { HEAVY_PIECE = 16 << 20 };

/* After work that took much memory the process gives it back: the allocator's heaps, in which the
 * arena and the database's answers lay, would keep it. */
static void
give_memory_back(struct dc_thread *thread)
{
    dc_arena_reset(thread->arena, 0);
    malloc_trim(0);
}

static void
count(const struct dc_task *task, enum dc_code code, int64_t took)
{
    char labels[100];
    snprintf(labels, sizeof(labels), "task=\"%.60s\"", task->name);
    dc_histogram_observe(
        dc_histogram("dacheng_task_seconds", labels, "How long a task's piece of work took."), took);
    dc_counter_add(dc_counter("dacheng_task_failures_total", labels,
                              "Pieces of work that failed and are tried again."),
                   code != DC_OK);
}

/* One piece; returns whether there is more. */
static bool
run_piece(struct dc_thread *thread, const struct dc_task *task)
{
    dc_arena_reset(thread->arena, 0);
    struct dc_step step;
    dc_step_init(&step, thread, task->name, dc_now());
    step.cause = task->name;
    bool more = false;
    struct dc_error error;
    int64_t began = dc_monotonic();
    enum dc_code code = task->fn(&step, &more, &error);
    count(task, code, dc_monotonic() - began);
    if (code != DC_OK) {
        error.code = code;
        dc_step_rollback(&step);
        dc_thread_say(thread, DC_LOG_ERROR, "a task failed; it will be tried again", &error);
        return false;
    }
    DC_ASSERT(!dc_db_in_transaction(thread->db)); /* the task commits what it begins */
    return more;
}

void
dc_task_run(struct dc_thread *thread)
{
    const struct dc_task *task = thread->argument;
    bool heavy = false;
    while (!dc_thread_is_stopping(thread)) {
        bool able = dc_thread_database(thread);
        bool more = able && run_piece(thread, task);
        heavy |= dc_arena_used(thread->arena) >= HEAVY_PIECE;
        if (more) {
            continue;
        }
        if (heavy) {
            give_memory_back(thread);
            heavy = false;
        }
        int most =
            task->interval_ms > 0 && task->interval_ms < 3600000 ? (int)task->interval_ms : 3600000;
        /* While idle a look at the connection every second, so that readiness stays true. */
        int64_t end = dc_monotonic() + (int64_t)dc_thread_jitter(thread, most) * DC_MILLISECOND;
        int64_t left;
        while (!dc_thread_is_stopping(thread) &&
               (left = (end - dc_monotonic()) / DC_MILLISECOND) >= 0) {
            int wait = dc_thread_wait_ms(thread, left < 1000 ? (int)left + 1 : 1000);
            struct pollfd wake = {.fd = thread->wake_fd, .events = POLLIN};
            if (poll(&wake, 1, wait) == 1 && dc_thread_take_wakes(thread)) {
                break;
            }
            if (!dc_thread_database(thread)) {
                continue;
            }
            if (!able) {
                break; /* connected just now: there may be work that waited */
            }
        }
    }
}

void
dc_task_wake(struct dc_service *service, const char *name)
{
    DC_ASSERT(service && service->tag == DC_SERVICE_TAG && name);
    bool found = false;
    for (size_t i = 0; i < service->thread_count; i++) {
        struct dc_thread *thread = &service->threads[i];
        const struct dc_task *task = thread->run == dc_task_run ? thread->argument : NULL;
        if (task && strcmp(task->name, name) == 0) {
            dc_thread_wake(thread);
            found = true;
        }
    }
    DC_ASSERT(found || service->thread_count == 0); /* the name stands in the table of tasks */
}
