/* Drafts as they are kept. */
#include "store.h"

#include "base/assert.h"
#include "goals_sql.h"
#include "store_rows.h"

#define SQL(name) (&goals_statements[GOALS_##name])

enum dc_code
store_lock_draft(struct dc_step *step, int64_t id, struct store_draft_row *ret_row,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LOCK_DRAFT), &rows, error, tenant_of(step), dc_p_int64(id)));
    struct store_draft_row row = {.found = dc_rows_count(rows) > 0, .author = ""};
    if (row.found) {
        row.state = (Goals__DraftState)dc_rows_int64(rows, 0, 0);
        row.version = dc_rows_int64(rows, 0, 1);
        row.author_person_id = dc_rows_int64(rows, 0, 2);
        row.author = text(step->arena, rows, 0, 3);
    }
    *ret_row = row;
    return DC_OK;
}

/* The changes alone: what else there is of a draft stands in columns. */
static struct dc_bytes
pack_changes(struct dc_arena *arena, const Goals__Draft *draft)
{
    Goals__Draft changes = GOALS__DRAFT__INIT;
    changes.plans = draft->plans;
    changes.n_plans = draft->n_plans;
    changes.targets = draft->targets;
    changes.n_targets = draft->n_targets;
    uint8_t *body = dc_arena_alloc(arena, goals__draft__get_packed_size(&changes) + 1);
    return (struct dc_bytes){body, goals__draft__pack(&changes, body)};
}

enum dc_code
store_save_draft(struct dc_step *step, Goals__Draft *draft, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    struct dc_bytes body = pack_changes(step->arena, draft);
    DC_TRY(dc_db_run(step->db, SQL(SAVE_DRAFT), &rows, error, tenant_of(step),
                     dc_p_int64(draft->id), dc_p_text(draft->name), dc_p_text(draft->period),
                     dc_p_text(draft->reason), dc_p_bytes(body.data, body.size),
                     dc_p_text(store_author(step)), dc_p_int64(step->context->person_id),
                     dc_p_time(step->now)));
    draft->id = dc_rows_int64(rows, 0, 0);
    draft->version = dc_rows_int64(rows, 0, 1);
    return DC_OK;
}

enum dc_code
store_discard_draft(struct dc_step *step, int64_t id, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(DISCARD_DRAFT), NULL, error, tenant_of(step), dc_p_int64(id));
}

enum dc_code
store_settle_draft(struct dc_step *step, int64_t id, const int64_t *adjustments, size_t count,
                   struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SETTLE_DRAFT), NULL, error, tenant_of(step), dc_p_int64(id),
                     dc_p_time(step->now), dc_p_int64s(adjustments, count));
}

static Goals__Draft *
read_draft(struct dc_arena *arena, const struct dc_rows *rows, size_t i)
{
    struct dc_bytes body = dc_rows_bytes(rows, i, 6);
    Goals__Draft *draft = (Goals__Draft *)protobuf_c_message_unpack(
        &goals__draft__descriptor, dc_arena_allocator(arena), body.size, body.data);
    DC_ASSERT(draft);
    draft->id = dc_rows_int64(rows, i, 0);
    draft->version = dc_rows_int64(rows, i, 1);
    draft->state = (Goals__DraftState)dc_rows_int64(rows, i, 2);
    draft->name = text(arena, rows, i, 3);
    draft->period = text(arena, rows, i, 4);
    draft->reason = text(arena, rows, i, 5);
    draft->author = text(arena, rows, i, 7);
    draft->author_person_id = dc_rows_int64(rows, i, 8);
    draft->author_name = text(arena, rows, i, 9);
    draft->changed_at_us = dc_rows_time(rows, i, 10);
    draft->carried_out_at_us = dc_rows_is_null(rows, i, 11) ? 0 : dc_rows_time(rows, i, 11);
    const int64_t *adjustments;
    draft->n_adjustment_ids = dc_rows_int64s(rows, i, 12, arena, &adjustments);
    draft->adjustment_ids = (int64_t *)adjustments;
    return draft;
}

enum dc_code
store_drafts(struct dc_step *step, int64_t id, int64_t before, const char *author, int64_t limit,
             Goals__Draft ***ret_drafts, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(LIST_DRAFTS), &rows, error, tenant_of(step), dc_p_int64(id),
                     dc_p_int64(before), dc_p_text(author), dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    Goals__Draft **drafts = DC_NEW_ARRAY(step->arena, Goals__Draft *, count + 1);
    for (size_t i = 0; i < count; i++) {
        drafts[i] = read_draft(step->arena, rows, i);
    }
    *ret_drafts = drafts;
    *ret_count = count;
    return DC_OK;
}
