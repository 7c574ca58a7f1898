/* admin.c - AdminService: what every service answers about its own consuming. */
#include "base/assert.h"
#include "service/service_internal.h"

enum { LIST_DEFAULT = 100, LIST_MOST = 1000 };

DC_HANDLER(list_parked, Kernel__ListParkedRequest, Kernel__ListParkedResponse)
{
    int64_t limit = request->limit == 0 ? LIST_DEFAULT : request->limit;
    if (limit < 1 || limit > LIST_MOST) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "%lld is not in 1..%d",
                             (long long)limit, LIST_MOST);
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, &kernel_statements[KERNEL_PARKED_LIST], &rows, error,
                     dc_p_int64(limit)));
    size_t n = dc_rows_count(rows);
    response->parked = DC_NEW_ARRAY(step->arena, Kernel__Parked *, n);
    response->n_parked = n;
    for (size_t i = 0; i < n; i++) {
        Kernel__Parked *parked = DC_NEW_MESSAGE(step->arena, Kernel__Parked, kernel__parked__init);
        parked->stream = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 0));
        parked->partition = (int32_t)dc_rows_int64(rows, i, 1);
        parked->number = dc_rows_int64(rows, i, 2);
        parked->key = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 3));
        parked->type = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 4));
        parked->reason = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 5));
        parked->attempts = (int32_t)dc_rows_int64(rows, i, 6);
        parked->parked_at_us = dc_rows_time(rows, i, 7);
        parked->epoch = dc_rows_int64(rows, i, 8);
        response->parked[i] = parked;
        response->total = dc_rows_int64(rows, i, 9);
    }
    return DC_OK;
}

static void
wake_consumers(struct dc_service *service)
{
    for (size_t i = 0; i < service->thread_count; i++) {
        if (service->threads[i].run == dc_consumer_run) {
            dc_thread_wake(&service->threads[i]);
        }
    }
}

/* Retrying is the work of the consumer that holds the partition: here the wish is only noted. */
DC_HANDLER(redrive, Kernel__RedriveRequest, Kernel__RedriveResponse)
{
    dc_step_subject(step, "parked/%s/%d/%s", request->stream, request->partition, request->key);
    if (request->partition < 0 || request->partition >= DC_PARTITIONS) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "partition", "%d is not in 0..%d",
                             request->partition, DC_PARTITIONS - 1);
    }
    struct dc_param stream = dc_p_text(request->stream);
    struct dc_param partition = dc_p_int64(request->partition);
    /* The consumer holds this row while it decides whether an event parks behind others. */
    DC_TRY(dc_db_run(step->db, &kernel_statements[KERNEL_POSITION_LOCK], NULL, error, stream,
                     partition));
    int which = request->drop ? KERNEL_PARKED_DROP : KERNEL_PARKED_MARK;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, &kernel_statements[which], &rows, error, stream, partition,
                     dc_p_text(request->key)));
    response->events = (int32_t)dc_rows_affected(rows);
    if (response->events == 0) {
        return dc_fail(error, DC_NOT_FOUND, "the key %s has no parked events in %s/%d",
                       request->key, request->stream, request->partition);
    }
    wake_consumers(step->service); /* finds it by its own poll if this is before our commit */
    return DC_OK;
}

DC_HANDLER(rejoin, Kernel__RejoinRequest, Kernel__RejoinResponse)
{
    dc_step_subject(step, "rejoin/%s", request->stream);
    if (request->n_numbers != DC_PARTITIONS) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "numbers",
                             "%zu numbers were given; a stream has %d partitions",
                             request->n_numbers, DC_PARTITIONS);
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, &kernel_statements[KERNEL_POSITION_REJOIN], &rows, error,
                     dc_p_text(request->stream), dc_p_int64(request->epoch),
                     dc_p_int64s(request->numbers, request->n_numbers)));
    if (dc_rows_int64(rows, 0, 0) == 0) {
        return dc_fail_field(error, DC_NOT_FOUND, "stream", "the stream %s is not heard here",
                             request->stream);
    }
    response->partitions = (int32_t)dc_rows_int64(rows, 0, 1);
    response->events = dc_rows_int64(rows, 0, 2);
    wake_consumers(step->service);
    return DC_OK;
}

DC_HANDLER(get_lag, Kernel__LagRequest, Kernel__LagResponse)
{
    struct dc_service *service = step->service;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, &kernel_statements[KERNEL_POSITION_LOAD], &rows, error));
    size_t n = dc_rows_count(rows);
    response->lags = DC_NEW_ARRAY(step->arena, Kernel__Lag *, n);
    pthread_mutex_lock(&service->lag_mutex);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < service->lag_count; j++) {
            const struct dc_lag *known = &service->lags[j];
            if (known->partition != dc_rows_int64(rows, i, 1) ||
                !dc_text_equal(known->stream, dc_rows_text(rows, i, 0))) {
                continue;
            }
            Kernel__Lag *lag = DC_NEW_MESSAGE(step->arena, Kernel__Lag, kernel__lag__init);
            lag->stream = dc_arena_strdup(step->arena, known->stream);
            lag->partition = known->partition;
            lag->position = dc_rows_int64(rows, i, 3);
            lag->last = known->last > lag->position ? known->last : lag->position;
            lag->stopped = known->stopped;
            /* When another replica applies this partition, what is not applied is as old as the
             * last event applied, at most. */
            int64_t since = known->behind_since ? known->behind_since : dc_rows_time(rows, i, 4);
            lag->lag_ms = lag->last > lag->position && since > 0 && since < step->now
                              ? (step->now - since) / DC_MILLISECOND
                              : 0;
            response->lags[response->n_lags++] = lag;
        }
    }
    pthread_mutex_unlock(&service->lag_mutex);
    return DC_OK;
}

const struct dc_method dc_admin_methods[] = {
    {&kernel__admin_service__descriptor, "ListParked", DC_QUERY, list_parked, .internal = false},
    {&kernel__admin_service__descriptor, "Redrive", DC_COMMAND, redrive, .internal = false},
    {&kernel__admin_service__descriptor, "Rejoin", DC_COMMAND, rejoin, .internal = false},
    {&kernel__admin_service__descriptor, "GetLag", DC_QUERY, get_lag, .internal = false},
    {NULL, NULL, DC_QUERY, NULL, .internal = false},
};
