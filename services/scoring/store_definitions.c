/*
 * store_definitions.c - measures, indicators, plans and the tree of a tenant, read into memory and
 * kept there until their edition changes.
 */
#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "rule_read.h"

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

enum { CACHE_TENANTS = 16 }; /* then the one not used for the longest time goes */

struct cached {
    int64_t tenant_id;
    struct dc_arena *arena;
    struct definitions *definitions;
    uint64_t used;
};
struct store_cache {
    struct cached tenants[CACHE_TENANTS];
    uint64_t clock;
};

struct store_cache *
store_cache_new(void)
{
    struct store_cache *cache = calloc(1, sizeof(*cache));
    DC_ASSERT(cache);
    return cache;
}

void
store_cache_free(struct store_cache *cache)
{
    for (size_t i = 0; cache && i < CACHE_TENANTS; i++) {
        dc_arena_free(cache->tenants[i].arena);
    }
    free(cache);
}

/* Read once, with the definitions. One that cannot be read has no data: goals refuses such. */
static enum dc_code
measure_at(const struct dc_rows *rows, size_t row, struct dc_arena *arena, struct dc_arena *scratch,
           struct measure *ret_measure, struct dc_error *error)
{
    static const struct formula_grammar grammar = {.result = FORMULA_NUMBER, .field = "formula"};
    struct dc_bytes body = dc_rows_bytes(rows, row, 2);
    const Goals__Measure *message = (const Goals__Measure *)protobuf_c_message_unpack(
        &goals__measure__descriptor, dc_arena_allocator(scratch), body.size, body.data);
    if (!message) {
        return dc_fail(error, DC_INTERNAL, "a stored measure cannot be read");
    }
    int64_t kind = dc_rows_int64(rows, row, 1);
    struct measure measure = {.id = dc_rows_int64(rows, row, 0),
                              .code = dc_arena_strdup(arena, message->code),
                              .name = dc_arena_strdup(arena, message->name)};
    measure.adds_up = (kind == GOALS__MEASURE_KIND__MEASURE_KIND_SUM ||
                       kind == GOALS__MEASURE_KIND__MEASURE_KIND_COUNT);
    measure.zero_without_records =
        measure.adds_up || kind == GOALS__MEASURE_KIND__MEASURE_KIND_DISTINCT;
    if (message->of == GOALS__MEASURE_OF__MEASURE_OF_FORMULA &&
        formula_parse(arena, message->formula, &grammar, &measure.formula, NULL, NULL) != DC_OK) {
        measure.formula = NULL;
    }
    *ret_measure = measure;
    return DC_OK;
}

static enum dc_code
load_measures(struct dc_step *step, struct dc_arena *arena, struct dc_param tenant,
              struct definitions *definitions, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOAD_MEASURES), &rows, error, tenant));
    size_t count = dc_rows_count(rows);
    struct measure *measures = DC_NEW_ARRAY(arena, struct measure, count + 1);
    for (size_t i = 0; i < count; i++) {
        DC_TRY(measure_at(rows, i, arena, step->arena, &measures[i], error));
    }
    definitions->measures = measures;
    definitions->measure_count = count;
    definitions_link(definitions, arena);
    return DC_OK;
}

static enum dc_code
load_indicators(struct dc_step *step, struct dc_arena *arena, struct dc_param tenant,
                struct definitions *definitions, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOAD_INDICATORS), &rows, error, tenant));
    size_t count = dc_rows_count(rows);
    struct indicator *indicators = DC_NEW_ARRAY(arena, struct indicator, count + 1);
    for (size_t i = 0; i < count; i++) {
        indicators[i] = (struct indicator){
            .id = dc_rows_int64(rows, i, 0),
            .measure_id = dc_rows_int64(rows, i, 1),
            .lower_is_better = dc_rows_int64(rows, i, 2) == GOALS__DIRECTION__DIRECTION_LOWER,
            .primary = dc_rows_bool(rows, i, 3),
            .retired = dc_rows_bool(rows, i, 4),
            .decimals = (int)dc_rows_int64(rows, i, 5),
            .name = dc_arena_strdup(arena, dc_rows_text(rows, i, 6)),
            .name_en = dc_arena_strdup(arena, dc_rows_text(rows, i, 7)),
            .unit_of_measure = dc_arena_strdup(arena, dc_rows_text(rows, i, 8)),
            .additive = dc_rows_bool(rows, i, 9)};
    }
    definitions->indicators = indicators;
    definitions->indicator_count = count;
    return DC_OK;
}

