/*
 * results.c - what the requests about results share: whose they are, and the tree of a period.
 */
#include "results.h"

#include "base/text.h"
#include "period.h"
#include "store.h"

#include <string.h>

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

enum { REASON_MOST = 500 };

const char *
results_author(const struct dc_step *step)
{
    return step->context->account[0] ? step->context->account : step->sender;
}

enum dc_code
results_check_reason(const char *reason, struct dc_error *error)
{
    size_t length = dc_utf8_length(reason, strlen(reason));
    bool plain = true;
    for (const unsigned char *at = (const unsigned char *)reason; *at; at++) {
        plain &= *at >= 0x20 && *at != 0x7f;
    }
    if (length < 1 || length > REASON_MOST || !plain) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "reason",
                             "say why: 1 to %d characters, without control characters",
                             REASON_MOST);
    }
    return DC_OK;
}

enum dc_code
results_limit(int32_t asked, int32_t usual, int32_t most, int64_t *ret_limit,
              struct dc_error *error)
{
    if (asked < 0 || asked > most) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d, not %d", most, asked);
    }
    *ret_limit = asked ? asked : usual;
    return DC_OK;
}

enum dc_code
results_hold(struct dc_step *step, const char *text, int64_t unit_id, struct results_tree *ret_tree,
             struct dc_error *error)
{
    struct dc_period period;
    struct results_tree tree = {0};
    dc_step_subject(step, "unit/%lld", (long long)unit_id);
    DC_TRY(dc_access_unit(step, DC_ROLE(SUPERVISOR), unit_id, error));
    if (!text[0]) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "period", "say which period: 2026Q4");
    }
    DC_TRY(period_of_request(step, text, &period, &tree.period, error));
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(LOCK_PERIOD), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_text(tree.period)));
    if (dc_rows_count(rows) == 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "period",
                             "%s has neither targets nor figures", tree.period);
    }
    DC_TRY(
        store_definitions(step, step->state, step->context->tenant_id, &tree.definitions, error));
    dc_date today = scoring_today(step);
    tree_build(&tree.tree, step->arena, tree.definitions->places, tree.definitions->place_count,
               period.last < today ? period.last : today);
    tree.root = tree_find(&tree.tree, unit_id);
    if (tree.root < 0) {
        return dc_fail_field(error, DC_NOT_FOUND, "unit_id", "there is no such unit");
    }
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, tree.tree.count + 1);
    for (size_t i = 0; i < tree.tree.count; i++) {
        if (tree_is_within(&tree.tree, (int32_t)i, tree.root)) {
            units[tree.unit_count++] = tree.tree.ids[i];
        }
    }
    tree.units = units;
    *ret_tree = tree;
    return DC_OK;
}
