/* Telling the values of measures that are made of no records. */
#include "told.h"

#include <inttypes.h>
#include <string.h>

#include "goals.h"
#include "objective_score.h"

enum { BUCKETS = 16, EVENT_BYTES = 512 * 1024, EVENT_ACTUALS = 1000 };

struct told {
    struct dc_step *step;
    struct bucket {
        Goals__ActualTold **actuals;
        size_t count, bytes;
    } buckets[BUCKETS];
};

struct told *
told_new(struct dc_step *step)
{
    struct told *told = DC_NEW(step->arena, struct told);
    told->step = step;
    return told;
}

static void
flush(struct told *told, size_t at)
{
    struct bucket *bucket = &told->buckets[at];
    if (bucket->count > 0) {
        Goals__ActualsTold event = GOALS__ACTUALS_TOLD__INIT;
        event.actuals = bucket->actuals;
        event.n_actuals = bucket->count;
        dc_emit(told->step, told->step->context->tenant_id,
                dc_arena_printf(told->step->arena, "told/%zu", at), &event.base);
        bucket->count = bucket->bytes = 0;
    }
}

void
told_add(struct told *told, Goals__ActualTold *actual)
{
    size_t at = (size_t)(actual->owner_id % BUCKETS);
    struct bucket *bucket = &told->buckets[at];
    size_t bytes = goals__actual_told__get_packed_size(actual);
    if (!bucket->actuals) {
        bucket->actuals = DC_NEW_ARRAY(told->step->arena, Goals__ActualTold *, EVENT_ACTUALS);
    }
    if (bucket->count == EVENT_ACTUALS || bucket->bytes + bytes > EVENT_BYTES) {
        flush(told, at);
    }
    bucket->actuals[bucket->count++] = actual;
    bucket->bytes += bytes;
}

void
told_end(struct told *told)
{
    for (size_t at = 0; at < BUCKETS; at++) {
        flush(told, at);
    }
}

/* --- OKR ----------------------------------------------------------------------------------------
 */

static char *
decimal(struct dc_arena *arena, struct dc_decimal value)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(arena, dc_decimal_format(value, text));
}

/* Of one owner and period: `count` confirmed objectives, maybe none. */
static enum dc_code
add_okr(struct told *told, int64_t measure_id, Goals__OwnerKind kind, int64_t owner_id,
        const char *period, const struct store_objective *found, size_t count,
        struct dc_error *error)
{
    struct dc_step *step = told->step;
    Goals__ActualTold *a = DC_NEW_MESSAGE(step->arena, Goals__ActualTold, goals__actual_told__init);
    Goals__OkrDetail *detail =
        DC_NEW_MESSAGE(step->arena, Goals__OkrDetail, goals__okr_detail__init);
    detail->objectives = DC_NEW_ARRAY(step->arena, Goals__Objective *, count + 1);
    detail->n_objectives = count;
    for (size_t i = 0; i < count; i++) {
        Goals__Objective *o = found[i].objective;
        objective_score_show(step->arena, o);
        o->description = (char *)"";
        a->entries += (int64_t)o->n_key_results;
        detail->objectives[i] = o;
    }
    struct dc_ratio result = objective_score_owner(detail->objectives, count);
    a->measure_id = measure_id;
    a->owner_kind = kind;
    a->owner_id = owner_id;
    a->period = (char *)period;
    a->numerator = decimal(step->arena, result.numerator);
    a->denominator = decimal(step->arena, result.denominator);
    a->okr = detail;
    DC_TRY(store_okr_count_result(step, kind, owner_id, period, &a->version, error));
    told_add(told, a);
    return DC_OK;
}

enum dc_code
told_okr(struct dc_step *step, Goals__OwnerKind kind, int64_t owner_id, const char *period,
         struct dc_error *error)
{
    int64_t measure_id;
    const int64_t *ids;
    size_t count;
    struct store_objectives found;
    DC_TRY(store_measure_of(step, GOALS__MEASURE_OF__MEASURE_OF_OKR, &measure_id, error));
    if (measure_id == 0) {
        return DC_OK;
    }
    DC_TRY(store_okr_confirmed(step, kind, owner_id, period, &ids, &count, error));
    DC_TRY(store_objectives(step, ids, count, &found, error));
    struct told *told = told_new(step);
    DC_TRY(add_okr(told, measure_id, kind, owner_id, period, found.items, found.count, error));
    told_end(told);
    return DC_OK;
}

static bool
is_same_owner(const Goals__Objective *a, const Goals__Objective *b)
{
    return a->owner_kind == b->owner_kind && a->owner_id == b->owner_id &&
           strcmp(a->period, b->period) == 0;
}

enum dc_code
told_okr_of_everybody(struct dc_step *step, int64_t measure_id, struct dc_error *error)
{
    const int64_t *ids;
    size_t count;
    struct store_objectives found;
    DC_TRY(store_okr_confirmed(step, 0, 0, "", &ids, &count, error));
    DC_TRY(store_objectives(step, ids, count, &found, error));
    struct told *told = told_new(step);
    for (size_t first = 0, next; first < found.count; first = next) {
        const Goals__Objective *o = found.items[first].objective;
        next = first + 1;
        while (next < found.count && is_same_owner(o, found.items[next].objective)) {
            next++;
        }
        DC_TRY(add_okr(told, measure_id, o->owner_kind, o->owner_id, o->period, &found.items[first],
                       next - first, error));
    }
    told_end(told);
    return DC_OK;
}
