/* store.c - tenants and units in the database. */
#include "store.h"

#include <org_sql.h>
#include <string.h>

#include "base/assert.h"

const char *
org_keep(struct dc_step *step, const struct dc_rows *rows, size_t row, int column)
{
    return dc_arena_strdup(step->arena, dc_rows_text(rows, row, column));
}

/* --- tenants ------------------------------------------------------------------------------- */
enum dc_code
org_store_find_tenant(struct dc_step *step, const char *code, struct org_tenant *ret_tenant,
                      struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(FIND_TENANT), &rows, error, dc_p_text(code)));
    if (dc_rows_count(rows) == 0) {
        return dc_fail(error, DC_NOT_FOUND, "there is no tenant \"%.40s\"", code);
    }
    *ret_tenant = (struct org_tenant){
        .id = dc_rows_int64(rows, 0, 0),
        .name = org_keep(step, rows, 0, 1),
        .time_zone = org_keep(step, rows, 0, 2),
        .root_unit_id = dc_rows_int64(rows, 0, 3),
    };
    return DC_OK;
}

static enum dc_code
read_tenant(struct dc_step *step, const struct dc_statement *statement, int64_t tenant_id,
            struct org_tenant *ret_tenant, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(
        dc_db_run(step->db, statement, &rows, error, dc_p_int64(tenant_id), dc_p_time(step->now)));
    if (dc_rows_count(rows) == 0) {
        return dc_fail(error, DC_NOT_FOUND, "there is no such tenant");
    }
    *ret_tenant = (struct org_tenant){
        .id = tenant_id,
        .name = org_keep(step, rows, 0, 0),
        .time_zone = org_keep(step, rows, 0, 1),
        .root_unit_id = dc_rows_int64(rows, 0, 2),
        .today = dc_rows_date(rows, 0, 3),
        .told_day = dc_rows_date(rows, 0, 4),
    };
    return DC_OK;
}

enum dc_code
org_store_load_tenant(struct dc_step *step, int64_t tenant_id, struct org_tenant *ret_tenant,
                      struct dc_error *error)
{
    return read_tenant(step, ORG_SQL(LOAD_TENANT), tenant_id, ret_tenant, error);
}

enum dc_code
org_store_lock_tenant(struct dc_step *step, int64_t tenant_id, struct org_tenant *ret_tenant,
                      struct dc_error *error)
{
    return read_tenant(step, ORG_SQL(LOCK_TENANT), tenant_id, ret_tenant, error);
}

enum dc_code
org_store_lock_code(struct dc_step *step, const char *code, struct dc_error *error)
{
    return dc_db_run(step->db, ORG_SQL(LOCK_TENANT_CODES), NULL, error, dc_p_text(code));
}

enum dc_code
org_store_create_tenant(struct dc_step *step, const char *code, const char *name,
                        const char *time_zone, struct org_tenant *ret_tenant,
                        struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *zone = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(CHECK_TIME_ZONE), &zone, error, dc_p_text(time_zone),
                     dc_p_time(step->now)));
    if (dc_rows_count(zone) == 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "time_zone",
                             "is not a time zone that is known; \"Asia/Shanghai\" is one");
    }
    DC_AUTO(dc_rows) struct dc_rows *ids = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(NEXT_TENANT_ID), &ids, error));
    struct org_tenant tenant = {
        .id = dc_rows_int64(ids, 0, 0),
        .name = name,
        .time_zone = time_zone,
        .root_unit_id = dc_rows_int64(ids, 0, 1),
        .today = dc_rows_date(zone, 0, 0),
        .told_day = dc_rows_date(zone, 0, 0),
    };
    DC_TRY(dc_db_set_tenant(step->db, tenant.id, error));
    DC_TRY(dc_db_run(step->db, ORG_SQL(CREATE_TENANT), NULL, error, dc_p_int64(tenant.id),
                     dc_p_text(code), dc_p_text(name), dc_p_text(time_zone),
                     dc_p_int64(tenant.root_unit_id), dc_p_date(tenant.today),
                     dc_p_time(step->now)));
    *ret_tenant = tenant;
    return DC_OK;
}

enum dc_code
org_store_list_tenants(struct dc_step *step, const int64_t **ret_ids, size_t *ret_count,
                       struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(LIST_TENANTS), &rows, error));
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_ids = ids;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
org_store_tell_day(struct dc_step *step, const struct org_tenant *tenant, struct dc_error *error)
{
    return dc_db_run(step->db, ORG_SQL(TELL_TENANT_DAY), NULL, error, dc_p_int64(tenant->id),
                     dc_p_date(tenant->today));
}

/* --- units --------------------------------------------------------------------------------- */
static enum dc_code
take_ids(struct dc_step *step, const struct dc_statement *statement, size_t count, int64_t *ret_ids,
         struct dc_error *error)
{
    if (count == 0) {
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, statement, &rows, error, dc_p_int64((int64_t)count)));
    DC_ASSERT(dc_rows_count(rows) == count);
    for (size_t i = 0; i < count; i++) {
        ret_ids[i] = dc_rows_int64(rows, i, 0);
    }
    return DC_OK;
}

