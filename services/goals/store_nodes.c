/* Targets as they are shown, and the places of the organisation that own them. */
#include "store.h"

#include "cutting.h"
#include "goals_sql.h"

#define SQL(name) (&goals_statements[GOALS_##name])

static int64_t
tenant_of(const struct dc_step *step)
{
    return step->context->tenant_id;
}

/* --- places -------------------------------------------------------------------------------------
 */

enum dc_code
store_find_places(struct dc_step *step, dc_date day, struct store_place *places, size_t count,
                  struct dc_error *error)
{
    int64_t *kinds = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    int64_t *places_at = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        kinds[i] = places[i].kind;
        ids[i] = places[i].id;
        places_at[i] = (int64_t)i;
        places[i].found = false;
        places[i].above = 0;
        places[i].name = "";
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OWNER_PLACES), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_int64s(kinds, count), dc_p_int64s(ids, count), dc_p_date(day),
                     dc_p_int64s(places_at, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        struct store_place *place = &places[dc_rows_int64(rows, i, 0)];
        place->found = true;
        place->above = dc_rows_int64(rows, i, 1);
        place->name = dc_arena_strdup(step->arena, dc_rows_text(rows, i, 2));
    }
    return DC_OK;
}

enum dc_code
store_highest_unit(struct dc_step *step, dc_date day, const struct dc_access_reach *reach,
                   int64_t *ret_unit_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(HIGHEST_UNIT), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_bool(reach->all), dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count), dc_p_date(day)));
    *ret_unit_id = dc_rows_count(rows) ? dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

/* --- nodes --------------------------------------------------------------------------------------
 */

static char *
keep_value(struct dc_arena *arena, struct dc_decimal value, int decimals)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(arena, dc_decimal_format_fixed(value, decimals, text));
}

static char *
keep_column(struct dc_arena *arena, const struct dc_rows *rows, size_t row, int column,
            int decimals)
{
    if (dc_rows_is_null(rows, row, column)) {
        return (char *)protobuf_c_empty_string;
    }
    return keep_value(arena, dc_rows_decimal(rows, row, column), decimals);
}

static Goals__Target *
read_target(struct dc_arena *arena, const struct dc_rows *rows, size_t row, int decimals)
{
    Goals__Target *t = DC_NEW_MESSAGE(arena, Goals__Target, goals__target__init);
    t->id = dc_rows_int64(rows, row, 0);
    t->owner_kind = (Goals__OwnerKind)dc_rows_int64(rows, row, 1);
    t->owner_id = dc_rows_int64(rows, row, 2);
    t->indicator_id = dc_rows_int64(rows, row, 3);
    t->period = dc_arena_strdup(arena, dc_rows_text(rows, row, 4));
    if (t->id == 0) {
        return t;
    }
    t->parent_id = dc_rows_int64(rows, row, 5);
    t->version = dc_rows_int64(rows, row, 6);
    t->pinned = dc_rows_bool(rows, row, 7);
    t->value = keep_column(arena, rows, row, 9, decimals);
    t->floor = keep_column(arena, rows, row, 10, decimals);
    t->stretch = keep_column(arena, rows, row, 11, decimals);
    t->previous_value = keep_column(arena, rows, row, 12, decimals);
    return t;
}

/* The columns that tree_nodes, target_nodes and owner_nodes answer alike. */
static struct store_nodes
read_nodes(struct dc_arena *arena, const struct dc_rows *rows)
{
    struct store_nodes nodes = {.count = dc_rows_count(rows)};
    nodes.items = DC_NEW_ARRAY(arena, Goals__TargetNode *, nodes.count + 1);
    for (size_t i = 0; i < nodes.count; i++) {
        Goals__TargetNode *node =
            DC_NEW_MESSAGE(arena, Goals__TargetNode, goals__target_node__init);
        int decimals = (int)dc_rows_int64(rows, i, 16);
        bool additive = dc_rows_bool(rows, i, 17);
        node->target = read_target(arena, rows, i, decimals);
        node->over_assignment_allowed = dc_rows_bool(rows, i, 8);
        node->owner_name = dc_arena_strdup(arena, dc_rows_text(rows, i, 13));
        node->owner_code = dc_arena_strdup(arena, dc_rows_text(rows, i, 14));
        node->depth = (int32_t)dc_rows_int64(rows, i, 15);
        node->children = (int32_t)dc_rows_int64(rows, i, 18);
        if (node->children > 0 && additive) {
            struct dc_decimal sum = dc_rows_decimal(rows, i, 19);
            node->children_sum = keep_value(arena, sum, decimals);
            node->left_over =
                keep_value(arena, dc_decimal_sub(dc_rows_decimal(rows, i, 9), sum), decimals);
        }
        node->possible_children = (int32_t)dc_rows_int64(rows, i, 20);
        nodes.items[i] = node;
    }
    return nodes;
}

/* Segments of the nodes that are cut. */
static enum dc_code
add_segments(struct dc_step *step, struct store_nodes *nodes, const struct dc_rows *rows,
             struct dc_error *error)
{
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, nodes->count + 1);
    struct store_segments found;
    for (size_t i = 0; i < nodes->count; i++) {
        ids[i] = nodes->items[i]->target->id;
    }
    DC_TRY(store_segments(step, ids, nodes->count, &found, error));
    for (size_t i = 0; i < nodes->count && found.count > 0; i++) {
        Goals__Target *target = nodes->items[i]->target;
        const struct segment *segments = store_segments_of(&found, target->id, &target->n_segments);
        target->segments = cutting_message(step->arena, segments, target->n_segments,
                                           (int)dc_rows_int64(rows, i, 16));
    }
    return DC_OK;
}

enum dc_code
store_target_nodes(struct dc_step *step, dc_date day, const int64_t *target_ids, size_t count,
                   struct store_nodes *ret_nodes, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TARGET_NODES), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_date(day), dc_p_int64s(target_ids, count)));
    *ret_nodes = read_nodes(step->arena, rows);
    return add_segments(step, ret_nodes, rows, error);
}

enum dc_code
store_owner_nodes(struct dc_step *step, dc_date day, Goals__OwnerKind kind, int64_t owner_id,
                  const char *period, struct store_nodes *ret_nodes, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OWNER_NODES), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_date(day), dc_p_int64(kind), dc_p_int64(owner_id), dc_p_text(period)));
    *ret_nodes = read_nodes(step->arena, rows);
    return add_segments(step, ret_nodes, rows, error);
}

enum dc_code
store_tree_nodes(struct dc_step *step, dc_date day, int64_t indicator_id, const char *period,
                 int64_t unit_id, int levels, const struct dc_access_reach *reach, size_t limit,
                 struct store_nodes *ret_nodes, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TREE_NODES), &rows, error, dc_p_int64(tenant_of(step)),
                     dc_p_date(day), dc_p_int64(indicator_id), dc_p_text(period),
                     dc_p_int64(unit_id), dc_p_int64(levels), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count),
                     dc_p_int64(reach->self_person_id), dc_p_int64((int64_t)limit)));
    *ret_nodes = read_nodes(step->arena, rows);
    return add_segments(step, ret_nodes, rows, error);
}
