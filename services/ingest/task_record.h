/*
 * task_record.h - the delay ledger as records that measures are made of: each seat of a task that
 * was decided is one. Pure.
 *
 * It belongs to the person on whom the seat lay: who held it (himself, his delegate, or whom it was
 * transferred to); to its owner when it was taken from him by escalation, and then it was not on
 * time, whenever the other one decided. It falls on the day on which the task was due (of one
 * without a deadline: was decided), so a month's tasks stay in that month however late they come.
 *
 * In `record` it keeps its numbers where a sale keeps others: on_time (1 or 0) as amount,
 * before_reminder (1 or 0) as collected, hours as quantity; stage and definition are its
 * dimensions.
 */
#ifndef DC_INGEST_TASK_RECORD_H
#define DC_INGEST_TASK_RECORD_H

#include <dacheng/ingest/v1/ingest.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>

#include "batch.h"

/* Where they come from; no source of a push or a file can be called so. */
#define TASK_SOURCE "#tasks"

struct task_record {
    struct row row; /* path_id and dims_id are not set */
    Ingest__TaskRecord *shown;
    int64_t unit_id; /* of what the task is about */
};

/* The decided seats of a task, in the arena; none of them is a person's: nothing. */
size_t task_records(const Workflow__Task *task, int32_t utc_offset, struct dc_arena *arena,
                    struct task_record **ret_records);
/* The key of a seat's record. */
char *task_record_key(int64_t task_id, int32_t seat, struct dc_arena *arena);

#endif