enum dc_code
org_store_unit_ids(struct dc_step *step, size_t count, int64_t *ret_ids, struct dc_error *error)
{
    return take_ids(step, ORG_SQL(NEXT_UNIT_IDS), count, ret_ids, error);
}

enum dc_code
org_store_person_ids(struct dc_step *step, size_t count, int64_t *ret_ids, struct dc_error *error)
{
    return take_ids(step, ORG_SQL(NEXT_PERSON_IDS), count, ret_ids, error);
}

enum dc_code
org_store_load_tree(struct dc_step *step, struct org_tree *ret_tree, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(LOAD_UNITS), &rows, error,
                     dc_p_int64(step->context->tenant_id)));
    org_tree_init(ret_tree, step->arena);
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        struct org_unit_state state = {
            .from = dc_rows_date(rows, i, 4),
            .name = org_keep(step, rows, i, 5),
            .kind = (int)dc_rows_int64(rows, i, 6),
            .parent_id = dc_rows_int64(rows, i, 7),
        };
        org_tree_load(ret_tree, dc_rows_int64(rows, i, 0), org_keep(step, rows, i, 1),
                      dc_rows_date(rows, i, 2), dc_rows_int64(rows, i, 3), &state);
    }
    return DC_OK;
}

/* The columns of the units and of the states to be written. */
struct unit_columns {
    int64_t *ids, *versions;
    const char **codes;
    dc_date *starts, *ends, *changed_from;
    size_t count;
    int64_t *state_ids, *kinds, *parents;
    const char **names;
    dc_date *from;
    size_t state_count;
};

static struct unit_columns
columns_of_tree(struct dc_arena *arena, const struct org_tree *tree)
{
    size_t states = 0;
    for (size_t i = 0; i < tree->count; i++) {
        states += tree->units[i].changed ? tree->units[i].state_count : 0;
    }
    struct unit_columns c = {
        .ids = DC_NEW_ARRAY(arena, int64_t, tree->count),
        .versions = DC_NEW_ARRAY(arena, int64_t, tree->count),
        .codes = DC_NEW_ARRAY(arena, const char *, tree->count),
        .starts = DC_NEW_ARRAY(arena, dc_date, tree->count),
        .ends = DC_NEW_ARRAY(arena, dc_date, tree->count),
        .changed_from = DC_NEW_ARRAY(arena, dc_date, tree->count),
        .state_ids = DC_NEW_ARRAY(arena, int64_t, states),
        .kinds = DC_NEW_ARRAY(arena, int64_t, states),
        .parents = DC_NEW_ARRAY(arena, int64_t, states),
        .names = DC_NEW_ARRAY(arena, const char *, states),
        .from = DC_NEW_ARRAY(arena, dc_date, states),
    };
    for (size_t i = 0; i < tree->count; i++) {
        const struct org_unit *unit = &tree->units[i];
        if (!unit->changed) {
            continue;
        }
        c.ids[c.count] = unit->id;
        c.versions[c.count] = unit->version;
        c.codes[c.count] = unit->code;
        c.starts[c.count] = unit->states[0].from;
        c.ends[c.count] = unit->ends;
        c.changed_from[c.count++] = unit->changed_from;
        for (size_t s = 0; s < unit->state_count; s++) {
            if (unit->states[s].from < unit->changed_from) {
                continue;
            }
            c.state_ids[c.state_count] = unit->id;
            c.kinds[c.state_count] = unit->states[s].kind;
            c.parents[c.state_count] = unit->states[s].parent_id;
            c.names[c.state_count] = unit->states[s].name;
            c.from[c.state_count++] = unit->states[s].from;
        }
    }
    return c;
}

enum dc_code
org_store_save_tree(struct dc_step *step, const struct org_tree *tree, struct dc_error *error)
{
    struct unit_columns c = columns_of_tree(step->arena, tree);
    struct dc_param tenant = dc_p_int64(step->context->tenant_id);
    struct dc_param ids = dc_p_int64s(c.ids, c.count);
    if (c.count == 0) {
        return DC_OK;
    }
    DC_TRY(dc_db_run(step->db, ORG_SQL(SAVE_UNITS), NULL, error, tenant, ids,
                     dc_p_texts(c.codes, c.count), dc_p_dates(c.starts, c.count),
                     dc_p_dates(c.ends, c.count), dc_p_int64s(c.versions, c.count)));
    DC_TRY(dc_db_run(step->db, ORG_SQL(DELETE_UNIT_STATES), NULL, error, tenant, ids,
                     dc_p_dates(c.changed_from, c.count)));
    DC_TRY(dc_db_run(step->db, ORG_SQL(SAVE_UNIT_STATES), NULL, error, tenant,
                     dc_p_int64s(c.state_ids, c.state_count), dc_p_dates(c.from, c.state_count),
                     dc_p_texts(c.names, c.state_count), dc_p_int64s(c.kinds, c.state_count),
                     dc_p_int64s(c.parents, c.state_count)));
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(POSTS_BEYOND_UNIT), &rows, error, tenant, ids));
    if (dc_rows_count(rows) > 0) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "valid_to",
                             "the unit %s would not exist on all days of a post in it (of person "
                             "%s, from %s)",
                             dc_rows_text(rows, 0, 1), dc_rows_text(rows, 0, 2),
                             org_write_date(step->arena, dc_rows_date(rows, 0, 3)));
    }
    return DC_OK;
}

