/* import_people.c - people from a table: one row a post, managers and units by code. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/words.h"
#include "import.h"

enum {
    CODE,
    NAME,
    EMAIL,
    MOBILE,
    UNIT_CODE,
    POSITION,
    MANAGER_CODE,
    EMPLOYED_FROM,
    EMPLOYED_TO,
    SHARE,
    POST_FROM,
    POST_TO,
    LANGUAGE,
};

const struct dc_csv_column import_person_columns[] = {
    [CODE] = {{"code", "person_code", "工号", "员工编号"}, true},
    [NAME] = {{"name", "姓名"}, true},
    [EMAIL] = {{"email", "邮箱", "电子邮箱", "电子邮件"}, false},
    [MOBILE] = {{"mobile", "手机", "手机号", "手机号码"}, false},
    [UNIT_CODE] = {{"unit_code", "组织编码", "部门编码", "所属组织编码"}, true},
    [POSITION] = {{"position", "岗位", "岗位编码"}, true},
    [MANAGER_CODE] = {{"manager_code", "直接上级", "上级工号", "直接上级工号"}, false},
    [EMPLOYED_FROM] = {{"employed_from", "入职日期"}, true},
    [EMPLOYED_TO] = {{"employed_to", "离职日期"}, false},
    [SHARE] = {{"share", "占比", "任职比例", "兼职比例"}, false},
    [POST_FROM] = {{"post_from", "任职开始日期", "任职开始", "任岗日期"}, false},
    [POST_TO] = {{"post_to", "任职结束日期", "任职结束"}, false},
    [LANGUAGE] = {{"language", "语言"}, false},
};
const size_t import_person_column_count =
    sizeof(import_person_columns) / sizeof(import_person_columns[0]);

/* A person of the file: his rows (one a post) and what is stored of him. */
struct entry {
    const struct import_row **rows;
    size_t row_count;
    struct org_person *stored; /* NULL: new */
    struct org_person person;  /* as he will be */
    bool rejected;
};

struct work {
    struct import_table *table;
    const struct org_tenant *tenant;
    struct entry *entries;
    size_t count;
    struct org_codes *by_code;  /* code -> index of entry */
    struct org_codes *units;    /* code -> id */
    struct org_codes *managers; /* code -> id, stored people */
};

static void
reject(struct work *work, struct entry *entry, const struct import_row *row,
       const struct dc_error *fault)
{
    int column = import_column_of(work->table, fault->field);
    entry->rejected = true;
    import_reject(work->table, row->line, column, column >= 0 ? row->cells[column] : "", fault);
}

/* --- gathering ----------------------------------------------------------------------------- */
static void
group_rows(struct work *work)
{
    struct import_table *table = work->table;
    struct dc_arena *arena = table->step->arena;
    size_t *of = DC_NEW_ARRAY(arena, size_t, table->count);
    work->entries = DC_NEW_ARRAY(arena, struct entry, table->count);
    for (size_t i = 0; i < table->count; i++) {
        int64_t at = (int64_t)work->count;
        if (org_codes_add(work->by_code, table->rows[i].cells[CODE], at)) {
            work->count++;
        } else {
            bool found = org_codes_find(work->by_code, table->rows[i].cells[CODE], &at);
            DC_ASSERT(found);
        }
        of[i] = (size_t)at;
        work->entries[at].row_count++;
    }
    for (size_t i = 0; i < work->count; i++) {
        work->entries[i].rows =
            DC_NEW_ARRAY(arena, const struct import_row *, work->entries[i].row_count);
        work->entries[i].row_count = 0;
    }
    for (size_t i = 0; i < table->count; i++) {
        struct entry *entry = &work->entries[of[i]];
        entry->rows[entry->row_count++] = &table->rows[i];
    }
}

/* Three sets are asked for: the units named, the people named, the managers named. */
static enum dc_code
load_named(struct work *work, struct dc_error *error)
{
    struct import_table *table = work->table;
    struct dc_step *step = table->step;
    const char **units = DC_NEW_ARRAY(step->arena, const char *, table->count);
    const char **people = DC_NEW_ARRAY(step->arena, const char *, table->count * 2);
    for (size_t i = 0; i < table->count; i++) {
        units[i] = table->rows[i].cells[UNIT_CODE];
        people[i] = table->rows[i].cells[CODE];
        people[table->count + i] = table->rows[i].cells[MANAGER_CODE];
    }
    DC_TRY(org_store_units_of_codes(step, units, table->count, work->units, error));
    DC_TRY(org_store_people_of_codes(step, people, table->count * 2, work->managers, error));
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, work->count);
    size_t known = 0, loaded = 0;
    for (size_t i = 0; i < work->count; i++) {
        known += org_codes_find(work->managers, work->entries[i].rows[0]->cells[CODE], &ids[known]);
    }
    struct org_person *stored = NULL;
    DC_TRY(org_store_load_people(step, ids, known, &stored, &loaded, error));
    for (size_t i = 0; i < loaded; i++) {
        int64_t at;
        bool found = org_codes_find(work->by_code, stored[i].code, &at);
        DC_ASSERT(found);
        work->entries[at].stored = &stored[i];
    }
    int64_t *new_ids = DC_NEW_ARRAY(step->arena, int64_t, work->count);
    DC_TRY(org_store_person_ids(step, work->count - loaded, new_ids, error));
    for (size_t i = 0, made = 0; i < work->count; i++) {
        struct entry *entry = &work->entries[i];
        entry->person.id = entry->stored ? entry->stored->id : new_ids[made++];
    }
    return DC_OK;
}

