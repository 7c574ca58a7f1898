/* import_units.c - units from a table: one row a unit, parents by code, in any order. */
#include <string.h>

#include "base/assert.h"
#include "import.h"

enum { CODE, NAME, KIND, PARENT_CODE, VALID_FROM, VALID_TO };

const struct dc_csv_column import_unit_columns[] = {
    [CODE] = {{"code", "unit_code", "编码", "组织编码"}, true},
    [NAME] = {{"name", "unit_name", "名称", "组织名称"}, true},
    [KIND] = {{"kind", "类型", "组织类型"}, true},
    [PARENT_CODE] = {{"parent_code", "上级编码", "上级组织编码", "上级组织"}, true},
    [VALID_FROM] = {{"valid_from", "生效日期"}, false},
    [VALID_TO] = {{"valid_to", "失效日期"}, false},
};
const size_t import_unit_column_count =
    sizeof(import_unit_columns) / sizeof(import_unit_columns[0]);

static int
read_kind(const char *text)
{
    static const struct {
        const char *name;
        int kind;
    } kinds[] = {
        {"group", ORG__UNIT_KIND__UNIT_KIND_GROUP},
        {"集团", ORG__UNIT_KIND__UNIT_KIND_GROUP},
        {"company", ORG__UNIT_KIND__UNIT_KIND_COMPANY},
        {"公司", ORG__UNIT_KIND__UNIT_KIND_COMPANY},
        {"department", ORG__UNIT_KIND__UNIT_KIND_DEPARTMENT},
        {"部门", ORG__UNIT_KIND__UNIT_KIND_DEPARTMENT},
        {"team", ORG__UNIT_KIND__UNIT_KIND_TEAM},
        {"团队", ORG__UNIT_KIND__UNIT_KIND_TEAM},
        {"小组", ORG__UNIT_KIND__UNIT_KIND_TEAM},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcasecmp(text, kinds[i].name) == 0) {
            return kinds[i].kind;
        }
    }
    return 0;
}

/* A table being turned into changes of the tree. */
struct work {
    struct import_table *table;
    const struct org_tenant *tenant;
    struct org_tree tree;
    struct org_codes *lines;         /* code -> line of its row */
    struct org_codes *ids;           /* code -> id, stored or new */
    struct org_unit_change *changes; /* by row; id 0: rejected */
};

static void
reject_field(struct work *work, const struct import_row *row, const struct dc_error *fault)
{
    int column = import_column_of(work->table, fault->field);
    import_reject(work->table, row->line, column, column >= 0 ? row->cells[column] : "", fault);
}

/* The date where none is given: that of the state which the row repeats, else today. */
static dc_date
default_from(const struct work *work, const struct org_unit *stored,
             const struct org_unit_change *change)
{
    if (stored) {
        const struct org_unit_state *last = &stored->states[stored->state_count - 1];
        if (strcmp(last->name, change->name) == 0 && last->kind == change->kind &&
            last->parent_id == change->parent_id) {
            return last->from;
        }
    }
    return work->tenant->today;
}

static enum dc_code
read_row(struct work *work, const struct import_row *row, struct org_unit_change *change,
         struct dc_error *error)
{
    struct dc_arena *arena = work->table->step->arena;
    change->code = row->cells[CODE];
    change->name = row->cells[NAME];
    change->kind = read_kind(row->cells[KIND]);
    DC_TRY(org_check_text(change->code, 1, 40, "code", error));
    DC_TRY(org_check_text(change->name, 1, 100, "name", error));
    if (change->kind == 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "kind",
                             "must be group 集团, company 公司, department 部门 or team 团队");
    }
    int64_t line;
    if (!org_codes_add(work->lines, change->code, row->line)) {
        bool found = org_codes_find(work->lines, change->code, &line);
        DC_ASSERT(found);
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "code", "is there already, in line %lld",
                             (long long)line);
    }
    const char *parent = row->cells[PARENT_CODE];
    if (*parent && !org_codes_find(work->ids, parent, &change->parent_id)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "parent_code",
                             "there is no unit with this code, stored or in the file");
    }
    const struct org_unit *stored = org_tree_find_code(&work->tree, change->code);
    DC_TRY(org_read_date(import_date(arena, row->cells[VALID_FROM]),
                         default_from(work, stored, change), "valid_from", &change->from, error));
    return org_read_date(import_date(arena, row->cells[VALID_TO]), ORG_OPEN, "valid_to",
                         &change->ends, error);
}

