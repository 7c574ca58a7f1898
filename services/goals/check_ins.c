/*
 * check_ins.c - reminds owners of check-ins, by rows with a due time. A row says when an objective is
 * to be looked at again; reminder.c decides by what it is then. Row, event and what was told change in
 * one transaction, so each due day is told once, and late after an outage.
 */
#include <inttypes.h>

#include "goals.h"
#include "objective_score.h"
#include "reminder.h"
#include "store_okr.h"

#include <dacheng/goals/v1/check_in_events.pb-c.h>

enum { AT_ONCE = 500, EVENT_MOST = 200, BUCKETS = 16 };

static char *
day(struct dc_arena *arena, dc_date date)
{
    char text[DC_DATE_TEXT];
    dc_date_format(date, text);
    return dc_arena_strdup(arena, text);
}

static Goals__CheckInDue *
new_reminder(struct dc_arena *arena, const struct store_objective *found,
             const struct reminder *decided, bool to_manager, int64_t manager_id)
{
    const Goals__Objective *o = found->objective;
    Goals__CheckInDue *due = DC_NEW_MESSAGE(arena, Goals__CheckInDue, goals__check_in_due__init);
    bool person = o->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON;
    due->objective_id = o->id;
    due->title = o->title;
    due->period = o->period;
    due->owner_kind = o->owner_kind;
    due->owner_id = o->owner_id;
    due->owner_name = o->owner_name;
    due->due_on = day(arena, decided->due_on);
    due->since = day(arena, decided->since);
    due->key_results = decided->waiting;
    due->to_manager = to_manager;
    if (to_manager) {
        due->person_id = manager_id;
        due->lead_of_unit_id = manager_id ? 0 : found->owner.above;
    } else {
        due->person_id = person ? o->owner_id : 0;
        due->lead_of_unit_id = person ? 0 : o->owner_id;
    }
    return due;
}

/* At most so many in an event. */
static void
emit(struct dc_step *step, Goals__CheckInDue **reminders, size_t count)
{
    for (size_t at = 0; at < count; at += EVENT_MOST) {
        Goals__CheckInsDue event = GOALS__CHECK_INS_DUE__INIT;
        event.reminders = reminders + at;
        event.n_reminders = count - at < EVENT_MOST ? count - at : EVENT_MOST;
        dc_emit(step, step->context->tenant_id,
                dc_arena_printf(step->arena, "check_ins/%" PRId64,
                                reminders[at]->objective_id % BUCKETS),
                &event.base);
    }
}

static enum dc_code
remind(struct dc_step *step, const struct store_objectives *found, struct store_check_in *rows,
       struct dc_error *error)
{
    Goals__OkrSettings *settings;
    int64_t *managers;
    size_t count = 0;
    DC_TRY(store_okr_settings(step, &settings, error));
    DC_TRY(store_check_in_managers(step, found, &managers, error));
    Goals__CheckInDue **reminders =
        DC_NEW_ARRAY(step->arena, Goals__CheckInDue *, 2 * found->count + 1);
    for (size_t i = 0; i < found->count; i++) {
        const struct store_objective *one = &found->items[i];
        objective_score_show(step->arena, one->objective);
        struct reminder decided = reminder_decide(one->objective, settings, &rows[i].told,
                                                  step->now, DC_ACCESS_UTC_OFFSET);
        if (decided.owner) {
            reminders[count++] = new_reminder(step->arena, one, &decided, false, 0);
        }
        if (decided.manager && (managers[i] != 0 || one->owner.above != 0)) {
            reminders[count++] = new_reminder(step->arena, one, &decided, true, managers[i]);
        }
        rows[i].told = decided.told;
        rows[i].over = decided.over;
        rows[i].look_at = decided.look_at;
    }
    emit(step, reminders, count);
    return DC_OK;
}

static enum dc_code
look(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    struct store_check_in *rows;
    struct store_objectives found;
    size_t count;
    DC_TRY(store_check_in_look(step, AT_ONCE, &rows, &count, error));
    if (count == 0) {
        return DC_OK;
    }
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = rows[i].objective_id;
    }
    DC_TRY(store_objectives(step, ids, count, &found, error));
    DC_TRY(remind(step, &found, rows, error));
    *ret_more |= count == AT_ONCE;
    return store_check_in_next(step, rows, count, error);
}

enum dc_code
goals_check_ins(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    int64_t *tenants;
    size_t count;
    DC_TRY(dc_step_begin(step, 0, error));
    enum dc_code code = store_check_in_tenants(step, &tenants, &count, error);
    dc_step_rollback(step);
    return code == DC_OK ? dc_step_each_tenant(step, tenants, count, look, ret_more, error) : code;
}
