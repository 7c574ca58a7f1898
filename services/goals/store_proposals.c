/* Proposals as they are kept. */
#include "store.h"

#include <inttypes.h>

#include "goals_sql.h"

#define SQL(name) (&goals_statements[GOALS_##name])

static int64_t
tenant_of(const struct dc_step *step)
{
    return step->context->tenant_id;
}

static char *
text(struct dc_arena *arena, const struct dc_rows *rows, size_t row, int column)
{
    return dc_arena_strdup(arena, dc_rows_text(rows, row, column));
}

static char *
number(struct dc_arena *arena, const struct dc_rows *rows, size_t row, int column, int decimals)
{
    char digits[DC_DECIMAL_TEXT];
    return dc_arena_strdup(
        arena, dc_decimal_format_fixed(dc_rows_decimal(rows, row, column), decimals, digits));
}

static Goals__Proposal *
read_proposal(struct dc_arena *arena, const struct dc_rows *rows, size_t i)
{
    Goals__Proposal *p = DC_NEW_MESSAGE(arena, Goals__Proposal, goals__proposal__init);
    int decimals = (int)dc_rows_int64(rows, i, 32);
    p->id = dc_rows_int64(rows, i, 0);
    p->target_id = dc_rows_int64(rows, i, 1);
    p->owner_kind = (Goals__OwnerKind)dc_rows_int64(rows, i, 2);
    p->owner_id = dc_rows_int64(rows, i, 3);
    p->owner_name = text(arena, rows, i, 4);
    p->unit_id = dc_rows_int64(rows, i, 5);
    p->unit_name = text(arena, rows, i, 6);
    p->indicator_id = dc_rows_int64(rows, i, 7);
    p->indicator_name = text(arena, rows, i, 8);
    p->unit_of_measure = text(arena, rows, i, 9);
    p->period = text(arena, rows, i, 10);
    p->old_value = number(arena, rows, i, 11, decimals);
    p->new_value = number(arena, rows, i, 12, decimals);
    p->raise_percent = number(arena, rows, i, 13, 2);
    p->reason = text(arena, rows, i, 14);
    p->effective_on = dc_arena_alloc(arena, DC_DATE_TEXT);
    dc_date_format(dc_rows_date(rows, i, 15), p->effective_on);
    p->policy = (Goals__AdjustPolicy)dc_rows_int64(rows, i, 16);
    p->lift_parent = dc_rows_bool(rows, i, 17);
    p->allow_over_assignment = dc_rows_bool(rows, i, 18);
    p->state = (Goals__ProposalState)dc_rows_int64(rows, i, 19);
    p->problem_zh = text(arena, rows, i, 20);
    p->problem_en = text(arena, rows, i, 21);
    p->author = text(arena, rows, i, 22);
    p->author_person_id = dc_rows_int64(rows, i, 23);
    p->author_name = text(arena, rows, i, 24);
    p->proposed_at_us = dc_rows_time(rows, i, 25);
    p->settled_at_us = dc_rows_is_null(rows, i, 26) ? 0 : dc_rows_time(rows, i, 26);
    p->decided_by_id = dc_rows_int64(rows, i, 27);
    p->decided_by_name = text(arena, rows, i, 28);
    p->decision_reason = text(arena, rows, i, 29);
    p->adjustment_id = dc_rows_int64(rows, i, 30);
    p->version = dc_rows_int64(rows, i, 31);
    p->link = dc_arena_printf(arena, "/goals?proposal=%" PRId64, p->id);
    return p;
}

enum dc_code
store_proposal(struct dc_step *step, int64_t id, Goals__Proposal **ret_proposal,
               struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOAD_PROPOSAL), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(id)));
    *ret_proposal = dc_rows_count(rows) > 0 ? read_proposal(step->arena, rows, 0) : NULL;
    return DC_OK;
}

enum dc_code
store_proposals(struct dc_step *step, const struct store_proposals_wanted *wanted, dc_date day,
                const struct dc_access_reach *reach, Goals__Proposal ***ret_proposals,
                size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_PROPOSALS), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_date(day), dc_p_int64(wanted->state), dc_p_int64(wanted->target_id),
                     dc_p_bool(reach->all), dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count),
                     dc_p_int64(reach->self_person_id), dc_p_int64(wanted->before),
                     dc_p_int64(wanted->limit)));
    size_t count = dc_rows_count(rows);
    Goals__Proposal **items = DC_NEW_ARRAY(step->arena, Goals__Proposal *, count + 1);
    for (size_t i = 0; i < count; i++) {
        items[i] = read_proposal(step->arena, rows, i);
    }
    *ret_proposals = items;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_add_proposal(struct dc_step *step, const struct store_proposal *p, int64_t *ret_id,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(ADD_PROPOSAL), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(p->target->id), dc_p_int64(p->target->owner_kind),
                     dc_p_int64(p->target->owner_id), dc_p_int64(p->unit_id),
                     dc_p_int64(p->target->indicator_id), dc_p_text(p->target->period),
                     dc_p_decimal(p->old_value), dc_p_decimal(p->new_value),
                     dc_p_decimal(p->raise_percent), dc_p_text(p->reason),
                     dc_p_date(p->effective_on), dc_p_int64(p->policy), dc_p_bool(p->lift_parent),
                     dc_p_bool(p->allow_over_assignment), dc_p_text(store_author(step)),
                     dc_p_int64(step->context->person_id), dc_p_time(step->now)));
    *ret_id = dc_rows_count(rows) > 0 ? dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

enum dc_code
store_lock_proposal(struct dc_step *step, int64_t id, Goals__ProposalState *ret_state,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOCK_PROPOSAL), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(id)));
    *ret_state = dc_rows_count(rows) > 0 ? (Goals__ProposalState)dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

enum dc_code
store_settle_proposal(struct dc_step *step, int64_t id, const struct store_settlement *s,
                      struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SETTLE_PROPOSAL), NULL, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(id), dc_p_int64(s->state), dc_p_time(step->now),
                     dc_p_int64(s->decided_by), dc_p_text(s->reason), dc_p_int64(s->adjustment_id),
                     dc_p_text(s->problem_zh), dc_p_text(s->problem_en));
}

enum dc_code
store_person_name(struct dc_step *step, int64_t person_id, const char **ret_name,
                  struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(PERSON_NAME), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64(person_id)));
    *ret_name = dc_rows_count(rows) > 0 ? text(step->arena, rows, 0, 0) : "";
    return DC_OK;
}