/* A ratio stands in columns, every other rule as its message. */
static enum dc_code
plan_item_at(const struct dc_rows *rows, size_t row, struct dc_arena *arena,
             struct dc_arena *scratch, struct plan_item *ret_item, struct dc_error *error)
{
    ret_item->indicator_id = dc_rows_int64(rows, row, 2);
    ret_item->weight = dc_rows_decimal(rows, row, 3);
    if (!dc_rows_is_null(rows, row, 10)) {
        struct dc_bytes body = dc_rows_bytes(rows, row, 10);
        const Goals__PlanItem *message = (const Goals__PlanItem *)protobuf_c_message_unpack(
            &goals__plan_item__descriptor, dc_arena_allocator(scratch), body.size, body.data);
        if (!message) {
            return dc_fail(error, DC_INTERNAL, "a stored rule cannot be read");
        }
        return rule_read(message, arena, &ret_item->rule, error);
    }
    ret_item->rule = (struct rule){
        .kind = RATIO_RULE,
        .decimals = (int)dc_rows_int64(rows, row, 9),
        .ratio = {.full_marks = dc_rows_decimal(rows, row, 4),
                  .lower = dc_rows_decimal(rows, row, 5),
                  .cap = dc_rows_decimal(rows, row, 6),
                  .has_threshold = !dc_rows_is_null(rows, row, 7),
                  .threshold = dc_rows_decimal(rows, row, 7),
                  .lower_better = dc_rows_int64(rows, row, 8) ==
                                          GOALS__LOWER_IS_BETTER__LOWER_IS_BETTER_QUOTIENT
                                      ? QUOTIENT_INVERSE
                                      : QUOTIENT_DIFFERENCE}};
    return DC_OK;
}

/* A plan without grades is not read again as a message. */
static enum dc_code
grades_at(const struct dc_rows *rows, size_t row, struct dc_arena *arena, struct dc_arena *scratch,
          struct grade_table *ret_table, struct dc_error *error)
{
    if (dc_rows_is_null(rows, row, 10)) {
        return DC_OK;
    }
    struct dc_bytes body = dc_rows_bytes(rows, row, 10);
    const Goals__Plan *plan = (const Goals__Plan *)protobuf_c_message_unpack(
        &goals__plan__descriptor, dc_arena_allocator(scratch), body.size, body.data);
    if (!plan) {
        return dc_fail(error, DC_INTERNAL, "a stored plan cannot be read");
    }
    return grade_table_read(plan, arena, ret_table, error);
}

static enum dc_code
load_plans(struct dc_step *step, struct dc_arena *arena, struct dc_param tenant,
           struct definitions *definitions, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_AUTO(dc_rows) struct dc_rows *items = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOAD_PLANS), &rows, error, tenant));
    DC_TRY(dc_db_run(step->db, STATEMENT(LOAD_PLAN_ITEMS), &items, error, tenant));
    size_t count = dc_rows_count(rows), item_count = dc_rows_count(items), next = 0;
    struct plan *plans = DC_NEW_ARRAY(arena, struct plan, count + 1);
    struct plan_item *all = DC_NEW_ARRAY(arena, struct plan_item, item_count + 1);
    for (size_t i = 0; i < count; i++) {
        plans[i] = (struct plan){.id = dc_rows_int64(rows, i, 0),
                                 .version = dc_rows_int64(rows, i, 1),
                                 .effective_from = dc_rows_date(rows, i, 2),
                                 .retired = dc_rows_bool(rows, i, 3),
                                 .position = dc_arena_strdup(arena, dc_rows_text(rows, i, 4)),
                                 .unit_id = dc_rows_int64(rows, i, 5),
                                 .person_id = dc_rows_int64(rows, i, 6),
                                 .missing = dc_rows_int64(rows, i, 7) ==
                                                    GOALS__MISSING_POLICY__MISSING_POLICY_ZERO
                                                ? RULE_ZERO
                                                : RULE_DROP,
                                 .total_decimals = (int)dc_rows_int64(rows, i, 8),
                                 .name = dc_arena_strdup(arena, dc_rows_text(rows, i, 9)),
                                 .items = &all[next]};
        DC_TRY(grades_at(rows, i, arena, step->arena, &plans[i].grades, error));
        /* A version that was stored between the two readings may be missing in the first. */
        while (next < item_count && (dc_rows_int64(items, next, 0) < plans[i].id ||
                                     (dc_rows_int64(items, next, 0) == plans[i].id &&
                                      dc_rows_int64(items, next, 1) < plans[i].version))) {
            next++;
        }
        plans[i].items = &all[next];
        while (next < item_count && dc_rows_int64(items, next, 0) == plans[i].id &&
               dc_rows_int64(items, next, 1) == plans[i].version) {
            DC_TRY(plan_item_at(items, next, arena, step->arena, &all[next], error));
            plans[i].item_count++;
            next++;
        }
    }
    definitions->plans = plans;
    definitions->plan_count = count;
    return DC_OK;
}

