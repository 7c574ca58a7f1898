/* Plans and their versions as they are kept. */
#include "store.h"

#include "base/assert.h"

#include "goals_sql.h"

#define SQL(name) (&goals_statements[GOALS_##name])

static int64_t
tenant_of(const struct dc_step *step)
{
    return step->context->tenant_id;
}

enum dc_code
store_lock_plan(struct dc_step *step, int64_t plan_id, int64_t *ret_version, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOCK_PLAN), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(plan_id)));
    *ret_version = dc_rows_count(rows) ? dc_rows_int64(rows, 0, 1) : 0;
    return DC_OK;
}

enum dc_code
store_plan_by_code(struct dc_step *step, const char *code, int64_t *ret_plan_id,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(PLAN_BY_CODE), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_text(code)));
    *ret_plan_id = dc_rows_count(rows) ? dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

static char *
keep_number(struct dc_arena *arena, const struct dc_rows *rows, size_t row, int column)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(arena, dc_decimal_format(dc_rows_decimal(rows, row, column), text));
}

static Goals__PlanItem *
read_item(struct dc_arena *arena, const struct dc_rows *rows, size_t row)
{
    Goals__PlanItem *item = DC_NEW_MESSAGE(arena, Goals__PlanItem, goals__plan_item__init);
    char text[DC_DECIMAL_TEXT];
    item->indicator_id = dc_rows_int64(rows, row, 15);
    item->weight =
        dc_arena_strdup(arena, dc_decimal_format_fixed(dc_rows_decimal(rows, row, 16), 2, text));
    if (!dc_rows_is_null(rows, row, 23)) {
        struct dc_bytes body = dc_rows_bytes(rows, row, 23);
        const Goals__PlanItem *kept = (const Goals__PlanItem *)protobuf_c_message_unpack(
            &goals__plan_item__descriptor, dc_arena_allocator(arena), body.size, body.data);
        DC_ASSERT(kept);
        char *weight = item->weight;
        *item = *kept;
        item->weight = weight; /* the column is the one that is summed up */
        return item;
    }
    Goals__RatioRule *rule = DC_NEW_MESSAGE(arena, Goals__RatioRule, goals__ratio_rule__init);
    rule->full_marks = keep_number(arena, rows, row, 17);
    rule->lower = keep_number(arena, rows, row, 18);
    rule->cap = keep_number(arena, rows, row, 19);
    if (!dc_rows_is_null(rows, row, 20)) {
        rule->threshold = keep_number(arena, rows, row, 20);
    }
    rule->lower_is_better = (Goals__LowerIsBetter)dc_rows_int64(rows, row, 21);
    rule->decimals = (int32_t)dc_rows_int64(rows, row, 22);
    item->ratio = rule;
    return item;
}

static Goals__Plan *
read_plan(struct dc_arena *arena, const struct dc_rows *rows, size_t row)
{
    Goals__Plan *plan = DC_NEW_MESSAGE(arena, Goals__Plan, goals__plan__init);
    plan->id = dc_rows_int64(rows, row, 0);
    plan->version = dc_rows_int64(rows, row, 1);
    plan->code = dc_arena_strdup(arena, dc_rows_text(rows, row, 2));
    plan->name = dc_arena_strdup(arena, dc_rows_text(rows, row, 3));
    plan->scope = DC_NEW_MESSAGE(arena, Goals__PlanScope, goals__plan_scope__init);
    plan->scope->position = dc_arena_strdup(arena, dc_rows_text(rows, row, 4));
    plan->scope->unit_id = dc_rows_int64(rows, row, 5);
    plan->scope->person_id = dc_rows_int64(rows, row, 6);
    plan->missing_policy = (Goals__MissingPolicy)dc_rows_int64(rows, row, 7);
    plan->total_decimals = (int32_t)dc_rows_int64(rows, row, 8);
    plan->effective_from = dc_arena_alloc(arena, DC_DATE_TEXT);
    dc_date_format(dc_rows_date(rows, row, 9), plan->effective_from);
    plan->author = dc_arena_strdup(arena, dc_rows_text(rows, row, 10));
    plan->author_person_id = dc_rows_int64(rows, row, 11);
    plan->reason = dc_arena_strdup(arena, dc_rows_text(rows, row, 12));
    plan->changed_at_us = dc_rows_time(rows, row, 13);
    plan->retired = dc_rows_bool(rows, row, 14);
    if (!dc_rows_is_null(rows, row, 24)) {
        struct dc_bytes body = dc_rows_bytes(rows, row, 24);
        const Goals__Plan *grading = (const Goals__Plan *)protobuf_c_message_unpack(
            &goals__plan__descriptor, dc_arena_allocator(arena), body.size, body.data);
        DC_ASSERT(grading);
        plan->grades = grading->grades;
        plan->n_grades = grading->n_grades;
        plan->distribution = grading->distribution;
    }
    plan->items = DC_NEW_ARRAY(arena, Goals__PlanItem *, DEFINITION_ITEMS_MAX);
    return plan;
}

enum dc_code
store_plans(struct dc_step *step, int64_t plan_id, dc_date day, const struct dc_access_reach *reach,
            struct store_plans *ret_plans, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(PLAN_VERSIONS), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(plan_id), dc_p_date(day), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count),
                     dc_p_int64(reach->self_person_id)));
    struct dc_arena *arena = step->arena;
    struct store_plans plans = {.items = DC_NEW_ARRAY(arena, Goals__Plan *, dc_rows_count(rows))};
    Goals__Plan *plan = NULL;
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        if (!plan || plan->id != dc_rows_int64(rows, i, 0) ||
            plan->version != dc_rows_int64(rows, i, 1)) {
            plan = read_plan(arena, rows, i);
            plans.items[plans.count++] = plan;
        }
        plan->items[plan->n_items++] = read_item(arena, rows, i);
    }
    *ret_plans = plans;
    return DC_OK;
}