/* --- one person ---------------------------------------------------------------------------- */
/* Where the file has no such column, what is stored stays. */
static const char *
cell_or(const struct work *work, const struct import_row *row, int column, const char *stored)
{
    return work->table->at[column] >= 0 ? row->cells[column] : stored ? stored : "";
}

/* Further rows of a person may leave his own columns empty, or must say the same. */
static enum dc_code
check_agreement(const struct entry *entry, size_t i, struct dc_error *error)
{
    static const int own[] = {NAME,          EMAIL,    MOBILE,     MANAGER_CODE,
                              EMPLOYED_FROM, LANGUAGE, EMPLOYED_TO};
    for (size_t c = 0; c < sizeof(own) / sizeof(own[0]); c++) {
        const char *first = entry->rows[0]->cells[own[c]], *here = entry->rows[i]->cells[own[c]];
        if (*here && strcmp(first, here) != 0) {
            return dc_fail_field(error, DC_INVALID_ARGUMENT, import_person_columns[own[c]].names[0],
                                 "differs from this person's first row, in line %lld",
                                 (long long)entry->rows[0]->line);
        }
    }
    return DC_OK;
}

static enum dc_code
find_manager(const struct work *work, const struct import_row *row, const struct entry *entry,
             int64_t *ret_id, struct dc_error *error)
{
    const char *code = row->cells[MANAGER_CODE];
    int64_t at;
    if (work->table->at[MANAGER_CODE] < 0) {
        *ret_id = entry->stored ? entry->stored->manager_id : 0;
    } else if (*code == '\0') {
        *ret_id = 0;
    } else if (org_codes_find(work->by_code, code, &at)) {
        *ret_id = work->entries[at].person.id;
    } else if (!org_codes_find(work->managers, code, ret_id)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "manager_code",
                             "there is no person with this code, stored or in the file");
    }
    return DC_OK;
}

/* A post whose row gives no date: the stored post that it repeats keeps its own; a new person's
 * begins with the employment; a change begins today. */
static dc_date
default_from(const struct work *work, const struct entry *entry, const struct org_post *post)
{
    if (!entry->stored) {
        return entry->person.employed_from;
    }
    for (size_t i = entry->stored->post_count; i > 0; i--) {
        const struct org_post *old = &entry->stored->posts[i - 1];
        if (old->unit_id == post->unit_id && strcmp(old->position, post->position) == 0) {
            return old->from;
        }
    }
    return work->tenant->today;
}

static enum dc_code
read_post(const struct work *work, const struct entry *entry, const struct import_row *row,
          struct org_post *ret_post, struct dc_error *error)
{
    struct dc_arena *arena = work->table->step->arena;
    struct org_post post = {.position = row->cells[POSITION], .share = DC_DECIMAL_INT(1)};
    if (!org_codes_find(work->units, row->cells[UNIT_CODE], &post.unit_id)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "unit_code",
                             *row->cells[UNIT_CODE] ? DC_WORDS("there is no unit with this code")
                                                    : DC_WORDS("is empty"));
    }
    DC_TRY(org_check_text(post.position, 1, 40, "position", error));
    if (*row->cells[SHARE] &&
        (dc_decimal_parse(row->cells[SHARE], &post.share, NULL) != DC_OK ||
         dc_decimal_sign(post.share) <= 0 || dc_decimal_cmp(post.share, DC_DECIMAL_INT(1)) > 0)) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "share",
                             "must be a number above 0 and at most 1");
    }
    DC_TRY(org_read_date(import_date(arena, row->cells[POST_FROM]),
                         default_from(work, entry, &post), "post_from", &post.from, error));
    DC_TRY(org_read_date(import_date(arena, row->cells[POST_TO]), ORG_OPEN, "post_to", &post.to,
                         error));
    *ret_post = post;
    return DC_OK;
}