static enum dc_code
load_places(struct dc_step *step, struct dc_arena *arena, struct dc_param tenant,
            struct definitions *definitions, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOAD_PLACES), &rows, error, tenant));
    size_t count = dc_rows_count(rows);
    struct tree_place *places = DC_NEW_ARRAY(arena, struct tree_place, count + 1);
    for (size_t i = 0; i < count; i++) {
        places[i] = (struct tree_place){.unit_id = dc_rows_int64(rows, i, 0),
                                        .parent_id = dc_rows_int64(rows, i, 1),
                                        .from_day = dc_rows_date(rows, i, 2),
                                        .closed = !dc_rows_is_null(rows, i, 3),
                                        .closed_on = dc_rows_date(rows, i, 3)};
    }
    definitions->places = places;
    definitions->place_count = count;
    return DC_OK;
}

/* The tenant's slot, or the one that was not used for the longest time. */
static struct cached *
slot_of(struct store_cache *cache, int64_t tenant_id)
{
    struct cached *slot = &cache->tenants[0];
    for (size_t i = 0; i < CACHE_TENANTS; i++) {
        if (cache->tenants[i].definitions && cache->tenants[i].tenant_id == tenant_id) {
            return &cache->tenants[i];
        }
        if (cache->tenants[i].used < slot->used) {
            slot = &cache->tenants[i];
        }
    }
    return slot;
}

enum dc_code
store_definitions(struct dc_step *step, struct store_cache *cache, int64_t tenant_id,
                  const struct definitions **ret_definitions, struct dc_error *error)
{
    struct dc_param tenant = dc_p_int64(tenant_id);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    /* The edition is read before what it counts: what follows is of this edition or newer. */
    DC_TRY(dc_db_run(step->db, STATEMENT(LOAD_EDITION), &rows, error, tenant));
    int64_t edition = dc_rows_count(rows) > 0 ? dc_rows_int64(rows, 0, 0) : 0;
    struct cached *slot = slot_of(cache, tenant_id);
    slot->used = ++cache->clock;
    if (slot->definitions && slot->tenant_id == tenant_id &&
        slot->definitions->edition == edition) {
        *ret_definitions = slot->definitions;
        return DC_OK;
    }
    DC_AUTO(dc_arena) struct dc_arena *arena = dc_arena_new(0);
    struct definitions *definitions = DC_NEW(arena, struct definitions);
    definitions->edition = edition;
    DC_TRY(load_measures(step, arena, tenant, definitions, error));
    DC_TRY(load_indicators(step, arena, tenant, definitions, error));
    DC_TRY(load_plans(step, arena, tenant, definitions, error));
    DC_TRY(load_places(step, arena, tenant, definitions, error));
    dc_arena_free(slot->arena);
    *slot = (struct cached){tenant_id, DC_TAKE(arena), definitions, cache->clock};
    *ret_definitions = definitions;
    return DC_OK;
}