enum dc_code
store_plan_on(struct dc_step *step, int64_t plan_id, dc_date day, int64_t *ret_version,
              struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(PLAN_ON), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(plan_id), dc_p_date(day)));
    *ret_version = dc_rows_count(rows) ? dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

static int64_t *
indicators_of(struct dc_arena *arena, const Goals__Plan *plan)
{
    int64_t *indicators = DC_NEW_ARRAY(arena, int64_t, plan->n_items + 1);
    for (size_t i = 0; i < plan->n_items; i++) {
        indicators[i] = plan->items[i]->indicator_id;
    }
    return indicators;
}

enum dc_code
store_check_rivals(struct dc_step *step, const Goals__Plan *plan, dc_date effective_from,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(PLAN_RIVALS), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(plan->id), dc_p_text(plan->scope->position),
                     dc_p_int64(plan->scope->unit_id), dc_p_int64(plan->scope->person_id),
                     dc_p_date(effective_from),
                     dc_p_int64s(indicators_of(step->arena, plan), plan->n_items)));
    if (dc_rows_count(rows) == 0) {
        return DC_OK;
    }
    char since[DC_DATE_TEXT];
    dc_date_format(dc_rows_date(rows, 0, 2), since);
    for (size_t i = 0; i < plan->n_items; i++) {
        if (plan->items[i]->indicator_id == dc_rows_int64(rows, 0, 3)) {
            char field[DC_ERROR_FIELD_MAX];
            snprintf(field, sizeof field, "plan.items[%zu].indicator_id", i);
            return dc_fail_field(error, DC_FAILED_PRECONDITION, field,
                                 "the plan %s (%s) has the same scope and holds this indicator "
                                 "from %s on: one of them must not",
                                 dc_rows_text(rows, 0, 0), dc_rows_text(rows, 0, 1), since);
        }
    }
    return dc_fail(error, DC_FAILED_PRECONDITION, "another plan has the same scope");
}

/* Grade table and distribution alone, as one message; NULL of none. */
static struct dc_bytes
grading_of(struct dc_arena *arena, const Goals__Plan *plan)
{
    Goals__Plan grading = GOALS__PLAN__INIT;
    if (plan->n_grades == 0) {
        return (struct dc_bytes){0};
    }
    grading.grades = plan->grades;
    grading.n_grades = plan->n_grades;
    grading.distribution = plan->distribution;
    size_t size = goals__plan__get_packed_size(&grading);
    uint8_t *body = dc_arena_alloc(arena, size);
    goals__plan__pack(&grading, body);
    return (struct dc_bytes){body, size};
}

enum dc_code
store_save_plan(struct dc_step *step, Goals__Plan *plan, const struct definition_items *items,
                dc_date effective_from, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    size_t count = plan->n_items;
    int64_t *lower_is_better = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *decimals = DC_NEW_ARRAY(arena, int64_t, count + 1);
    struct dc_bytes *rules = DC_NEW_ARRAY(arena, struct dc_bytes, count + 1);
    for (size_t i = 0; i < count; i++) {
        const Goals__PlanItem *item = plan->items[i];
        if (item->ratio) {
            lower_is_better[i] = item->ratio->lower_is_better;
            decimals[i] = item->ratio->decimals;
            continue;
        }
        size_t size = goals__plan_item__get_packed_size(item);
        uint8_t *body = dc_arena_alloc(arena, size);
        goals__plan_item__pack(item, body);
        rules[i] = (struct dc_bytes){body, size};
    }
    plan->author = dc_arena_strdup(arena, store_author(step));
    plan->author_person_id = step->context->person_id;
    plan->changed_at_us = step->now;
    struct dc_bytes grading = grading_of(arena, plan);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SAVE_PLAN), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(plan->id), dc_p_text(plan->code), dc_p_text(plan->name),
                     dc_p_text(plan->scope->position), dc_p_int64(plan->scope->unit_id),
                     dc_p_int64(plan->scope->person_id), dc_p_int64(plan->missing_policy),
                     dc_p_int64(plan->total_decimals), dc_p_date(effective_from),
                     dc_p_text(plan->author), dc_p_int64(plan->author_person_id),
                     dc_p_text(plan->reason), dc_p_time(step->now), dc_p_bool(plan->retired),
                     dc_p_int64s(indicators_of(arena, plan), count),
                     dc_p_decimals(items->weight, count), dc_p_decimals(items->full_marks, count),
                     dc_p_decimals(items->lower, count), dc_p_decimals(items->cap, count),
                     dc_p_decimals(items->threshold, count), dc_p_int64s(lower_is_better, count),
                     dc_p_int64s(decimals, count), dc_p_bytes_array(rules, count),
                     grading.data ? dc_p_bytes(grading.data, grading.size) : dc_p_null()));
    plan->id = dc_rows_int64(rows, 0, 0);
    plan->version = dc_rows_int64(rows, 0, 1);
    return DC_OK;
}

enum dc_code
store_plan_reach(struct dc_step *step, int64_t plan_id, dc_date day, int64_t *ret_people,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(PLAN_REACH), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(plan_id), dc_p_date(day)));
    *ret_people = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}
