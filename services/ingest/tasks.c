/* The delay ledger of workflow becomes records that measures are made of. */
#include <string.h>

#include "edge/wire_check.h"
#include "handlers.h"
#include "intake.h"
#include "task_record.h"

/* A batch of rows that are complete but for their paths; the batch has room for all of them. */
static enum dc_code
find_paths(struct dc_step *step, const struct task_record *records, size_t count,
           struct batch *batch, struct dc_error *error)
{
    int64_t *people = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *paths = DC_NEW_ARRAY(step->arena, int64_t, count);
    dc_date *days = DC_NEW_ARRAY(step->arena, dc_date, count);
    for (size_t i = 0; i < count; i++) {
        people[i] = records[i].row.person_id;
        units[i] = records[i].unit_id;
        days[i] = records[i].row.on;
    }
    DC_TRY(store_seat_paths(step, people, days, units, count, paths, error));
    for (size_t i = 0; i < count; i++) {
        if (paths[i] != 0) { /* somebody who was in no unit counts nowhere */
            batch->rows[batch->count] = records[i].row;
            batch->rows[batch->count++].path_id = paths[i];
        }
    }
    return DC_OK;
}

static enum dc_code
keep_shown(struct dc_step *step, const struct task_record *records, size_t count,
           struct dc_error *error)
{
    int64_t *tasks = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *seats = DC_NEW_ARRAY(step->arena, int64_t, count);
    struct dc_bytes *bodies = DC_NEW_ARRAY(step->arena, struct dc_bytes, count);
    for (size_t i = 0; i < count; i++) {
        uint8_t *data;
        tasks[i] = records[i].shown->task_id;
        seats[i] = records[i].shown->seat;
        dc_wire_pack(&records[i].shown->base, step->arena, &data, &bodies[i].size);
        bodies[i].data = data;
    }
    return store_seats(step, tasks, seats, bodies, count, error);
}

static enum dc_code
store(struct dc_step *step, struct batch *batch, struct dc_error *error)
{
    struct store_counts counts;
    if (batch->count == 0) {
        return DC_OK;
    }
    batch_settle(batch);
    DC_TRY(intake_store(step, TASK_SOURCE, 0, batch, &counts, error));
    dc_wake_on_commit(step, "count");
    return DC_OK;
}

static size_t
count_seats(Workflow__Task *const *tasks, size_t count)
{
    size_t seats = 0;
    for (size_t i = 0; i < count; i++) {
        seats += tasks[i]->n_seats;
    }
    return seats;
}

enum dc_code
ingest_keep_decided(struct dc_step *step, Workflow__Task *const *tasks, size_t count,
                    struct dc_error *error)
{
    size_t most = count_seats(tasks, count), found = 0;
    struct task_record *records = DC_NEW_ARRAY(step->arena, struct task_record, most);
    struct batch batch;
    for (size_t i = 0; i < count; i++) {
        struct task_record *of_task;
        size_t n = task_records(tasks[i], ingest_utc_offset(step), step->arena, &of_task);
        memcpy(records + found, of_task, n * sizeof(*records));
        found += n;
    }
    if (found == 0) {
        return DC_OK;
    }
    batch_init(&batch, step->arena, found, ingest_utc_offset(step));
    DC_TRY(find_paths(step, records, found, &batch, error));
    DC_TRY(keep_shown(step, records, found, error));
    return store(step, &batch, error);
}

enum dc_code
ingest_drop_withdrawn(struct dc_step *step, Workflow__Task *const *tasks, size_t count,
                      struct dc_error *error)
{
    struct batch batch;
    batch_init(&batch, step->arena, count_seats(tasks, count) + 1, ingest_utc_offset(step));
    for (size_t i = 0; i < count; i++) {
        if (tasks[i]->state != WORKFLOW__TASK_STATE__TASK_STATE_WITHDRAWN) {
            continue; /* what was decided before its cycle was cancelled took its time all the same
                       */
        }
        for (size_t s = 0; s < tasks[i]->n_seats; s++) {
            batch.rows[batch.count++] = (struct row){
                .key = task_record_key(tasks[i]->id, tasks[i]->seats[s]->number, step->arena),
                .deleted = true,
                .order_no = "",
                .customer = ""};
        }
    }
    return store(step, &batch, error);
}
