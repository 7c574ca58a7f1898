/* Decided seats become records. */
#include "task_record.h"

#include <inttypes.h>

#include "base/assert.h"

enum { HOUR = 3600 };

char *
task_record_key(int64_t task_id, int32_t seat, struct dc_arena *arena)
{
    return dc_arena_printf(arena, "task/%" PRId64 "/%d", task_id, seat);
}

/* From opening to decision, with two decimals; never negative. */
static struct dc_decimal
hours_of(const Workflow__Task *task, const Workflow__Seat *seat)
{
    int64_t opened = seat->opened_at_us ? seat->opened_at_us : task->opened_at_us;
    int64_t lay = seat->decided_at_us > opened ? seat->decided_at_us - opened : 0;
    struct dc_decimal hours = DC_DECIMAL_ZERO;
    enum dc_code code =
        dc_decimal_mul_div(DC_DECIMAL_INT(lay), DC_DECIMAL_INT(1),
                           DC_DECIMAL_INT((int64_t)HOUR * DC_SECOND), 2, &hours, NULL);
    DC_ASSERT(code == DC_OK);
    return hours;
}

/* That the seat was decided under; a workflow that does not tell it has one for the whole task. */
static int64_t
due_of(const Workflow__Task *task, const Workflow__Seat *seat)
{
    return seat->due_at_us ? seat->due_at_us : task->due_at_us;
}

/* It moved up the ladder, whoever it was handed to from there. */
static bool
is_escalated(const Workflow__Seat *seat)
{
    return seat->rung > 0 || seat->held_by == WORKFLOW__HELD_BY__HELD_BY_ESCALATION;
}

static Ingest__TaskRecord *
show(const Workflow__Task *task, const Workflow__Seat *seat, struct dc_decimal hours,
     struct dc_arena *arena)
{
    Ingest__TaskRecord *t = DC_NEW_MESSAGE(arena, Ingest__TaskRecord, ingest__task_record__init);
    char text[DC_DECIMAL_TEXT];
    t->task_id = task->id;
    t->seat = seat->number;
    t->cycle_id = task->cycle_id;
    t->cycle_name = task->cycle_name;
    t->definition = task->definition;
    t->stage = task->stage;
    t->stage_name = task->stage_name;
    t->stage_name_en = task->stage_name_en;
    t->subject_name = task->subject_name;
    t->opened_at_us = seat->opened_at_us ? seat->opened_at_us : task->opened_at_us;
    t->due_at_us = due_of(task, seat);
    t->decided_at_us = seat->decided_at_us;
    t->decided_by_id = seat->decided_by_id;
    t->decided_by_name = seat->decided_by_name;
    t->escalated = is_escalated(seat);
    t->on_time = !t->escalated && (t->due_at_us == 0 || seat->decided_at_us <= t->due_at_us);
    t->before_reminder = !t->escalated && !seat->reminded;
    t->hours = dc_arena_strdup(arena, dc_decimal_format_fixed(hours, 2, text));
    return t;
}

static int64_t
person_of(const Workflow__Seat *seat)
{
    if (is_escalated(seat)) {
        return seat->owner_id;
    }
    return seat->holder_id       ? seat->holder_id
           : seat->decided_by_id ? seat->decided_by_id
                                 : seat->owner_id;
}

static void
fill(const Workflow__Task *task, const Workflow__Seat *seat, int32_t utc_offset,
     struct dc_arena *arena, struct task_record *record)
{
    struct dc_decimal hours = hours_of(task, seat);
    record->shown = show(task, seat, hours, arena);
    record->unit_id = task->unit_id;
    struct row row = {.key = task_record_key(task->id, seat->number, arena),
                      .order_no = "",
                      .amount = DC_DECIMAL_INT(record->shown->on_time),
                      .collected = DC_DECIMAL_INT(record->shown->before_reminder),
                      .quantity = hours,
                      .customer = "",
                      .person_code = "",
                      .unit_code = "",
                      .person_id = person_of(seat),
                      .at = record->shown->due_at_us ? record->shown->due_at_us
                                                     : seat->decided_at_us};
    for (enum dimension d = 0; d < DIMENSION_COUNT; d++) {
        row.dimensions[d] = "";
    }
    row.dimensions[DIMENSION_STAGE] = task->stage;
    row.dimensions[DIMENSION_DEFINITION] = task->definition;
    row.dimensions[DIMENSION_KIND] = DIMENSION_TASK;
    row.on = dc_date_of(row.at, utc_offset);
    record->row = row;
}

size_t
task_records(const Workflow__Task *task, int32_t utc_offset, struct dc_arena *arena,
             struct task_record **ret_records)
{
    struct task_record *records = DC_NEW_ARRAY(arena, struct task_record, task->n_seats);
    size_t count = 0;
    for (size_t i = 0; i < task->n_seats; i++) {
        const Workflow__Seat *seat = task->seats[i];
        if (seat->state == WORKFLOW__SEAT_STATE__SEAT_STATE_DONE && seat->decided_at_us != 0 &&
            person_of(seat) != 0) {
            fill(task, seat, utc_offset, arena, &records[count++]);
        }
    }
    *ret_records = records;
    return count;
}
