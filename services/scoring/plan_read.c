/*
 * plan_read.c - a plan version out of its message.
 */
#include "plan_read.h"

#include <stdlib.h>

#include "rule_read.h"

static int
by_indicator(const void *a, const void *b)
{
    const struct plan_item *left = a, *right = b;
    return (left->indicator_id > right->indicator_id) - (left->indicator_id < right->indicator_id);
}

static enum dc_code
read_items(const Goals__Plan *message, struct dc_arena *arena, struct plan_item *items,
           struct dc_error *error)
{
    for (size_t i = 0; i < message->n_items; i++) {
        const Goals__PlanItem *item = message->items[i];
        items[i].indicator_id = item->indicator_id;
        DC_TRY(rule_read(item, arena, &items[i].rule, error));
        bool veto = items[i].rule.kind == VETO_RULE;
        if (dc_decimal_parse(item->weight, &items[i].weight, NULL) != DC_OK ||
            dc_decimal_cmp(items[i].weight, DC_DECIMAL_INT(100)) > 0 ||
            (veto ? dc_decimal_sign(items[i].weight) != 0
                  : dc_decimal_sign(items[i].weight) <= 0)) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.items",
                                 "item %zu: 0 < weight <= 100, of a veto 0", i);
        }
    }
    qsort(items, message->n_items, sizeof(*items), by_indicator);
    return DC_OK;
}

enum dc_code
plan_read(const Goals__Plan *message, struct dc_arena *arena, struct plan *ret_plan,
          struct dc_error *error)
{
    static const Goals__PlanScope everybody = GOALS__PLAN_SCOPE__INIT;
    const Goals__PlanScope *scope = message->scope ? message->scope : &everybody;
    struct plan_item *items = DC_NEW_ARRAY(arena, struct plan_item, message->n_items + 1);
    struct plan plan = {.id = message->id,
                        .version = message->version,
                        .retired = message->retired,
                        .position = scope->position,
                        .unit_id = scope->unit_id,
                        .person_id = scope->person_id,
                        .missing =
                            message->missing_policy == GOALS__MISSING_POLICY__MISSING_POLICY_ZERO
                                ? RULE_ZERO
                                : RULE_DROP,
                        .total_decimals = message->total_decimals,
                        .name = message->name,
                        .items = items,
                        .item_count = message->n_items};
    if (dc_date_parse(message->effective_from, &plan.effective_from, NULL) != DC_OK) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.effective_from",
                             "a date such as 2026-10-01");
    }
    if (message->total_decimals < 0 || message->total_decimals > DC_DECIMAL_PLACES) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "plan.total_decimals", "0 to 6");
    }
    DC_TRY(read_items(message, arena, items, error));
    if (message->n_grades > 0) {
        DC_TRY(grade_table_read(message, arena, &plan.grades, error));
    }
    *ret_plan = plan;
    return DC_OK;
}
