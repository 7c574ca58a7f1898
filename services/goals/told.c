/* Telling the values of measures that are made of no records. */
#include "told.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
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

/* Of one owner and period: `count` confirmed objectives with scores, maybe none. */
static void
add_okr(struct told *told, int64_t measure_id, const struct store_okr_owner *owner, int64_t version,
        const struct store_objective *found, size_t count)
{
    struct dc_arena *arena = told->step->arena;
    Goals__ActualTold *a = DC_NEW_MESSAGE(arena, Goals__ActualTold, goals__actual_told__init);
    Goals__OkrDetail *detail = DC_NEW_MESSAGE(arena, Goals__OkrDetail, goals__okr_detail__init);
    detail->objectives = DC_NEW_ARRAY(arena, Goals__Objective *, count + 1);
    detail->n_objectives = count;
    for (size_t i = 0; i < count; i++) {
        Goals__Objective *o = found[i].objective;
        o->description = (char *)"";
        a->entries += (int64_t)o->n_key_results;
        detail->objectives[i] = o;
    }
    struct dc_ratio result = objective_score_owner(detail->objectives, count);
    a->measure_id = measure_id;
    a->owner_kind = owner->kind;
    a->owner_id = owner->id;
    a->period = (char *)owner->period;
    a->numerator = decimal(arena, result.numerator);
    a->denominator = decimal(arena, result.denominator);
    a->version = version;
    a->okr = detail;
    told_add(told, a);
}

/* Whoever looks at one of them sees it move. */
static void
emit_changed(struct dc_step *step, const struct store_objectives *found)
{
    for (size_t i = 0; i < found->count; i++) {
        Goals__ObjectiveChanged event = GOALS__OBJECTIVE_CHANGED__INIT;
        event.objective = found->items[i].objective;
        dc_emit(step, step->context->tenant_id,
                dc_arena_printf(step->arena, "objective/%" PRId64, event.objective->id),
                &event.base);
    }
}

static enum dc_code
tell_results(struct dc_step *step, const struct store_okr_owner *owners, size_t count,
             const size_t *counts, const struct store_objectives *found, struct dc_error *error)
{
    int64_t measure_id, *versions;
    size_t first = 0;
    DC_TRY(store_measure_of(step, GOALS__MEASURE_OF__MEASURE_OF_OKR, &measure_id, error));
    if (measure_id == 0) {
        return DC_OK; /* nobody can be scored by it */
    }
    DC_TRY(store_okr_count_results(step, owners, count, &versions, error));
    struct told *told = told_new(step);
    for (size_t i = 0; i < count; i++) {
        add_okr(told, measure_id, &owners[i], versions[i], &found->items[first], counts[i]);
        first += counts[i];
    }
    told_end(told);
    return DC_OK;
}

static enum dc_code
tell_owners(struct dc_step *step, const struct store_okr_owner *owners, size_t count, bool changed,
            struct dc_error *error)
{
    const int64_t *ids;
    size_t *counts, total = 0;
    struct store_objectives found;
    DC_TRY(store_okr_confirmed(step, owners, count, &ids, &counts, error));
    for (size_t i = 0; i < count; i++) {
        total += counts[i];
    }
    DC_TRY(store_objectives(step, ids, total, &found, error));
    DC_ASSERT(found.count == total);
    for (size_t i = 0; i < found.count; i++) {
        objective_score_show(step->arena, found.items[i].objective);
    }
    DC_TRY(store_okr_keep_fed(step, &found, error));
    if (changed) {
        emit_changed(step, &found);
    }
    return tell_results(step, owners, count, counts, &found, error);
}

enum dc_code
told_okr(struct dc_step *step, Goals__OwnerKind kind, int64_t owner_id, const char *period,
         struct dc_error *error)
{
    const struct store_okr_owner owner = {.kind = kind, .id = owner_id, .period = period};
    return tell_owners(step, &owner, 1, false, error);
}

enum dc_code
told_okr_of_everybody(struct dc_step *step, struct dc_error *error)
{
    struct store_okr_owner *owners;
    size_t count;
    DC_TRY(store_okr_owners(step, &owners, &count, error));
    return tell_owners(step, owners, count, false, error);
}

enum dc_code
told_okr_fed(struct dc_step *step, const struct store_okr_owner *owners, size_t count,
             struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(store_okr_lock_owners(step, owners, count, error));
    return tell_owners(step, owners, count, true, error);
}
