/*
 * store_lineage.c - what lineage reads: plan versions, measures and targets as they were told, and
 * who.
 */
#include "views.h"
#include "store_rows.h"

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

/* A message as it was stored; NULL of none. */
static ProtobufCMessage *
message_at(struct dc_step *step, const struct dc_rows *rows, size_t row, int column,
           const ProtobufCMessageDescriptor *descriptor)
{
    struct dc_bytes body = dc_rows_bytes(rows, row, column);
    return body.data ? protobuf_c_message_unpack(descriptor, dc_arena_allocator(step->arena),
                                                 body.size, body.data)
                     : NULL;
}

static char *
amount_at(struct dc_step *step, const struct dc_rows *rows, size_t row, int column)
{
    char text[DC_DECIMAL_TEXT];
    if (dc_rows_is_null(rows, row, column)) {
        return (char *)"";
    }
    return dc_arena_strdup(step->arena,
                           dc_decimal_format(dc_rows_decimal(rows, row, column), text));
}

/* NULL: the owner has none. */
static Goals__Target *
target_at(struct dc_step *step, const struct dc_rows *rows, size_t row)
{
    if (dc_rows_is_null(rows, row, 3)) {
        return NULL;
    }
    Goals__Target *target = DC_NEW_MESSAGE(step->arena, Goals__Target, goals__target__init);
    target->id = dc_rows_int64(rows, row, 3);
    target->version = dc_rows_int64(rows, row, 4);
    target->value = amount_at(step, rows, row, 5);
    target->floor = amount_at(step, rows, row, 6);
    target->stretch = amount_at(step, rows, row, 7);
    target->parent_id = dc_rows_int64(rows, row, 8);
    target->pinned = dc_rows_bool(rows, row, 9);
    return target;
}

enum dc_code
view_lineages(struct dc_step *step, const char *period, int owner_kind, int64_t owner_id,
              const int64_t *measure_ids, const int64_t *indicator_ids, size_t count,
              struct lineage_view **ret_views, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_LINEAGE), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64(owner_kind), dc_p_int64(owner_id),
                     dc_p_int64s(measure_ids, count), dc_p_int64s(indicator_ids, count)));
    struct lineage_view *views = DC_NEW_ARRAY(step->arena, struct lineage_view, count + 1);
    for (size_t i = 0; i < count; i++) {
        views[i] = (struct lineage_view){
            .measure = (Goals__Measure *)message_at(step, rows, i, 0, &goals__measure__descriptor),
            .total_version = dc_rows_int64(rows, i, 1),
            .records = dc_rows_int64(rows, i, 2),
            .target = target_at(step, rows, i),
            .author = text_at(step, rows, i, 10),
            .reason = text_at(step, rows, i, 11),
            .effective_on = text_at(step, rows, i, 12),
            .at = dc_rows_is_null(rows, i, 13) ? 0 : dc_rows_time(rows, i, 13),
            .author_name = text_at(step, rows, i, 14),
            .told = (Goals__ActualTold *)message_at(step, rows, i, 15,
                                                    &goals__actual_told__descriptor)};
        if (views[i].target) {
            views[i].target->owner_kind = (Goals__OwnerKind)owner_kind;
            views[i].target->owner_id = owner_id;
            views[i].target->indicator_id = indicator_ids[i];
            views[i].target->period = dc_arena_strdup(step->arena, period);
        }
    }
    *ret_views = views;
    return DC_OK;
}

enum dc_code
view_plans(struct dc_step *step, const int64_t *plan_ids, const int64_t *versions, size_t count,
           struct plan_view **ret_views, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL, *names = NULL;
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_PLAN), &rows, error, tenant_of(step),
                     dc_p_int64s(plan_ids, count), dc_p_int64s(versions, count)));
    struct plan_view *views = DC_NEW_ARRAY(step->arena, struct plan_view, count + 1);
    int64_t *authors = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        views[i].plan = (Goals__Plan *)message_at(step, rows, i, 0, &goals__plan__descriptor);
        views[i].unit_name = text_at(step, rows, i, 1);
        authors[i] = views[i].plan ? views[i].plan->author_person_id : 0;
    }
    DC_TRY(dc_db_run(step->db, STATEMENT(READ_AUTHORS), &names, error, tenant_of(step),
                     dc_p_int64s(authors, count)));
    for (size_t i = 0; i < count; i++) {
        views[i].author_name = text_at(step, names, i, 0);
    }
    *ret_views = views;
    return DC_OK;
}