/* The rows state the posts from their earliest date on; what was before stays, and ends then. */
static enum dc_code
read_posts(struct work *work, struct entry *entry, const struct import_row **ret_row,
           struct dc_error *error)
{
    size_t kept = 0, old_count = entry->stored ? entry->stored->post_count : 0;
    struct org_post *posts =
        DC_NEW_ARRAY(work->table->step->arena, struct org_post, old_count + entry->row_count);
    struct org_post *stated = posts + old_count;
    dc_date earliest = ORG_OPEN;
    for (size_t i = 0; i < entry->row_count; i++) {
        *ret_row = entry->rows[i];
        DC_TRY(check_agreement(entry, i, error));
        DC_TRY(read_post(work, entry, entry->rows[i], &stated[i], error));
        earliest = stated[i].from < earliest ? stated[i].from : earliest;
    }
    *ret_row = entry->rows[0];
    for (size_t i = 0; i < old_count; i++) {
        const struct org_post *old = &entry->stored->posts[i];
        if (old->from < earliest) {
            posts[kept] = *old;
            posts[kept].to = old->to < earliest ? old->to : earliest;
            kept++;
        }
    }
    org_posts_mark_main(stated, entry->row_count);
    memmove(posts + kept, stated, entry->row_count * sizeof(*posts));
    entry->person.posts = posts;
    entry->person.post_count = kept + entry->row_count;
    if (entry->person.post_count > ORG_POSTS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "posts", "at most %d are allowed",
                             ORG_POSTS_MAX);
    }
    return DC_OK;
}

/* The person's own columns go through the same reading as a message's. */
static enum dc_code
read_person(struct work *work, struct entry *entry, const struct import_row **ret_row,
            struct dc_error *error)
{
    struct dc_arena *arena = work->table->step->arena;
    const struct import_row *row = entry->rows[0];
    const struct org_person *stored = entry->stored;
    const char *left = stored ? org_write_date(arena, stored->employed_to) : "";
    int64_t id = entry->person.id;
    *ret_row = row;
    Org__Person message = ORG__PERSON__INIT;
    message.code = (char *)row->cells[CODE];
    message.name = (char *)row->cells[NAME];
    message.email = (char *)cell_or(work, row, EMAIL, stored ? stored->email : NULL);
    message.mobile = (char *)cell_or(work, row, MOBILE, stored ? stored->mobile : NULL);
    message.language = (char *)cell_or(work, row, LANGUAGE, stored ? stored->language : NULL);
    message.employed_from = (char *)import_date(arena, row->cells[EMPLOYED_FROM]);
    message.employed_to = (char *)import_date(arena, cell_or(work, row, EMPLOYED_TO, left));
    DC_TRY(org_person_read(arena, &message, &entry->person, error));
    entry->person.id = id;
    entry->person.version = stored ? stored->version : 0;
    DC_TRY(find_manager(work, row, entry, &entry->person.manager_id, error));
    DC_TRY(read_posts(work, entry, ret_row, error));
    return org_person_settle(&entry->person, error);
}

/* --- the set ------------------------------------------------------------------------------- */
struct line_of {
    int64_t id;
    int64_t line;
};

static int
compare_lines(const void *a, const void *b)
{
    const struct line_of *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void
reject_problems(struct work *work, const struct org_problems *problems)
{
    struct line_of *lines = DC_NEW_ARRAY(work->table->step->arena, struct line_of, work->count);
    for (size_t i = 0; i < work->count; i++) {
        lines[i] = (struct line_of){work->entries[i].person.id, work->entries[i].rows[0]->line};
    }
    qsort(lines, work->count, sizeof(*lines), compare_lines);
    for (size_t i = 0; i < problems->count; i++) {
        const struct org_problem *problem = &problems->items[i];
        struct line_of key = {problem->id, 0};
        const struct line_of *line =
            bsearch(&key, lines, work->count, sizeof(*lines), compare_lines);
        import_reject(work->table, line ? line->line : 0,
                      import_column_of(work->table, problem->said.field), "", &problem->said);
    }
}

enum dc_code
import_people(struct import_table *table, const struct org_tenant *tenant, bool write,
              Org__ImportResponse *response, struct dc_error *error)
{
    struct dc_step *step = table->step;
    struct work work = {
        .table = table,
        .tenant = tenant,
        .by_code = org_codes_new(step->arena),
        .units = org_codes_new(step->arena),
        .managers = org_codes_new(step->arena),
    };
    group_rows(&work);
    DC_TRY(load_named(&work, error));
    struct org_person *changed = DC_NEW_ARRAY(step->arena, struct org_person, work.count);
    size_t count = 0;
    int64_t created = 0;
    for (size_t i = 0; i < work.count; i++) {
        struct entry *entry = &work.entries[i];
        const struct import_row *row = NULL;
        struct dc_error fault;
        if (read_person(&work, entry, &row, &fault) != DC_OK) {
            reject(&work, entry, row, &fault);
        } else if (!entry->stored || !org_person_equal(entry->stored, &entry->person)) {
            changed[count++] = entry->person;
            created += entry->stored == NULL;
        }
    }
    struct org_problems problems = {.arena = step->arena};
    if (count > 0) {
        DC_TRY(
            org_people_put(step, changed, count, &problems, write && table->rejected == 0, error));
        reject_problems(&work, &problems);
    }
    if (table->rejected > 0) {
        return DC_OK;
    }
    response->created = created;
    response->changed = (int64_t)count - created;
    response->unchanged = (int64_t)(work.count - count);
    if (write) {
        org_emit_people(step, changed, count, "import");
    }
    return DC_OK;
}
