/* health.c - tells of this replica on "_health.<service>", for the operators' page. */
#include <string.h>

#include "base/assert.h"
#include "edge/wire_check.h"
#include "service/service_internal.h"

#include <dacheng/kernel/v1/health.pb-c.h>

enum { TELL_MS = 5000, STREAMS_MOST = 32 };

static void
add_lags(struct dc_service *service, struct dc_arena *arena, Kernel__Health *health)
{
    health->lags = DC_NEW_ARRAY(arena, Kernel__StreamLag *, STREAMS_MOST);
    dc_time now = dc_now();
    pthread_mutex_lock(&service->lag_mutex);
    for (size_t i = 0; i < service->lag_count; i++) {
        const struct dc_lag *known = &service->lags[i];
        bool next = i == 0 || known->stream != service->lags[i - 1].stream;
        if (next && health->n_lags < STREAMS_MOST) {
            Kernel__StreamLag *lag =
                DC_NEW_MESSAGE(arena, Kernel__StreamLag, kernel__stream_lag__init);
            lag->stream = dc_arena_strdup(arena, known->stream);
            health->lags[health->n_lags++] = lag;
        }
        Kernel__StreamLag *lag = health->lags[health->n_lags - 1];
        int64_t behind = known->mine ? known->last - known->position : 0;
        int64_t age =
            known->mine && known->behind_since ? (now - known->behind_since) / DC_MILLISECOND : 0;
        lag->events += behind > 0 ? behind : 0;
        lag->lag_ms = age > lag->lag_ms ? age : lag->lag_ms;
        lag->stopped += known->mine && known->stopped;
    }
    pthread_mutex_unlock(&service->lag_mutex);
}

static void
add_requests(const struct dc_service *service, Kernel__Health *health)
{
    for (size_t i = 0; i < service->method_count; i++) {
        for (int code = 0; code < DC_CODE_COUNT; code++) {
            int64_t count = (int64_t)dc_counter_value(service->methods[i].answers[code]);
            bool ours = code == DC_INTERNAL || code == DC_UNKNOWN || code == DC_DATA_LOSS ||
                        code == DC_UNAVAILABLE || code == DC_DEADLINE_EXCEEDED ||
                        code == DC_RESOURCE_EXHAUSTED;
            health->requests += count;
            health->failures += ours ? count : 0;
        }
    }
}

static void
tell(struct dc_thread *thread, bool leaving)
{
    struct dc_service *service = thread->service;
    DC_AUTO_TEXT struct dc_text reasons = DC_TEXT_INIT;
    Kernel__Health health = KERNEL__HEALTH__INIT;
    dc_metrics_of_process();
    health.service = (char *)service->spec->name;
    health.instance = service->instance;
    health.version = DC_VERSION;
    health.ready = dc_ready_all(&reasons);
    health.reasons = (char *)dc_text_cstr(&reasons);
    add_lags(service, thread->arena, &health);
    add_requests(service, &health);
    health.parked = dc_gauge_value_of("dacheng_events_parked");
    health.unnumbered = dc_gauge_value_of("dacheng_outbox_waiting_events");
    health.unnumbered_ms = dc_gauge_value_of("dacheng_outbox_waiting_seconds") / DC_MILLISECOND;
    health.numbers = dc_gauge_value_of("dacheng_stamper_leads") == 1;
    health.workers = (int32_t)dc_gauge_value_of("dacheng_workers");
    health.workers_busy = (int32_t)dc_gauge_value_of("dacheng_workers_busy");
    health.memory_bytes = dc_gauge_value_of("process_resident_memory_bytes");
    health.started_at_us = dc_gauge_value_of("process_start_time_seconds");
    health.leaving = leaving;
    char subject[100];
    uint8_t *body;
    size_t size;
    snprintf(subject, sizeof(subject), "_health.%s", service->spec->name);
    dc_wire_pack(&health.base, thread->arena, &body, &size);
    dc_bus_publish(thread->bus, subject, NULL, body, size);
}

void
dc_health_tell(struct dc_thread *thread, int64_t *told_at)
{
    int64_t now = dc_monotonic();
    if (*told_at == 0 || now - *told_at >= (int64_t)TELL_MS * DC_MILLISECOND) {
        *told_at = now;
        tell(thread, false);
    }
}

void
dc_health_leave(struct dc_thread *thread)
{
    tell(thread, true);
}
