/* worker.c - the loop of a worker: takes requests, answers each, keeps its connections. */
#include "service/service_internal.h"

enum { IDLE_MS = 1000, DRAIN_MS = 10000, REQUEST_MEMORY = 256 * 1024 * 1024 };

static void
answer_what_is_there(struct dc_thread *thread, struct dc_gauge *busy)
{
    struct dc_bus_message message;
    dc_arena_reset(thread->arena, REQUEST_MEMORY);
    while (dc_bus_next(thread->bus, thread->arena, &message)) {
        if (message.kind == DC_BUS_REQUEST) {
            dc_gauge_add(busy, 1);
            dc_dispatch(thread, &message);
            dc_gauge_add(busy, -1);
        }
        dc_arena_reset(thread->arena, REQUEST_MEMORY);
    }
}

void
dc_worker_run(struct dc_thread *thread)
{
    const struct dc_service *service = thread->service;
    struct dc_gauge *busy =
        dc_gauge("dacheng_workers_busy", "", "Workers that answer a request just now.");
    dc_gauge_set(dc_gauge("dacheng_workers", "", "Threads that answer requests."),
                 dc_config_int(service->config, "workers"));
    /* Offered also while there is no database: a request is then answered "unavailable" at once,
     * by us, instead of waiting at the bus for a replica that may not come. */
    dc_bus_ready(thread->bus, service->spec->name,
                 (int)dc_config_int(service->config, "worker_credits"));
    while (!dc_thread_is_stopping(thread)) {
        (void)dc_thread_database(thread);
        dc_thread_report_bus(thread);
        dc_bus_poll(thread->bus, dc_thread_wait_ms(thread, IDLE_MS));
        (void)dc_thread_take_wakes(thread);
        answer_what_is_there(thread, busy);
    }
    dc_bus_bye(thread->bus);
    int64_t deadline = dc_monotonic() + (int64_t)DRAIN_MS * DC_MILLISECOND;
    while (!dc_bus_is_drained(thread->bus) && dc_monotonic() < deadline) {
        dc_bus_poll(thread->bus, 50);
        (void)dc_thread_take_wakes(thread);
        answer_what_is_there(thread, busy);
    }
}