/* Ids for codes that are not stored, in the order of the file, before parents are looked up. */
static enum dc_code
name_units(struct work *work, int64_t *ret_new, struct dc_error *error)
{
    struct import_table *table = work->table;
    int64_t *new_ids = DC_NEW_ARRAY(table->step->arena, int64_t, table->count);
    int64_t made = 0;
    for (size_t i = 0; i < work->tree.count; i++) {
        org_codes_add(work->ids, work->tree.units[i].code, work->tree.units[i].id);
    }
    for (size_t i = 0; i < table->count; i++) {
        made += org_codes_add(work->ids, table->rows[i].cells[CODE], -1 - made);
    }
    DC_TRY(org_store_unit_ids(table->step, (size_t)made, new_ids, error));
    for (size_t i = 0; i < table->count; i++) {
        int64_t id;
        const char *code = table->rows[i].cells[CODE];
        if (org_codes_find(work->ids, code, &id) && id < 0) {
            org_codes_remove(work->ids, code);
            org_codes_add(work->ids, code, new_ids[-1 - id]);
        }
    }
    *ret_new = made;
    return DC_OK;
}

static void
judge(struct work *work)
{
    struct import_table *table = work->table;
    struct org_problems problems = {.arena = table->step->arena};
    org_tree_check(&work->tree, &problems);
    for (size_t i = 0; i < problems.count; i++) {
        const struct org_problem *problem = &problems.items[i];
        const struct org_unit *unit = org_tree_find(&work->tree, problem->id);
        int column = import_column_of(table, problem->said.field);
        int64_t line;
        if (org_codes_find(work->lines, unit->code, &line)) {
            import_reject(table, line, column, "", &problem->said);
        } else {
            struct dc_error stored = problem->said;
            (void)dc_fail_context(&stored, "the stored unit %s would not be valid any more",
                                  unit->code);
            import_reject(table, 0, column, unit->code, &stored);
        }
    }
}

static void
count_units(const struct work *work, Org__ImportResponse *response)
{
    int64_t touched = 0;
    for (size_t i = 0; i < work->tree.count; i++) {
        const struct org_unit *unit = &work->tree.units[i];
        response->created += unit->changed && unit->version == 1;
        response->changed += unit->changed && unit->version > 1;
        touched += unit->changed;
    }
    response->unchanged = (int64_t)work->table->count - touched;
}

enum dc_code
import_units(struct import_table *table, const struct org_tenant *tenant, bool write,
             Org__ImportResponse *response, struct dc_error *error)
{
    struct dc_arena *arena = table->step->arena;
    struct work work = {
        .table = table,
        .tenant = tenant,
        .lines = org_codes_new(arena),
        .ids = org_codes_new(arena),
    };
    int64_t made = 0;
    DC_TRY(org_store_load_tree(table->step, &work.tree, error));
    DC_TRY(name_units(&work, &made, error));
    for (size_t i = 0; i < table->count; i++) {
        struct dc_error fault;
        struct org_unit_change change = {0};
        if (!org_codes_find(work.ids, table->rows[i].cells[CODE], &change.id) ||
            read_row(&work, &table->rows[i], &change, &fault) != DC_OK ||
            org_tree_put(&work.tree, &change, &fault) != DC_OK) {
            reject_field(&work, &table->rows[i], &fault);
        }
    }
    if (table->rejected == 0) {
        judge(&work);
    }
    if (table->rejected > 0) {
        return DC_OK;
    }
    count_units(&work, response);
    if (!write) {
        return DC_OK;
    }
    struct dc_error fault;
    enum dc_code code = org_tree_store(table->step, &work.tree, tenant->today, "import", &fault);
    if (code != DC_OK && error) {
        *error = fault;
    }
    return code;
}