/* Columns unit_id, code, name, kind, parent_id, valid_from, ends, version. */
static Org__Unit *
read_unit(struct dc_step *step, const struct dc_rows *rows, size_t row)
{
    Org__Unit *unit = DC_NEW_MESSAGE(step->arena, Org__Unit, org__unit__init);
    unit->id = dc_rows_int64(rows, row, 0);
    unit->code = (char *)org_keep(step, rows, row, 1);
    unit->name = (char *)org_keep(step, rows, row, 2);
    unit->kind = (Org__UnitKind)dc_rows_int64(rows, row, 3);
    unit->parent_id = dc_rows_int64(rows, row, 4);
    unit->valid_from = (char *)org_write_date(step->arena, dc_rows_date(rows, row, 5));
    unit->valid_to = (char *)org_write_date(step->arena, dc_rows_date(rows, row, 6));
    unit->version = dc_rows_int64(rows, row, 7);
    return unit;
}

enum dc_code
org_store_get_tree(struct dc_step *step, dc_date day, const struct dc_access_reach *reach,
                   Org__GetTreeResponse *response, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(GET_TREE), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_date(day), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count),
                     dc_p_int64(step->context->person_id)));
    size_t count = dc_rows_count(rows);
    response->nodes = DC_NEW_ARRAY(step->arena, Org__TreeNode *, count);
    response->n_nodes = count;
    for (size_t i = 0; i < count; i++) {
        Org__TreeNode *node = DC_NEW_MESSAGE(step->arena, Org__TreeNode, org__tree_node__init);
        node->unit = read_unit(step, rows, i);
        node->depth = (int32_t)dc_rows_int64(rows, i, 8);
        node->people = (int32_t)dc_rows_int64(rows, i, 9);
        node->people_below = (int32_t)dc_rows_int64(rows, i, 10);
        node->head_person_id = dc_rows_int64(rows, i, 11);
        node->head_name = (char *)org_keep(step, rows, i, 12);
        response->nodes[i] = node;
    }
    return DC_OK;
}

enum dc_code
org_store_units_beginning(struct dc_step *step, const struct org_tenant *tenant,
                          Org__Unit ***ret_units, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(UNITS_BEGINNING), &rows, error, dc_p_int64(tenant->id),
                     dc_p_date(tenant->told_day), dc_p_date(tenant->today)));
    size_t count = dc_rows_count(rows);
    Org__Unit **units = DC_NEW_ARRAY(step->arena, Org__Unit *, count);
    for (size_t i = 0; i < count; i++) {
        units[i] = read_unit(step, rows, i);
    }
    *ret_units = units;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
org_store_spans(struct dc_step *step, const int64_t *unit_ids, size_t count,
                struct org_span **ret_spans, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(UNITS_SPANS), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64s(unit_ids, count)));
    size_t found = dc_rows_count(rows);
    struct org_span *spans = DC_NEW_ARRAY(step->arena, struct org_span, found);
    for (size_t i = 0; i < found; i++) {
        spans[i] = (struct org_span){
            .unit_id = dc_rows_int64(rows, i, 0),
            .code = org_keep(step, rows, i, 1),
            .starts = dc_rows_date(rows, i, 2),
            .ends = dc_rows_date(rows, i, 3),
        };
    }
    *ret_spans = spans;
    *ret_count = found;
    return DC_OK;
}

enum dc_code
org_store_units_of_codes(struct dc_step *step, const char *const *codes, size_t count,
                         struct org_codes *found, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(UNITS_OF_CODES), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_texts(codes, count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        org_codes_add(found, org_keep(step, rows, i, 1), dc_rows_int64(rows, i, 0));
    }
    return DC_OK;
}

enum dc_code
org_store_unit_kind(struct dc_step *step, int64_t unit_id, dc_date day, int *ret_kind,
                    struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, ORG_SQL(UNIT_KINDS), &rows, error,
                     dc_p_int64(step->context->tenant_id), dc_p_int64s(&unit_id, 1),
                     dc_p_date(day)));
    *ret_kind = dc_rows_count(rows) > 0 ? (int)dc_rows_int64(rows, 0, 1) : 0;
    return DC_OK;
}
