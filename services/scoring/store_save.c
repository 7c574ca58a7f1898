/*
 * store_save.c - writing what a pass changed: schemes, people, units; in sets of bounded size.
 */
#include "store.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

#include <scoring_sql.h>

#define STATEMENT(name) (&scoring_statements[SCORING_##name])

enum { SET_PEOPLE = 20000, SET_UNITS = 2000 };

static void
add_int64(struct dc_text *text, int64_t value)
{
    char digits[24];
    char *at = digits + sizeof(digits);
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        *--at = '-';
    }
    dc_text_append(text, at, (size_t)(digits + sizeof(digits) - at));
}

static void
add_decimal(struct dc_text *text, struct dc_decimal value)
{
    char number[DC_DECIMAL_TEXT];
    dc_text_add(text, dc_decimal_format(value, number));
}

/* --- schemes -------------------------------------------------------------------------------------
 */

/* One column of a scheme's items as the text of an array. */
static const char *
scheme_column(struct dc_arena *arena, const struct scheme *scheme, int column)
{
    DC_AUTO_TEXT struct dc_text text = DC_TEXT_INIT;
    dc_text_add(&text, "{");
    for (size_t i = 0; i < scheme->count; i++) {
        const struct scheme_item *item = &scheme->items[i];
        dc_text_add(&text, i > 0 ? "," : "");
        switch (column) {
        case 0:
            add_int64(&text, item->indicator->id);
            break;
        case 1:
            add_decimal(&text, item->item->weight);
            break;
        case 2:
            add_int64(&text, item->plan->id);
            break;
        default:
            add_int64(&text, item->plan->version);
        }
    }
    dc_text_add(&text, "}");
    return dc_arena_strdup(arena, dc_text_cstr(&text));
}

/* Codes are quoted: they may hold anything but control characters. */
static void
add_quoted(struct dc_text *text, const char *value)
{
    dc_text_add(text, "\"");
    for (; *value; value++) {
        dc_text_append(text, "\\", *value == '"' || *value == '\\');
        dc_text_append(text, value, 1);
    }
    dc_text_add(text, "\"");
}

/* The grade table of a scheme as the texts of two arrays. */
static void
grade_columns(struct dc_arena *arena, const struct scheme *scheme, const char **ret_codes,
              const char **ret_coefficients)
{
    DC_AUTO_TEXT struct dc_text codes = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text coefficients = DC_TEXT_INIT;
    const struct grade_table none = {0};
    const struct grade_table *table = scheme->graded_by ? &scheme->graded_by->grades : &none;
    dc_text_add(&codes, "{");
    dc_text_add(&coefficients, "{");
    for (size_t i = 0; i < table->count; i++) {
        dc_text_append(&codes, ",", i > 0);
        dc_text_append(&coefficients, ",", i > 0);
        add_quoted(&codes, table->rows[i].code);
        add_decimal(&coefficients, table->rows[i].coefficient);
    }
    dc_text_add(&codes, "}");
    dc_text_add(&coefficients, "}");
    *ret_codes = dc_arena_strdup(arena, dc_text_cstr(&codes));
    *ret_coefficients = dc_arena_strdup(arena, dc_text_cstr(&coefficients));
}

/* Ids of the schemes that are in the database already; answers how many are not. */
static enum dc_code
find_schemes(struct pass *pass, size_t *ret_missing, struct dc_error *error)
{
    struct schemes *schemes = &pass->schemes;
    const char **contents =
        dc_arena_alloc(pass->arena, (schemes->count + 1) * sizeof(const char *));
    for (size_t i = 0; i < schemes->count; i++) {
        contents[i] = schemes->all[i]->content;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(pass->step->db, STATEMENT(LOAD_SCHEMES), &rows, error,
                     dc_p_int64(pass->tenant_id), dc_p_texts(contents, schemes->count)));
    for (size_t i = 0; i < dc_rows_count(rows); i++) {
        schemes_set_id(schemes, dc_rows_text(rows, i, 0), dc_rows_int64(rows, i, 1));
    }
    *ret_missing = schemes->count - dc_rows_count(rows);
    return DC_OK;
}

enum dc_code
store_save_schemes(struct pass *pass, struct dc_error *error)
{
    size_t missing = 0;
    if (pass->schemes.count == 0) {
        return DC_OK;
    }
    DC_TRY(find_schemes(pass, &missing, error));
    if (missing == 0) {
        return DC_OK;
    }
    const char **columns[7];
    for (int c = 0; c < 7; c++) {
        columns[c] = dc_arena_alloc(pass->arena, missing * sizeof(const char *));
    }
    int64_t *places = DC_NEW_ARRAY(pass->arena, int64_t, missing);
    int64_t *plans = DC_NEW_ARRAY(pass->arena, int64_t, missing);
    int64_t *versions = DC_NEW_ARRAY(pass->arena, int64_t, missing);
    size_t count = 0;
    for (size_t i = 0; i < pass->schemes.count; i++) {
        const struct scheme *scheme = pass->schemes.all[i];
        if (scheme->id != 0) {
            continue;
        }
        columns[0][count] = scheme->content;
        for (int c = 0; c < 4; c++) {
            columns[c + 1][count] = scheme_column(pass->arena, scheme, c);
        }
        grade_columns(pass->arena, scheme, &columns[5][count], &columns[6][count]);
        plans[count] = scheme->graded_by ? scheme->graded_by->id : 0;
        versions[count] = scheme->graded_by ? scheme->graded_by->version : 0;
        places[count++] = scheme->total_decimals;
    }
    DC_TRY(dc_db_run(
        pass->step->db, STATEMENT(ADD_SCHEMES), NULL, error, dc_p_int64(pass->tenant_id),
        dc_p_texts(columns[0], count), dc_p_texts(columns[1], count), dc_p_texts(columns[2], count),
        dc_p_texts(columns[3], count), dc_p_texts(columns[4], count), dc_p_int64s(places, count),
        dc_p_int64s(plans, count), dc_p_int64s(versions, count), dc_p_texts(columns[5], count),
        dc_p_texts(columns[6], count)));
    DC_TRY(find_schemes(pass, &missing, error));
    DC_ASSERT(missing == 0);
    return DC_OK;
}

/* --- people --------------------------------------------------------------------------------------
 */

/* Columns of a set of people, parameters of add_scores and change_scores. */
struct people_set {
    size_t count;
    int64_t *ids, *units, *schemes, *known, *ranks, *open_items, *inputs, *versions, *grades;
    const char **scores, **remarks;
    struct dc_decimal *totals, *attainments, *actuals, *targets;
    bool *total_known;
    struct dc_arena *texts; /* dropped with every set */
    struct dc_text text;
};

static void
people_set_init(struct people_set *set, struct dc_arena *arena, size_t room)
{
    int64_t **integers[] = {&set->ids,    &set->units,    &set->schemes,
                            &set->known,  &set->ranks,    &set->open_items,
                            &set->inputs, &set->versions, &set->grades};
    for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
        *integers[i] = dc_arena_alloc(arena, room * sizeof(int64_t));
    }
    struct dc_decimal **decimals[] = {&set->totals, &set->attainments, &set->actuals,
                                      &set->targets};
    for (size_t i = 0; i < sizeof(decimals) / sizeof(decimals[0]); i++) {
        *decimals[i] = dc_arena_alloc(arena, room * sizeof(struct dc_decimal));
    }
    set->scores = dc_arena_alloc(arena, room * sizeof(const char *));
    set->remarks = dc_arena_alloc(arena, room * sizeof(const char *));
    set->total_known = dc_arena_alloc(arena, room * sizeof(bool));
    set->texts = dc_arena_new(0);
}

static void
people_set_release(struct people_set *set)
{
    dc_arena_free(set->texts);
    dc_text_release(&set->text);
}

static void
put_items(struct people_set *set, const struct score *score)
{
    size_t items = score->scheme->count;
    char *remarks = dc_arena_alloc(set->texts, items + 1);
    dc_text_clear(&set->text);
    dc_text_append(&set->text, "{", 1);
    for (size_t i = 0; i < items; i++) {
        dc_text_append(&set->text, ",", i > 0);
        if (score->items[i].scored) {
            add_decimal(&set->text, score->items[i].score);
        } else {
            dc_text_append(&set->text, "NULL", 4);
        }
        remarks[i] = rule_remark_letter(score->items[i].remark);
    }
    remarks[items] = '\0';
    dc_text_append(&set->text, "}", 1);
    set->scores[set->count] =
        dc_arena_strndup(set->texts, dc_text_cstr(&set->text), set->text.length);
    set->remarks[set->count] = remarks;
}

static void
put_person(struct people_set *set, const struct pass_person *person, bool items)
{
    const struct score *score = &person->score;
    size_t at = set->count;
    set->ids[at] = person->id;
    set->units[at] = person->unit_id;
    set->schemes[at] = pass_scheme_id(person);
    set->known[at] = score->total.known | score->attainment.known << 1 | score->actual.known << 2 |
                     score->target.known << 3;
    set->totals[at] = score->total.value;
    set->total_known[at] = score->total.known;
    set->attainments[at] = score->attainment.value;
    set->actuals[at] = score->actual.value;
    set->targets[at] = score->target.value;
    set->ranks[at] = person->rank;
    set->open_items[at] = score->open_items;
    set->inputs[at] = score->inputs;
    set->versions[at] = person->old_version + 1;
    set->grades[at] = score->grade;
    if (items) {
        put_items(set, score);
    }
    set->count++;
}

static enum dc_code
flush_people(struct pass *pass, struct people_set *set, enum pass_change change,
             struct dc_error *error)
{
    size_t n = set->count;
    set->count = 0;
    if (n == 0) {
        return DC_OK;
    }
    struct dc_param tenant = dc_p_int64(pass->tenant_id), period = dc_p_text(pass->period),
                    now = dc_p_time(pass->step->now);
    if (change == PASS_TOTAL) {
        return dc_db_run(pass->step->db, STATEMENT(CHANGE_TOTALS), NULL, error, tenant, period, now,
                         dc_p_int64s(set->ids, n), dc_p_int64s(set->schemes, n),
                         dc_p_bools(set->total_known, n), dc_p_decimals(set->totals, n),
                         dc_p_int64s(set->ranks, n), dc_p_int64s(set->versions, n),
                         dc_p_int64s(set->grades, n));
    }
    enum dc_code code = dc_db_run(
        pass->step->db, change == PASS_NEW ? STATEMENT(ADD_SCORES) : STATEMENT(CHANGE_SCORES), NULL,
        error, tenant, period, now, dc_p_int64s(set->ids, n), dc_p_int64s(set->units, n),
        dc_p_int64s(set->schemes, n), dc_p_texts(set->scores, n), dc_p_texts(set->remarks, n),
        dc_p_int64s(set->known, n), dc_p_decimals(set->totals, n),
        dc_p_decimals(set->attainments, n), dc_p_decimals(set->actuals, n),
        dc_p_decimals(set->targets, n), dc_p_int64s(set->ranks, n), dc_p_int64s(set->open_items, n),
        dc_p_int64s(set->inputs, n), dc_p_int64s(set->versions, n), dc_p_int64s(set->grades, n));
    dc_arena_reset(set->texts, 0);
    return code;
}

static enum dc_code
save_people_of(struct pass *pass, struct people_set *set, enum pass_change change,
               struct dc_error *error)
{
    for (size_t i = 0; i < pass->person_count; i++) {
        if (pass_change_of(&pass->persons[i]) == change) {
            put_person(set, &pass->persons[i], change != PASS_TOTAL);
            pass->changed_people++;
            if (set->count == SET_PEOPLE) {
                DC_TRY(flush_people(pass, set, change, error));
            }
        }
    }
    return flush_people(pass, set, change, error);
}

enum dc_code
store_save_people(struct pass *pass, struct dc_error *error)
{
    __attribute__((cleanup(people_set_release))) struct people_set set = {0};
    size_t room = pass->person_count < SET_PEOPLE ? pass->person_count + 1 : SET_PEOPLE;
    people_set_init(&set, pass->arena, room);
    DC_TRY(save_people_of(pass, &set, PASS_NEW, error));
    DC_TRY(save_people_of(pass, &set, PASS_ALL, error));
    return save_people_of(pass, &set, PASS_TOTAL, error);
}

/* --- units ---------------------------------------------------------------------------------------
 */

struct unit_set {
    size_t count;
    int64_t *ids, *parents, *known, *ranks, *people, *open_items, *inputs, *versions;
    struct dc_decimal *actuals, *targets, *attainments, *sums;
    const char **top_people, **top_totals, **grade_codes, **grade_people;
};

static void
unit_set_init(struct unit_set *set, struct dc_arena *arena, size_t room)
{
    int64_t **integers[] = {&set->ids,    &set->parents,    &set->known,  &set->ranks,
                            &set->people, &set->open_items, &set->inputs, &set->versions};
    for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
        *integers[i] = dc_arena_alloc(arena, room * sizeof(int64_t));
    }
    struct dc_decimal **decimals[] = {&set->actuals, &set->targets, &set->attainments, &set->sums};
    for (size_t i = 0; i < sizeof(decimals) / sizeof(decimals[0]); i++) {
        *decimals[i] = dc_arena_alloc(arena, room * sizeof(struct dc_decimal));
    }
    set->top_people = dc_arena_alloc(arena, room * sizeof(const char *));
    set->top_totals = dc_arena_alloc(arena, room * sizeof(const char *));
    set->grade_codes = dc_arena_alloc(arena, room * sizeof(const char *));
    set->grade_people = dc_arena_alloc(arena, room * sizeof(const char *));
}

static void
put_grades(struct pass *pass, struct unit_set *set, size_t at, const struct rollup *rollup)
{
    DC_AUTO_TEXT struct dc_text codes = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text people = DC_TEXT_INIT;
    dc_text_add(&codes, "{");
    dc_text_add(&people, "{");
    for (size_t i = 0; i < rollup->grade_count; i++) {
        dc_text_append(&codes, ",", i > 0);
        dc_text_append(&people, ",", i > 0);
        add_quoted(&codes, rollup->grades[i].code);
        add_int64(&people, rollup->grades[i].people);
    }
    dc_text_add(&codes, "}");
    dc_text_add(&people, "}");
    set->grade_codes[at] = dc_arena_strdup(pass->arena, dc_text_cstr(&codes));
    set->grade_people[at] = dc_arena_strdup(pass->arena, dc_text_cstr(&people));
}

static void
put_unit(struct pass *pass, struct unit_set *set, int32_t unit)
{
    const struct pass_unit *work = &pass->work[unit];
    const struct pass_unit_row *row = &work->new;
    size_t at = set->count++;
    set->ids[at] = pass->tree.ids[unit];
    set->parents[at] = row->parent_id;
    set->known[at] = row->figures.actual.known | row->figures.target.known << 1 |
                     row->figures.attainment.known << 2;
    set->actuals[at] = row->figures.actual.value;
    set->targets[at] = row->figures.target.value;
    set->attainments[at] = row->figures.attainment.value;
    set->ranks[at] = row->rank;
    set->people[at] = row->rollup.people;
    set->sums[at] = row->rollup.total_sum;
    set->open_items[at] = row->rollup.open_items;
    set->inputs[at] = row->figures.inputs;
    set->versions[at] = work->version + 1;
    DC_AUTO_TEXT struct dc_text people = DC_TEXT_INIT;
    DC_AUTO_TEXT struct dc_text totals = DC_TEXT_INIT;
    dc_text_add(&people, "{");
    dc_text_add(&totals, "{");
    for (size_t i = 0; i < row->rollup.top_count; i++) {
        dc_text_append(&people, ",", i > 0);
        dc_text_append(&totals, ",", i > 0);
        add_int64(&people, row->rollup.top[i].id);
        add_decimal(&totals, row->rollup.top[i].total);
    }
    dc_text_add(&people, "}");
    dc_text_add(&totals, "}");
    set->top_people[at] = dc_arena_strdup(pass->arena, dc_text_cstr(&people));
    set->top_totals[at] = dc_arena_strdup(pass->arena, dc_text_cstr(&totals));
    put_grades(pass, set, at, &row->rollup);
}

static enum dc_code
flush_units(struct pass *pass, struct unit_set *set, struct dc_error *error)
{
    size_t n = set->count;
    set->count = 0;
    if (n == 0) {
        return DC_OK;
    }
    return dc_db_run(
        pass->step->db, STATEMENT(SAVE_UNIT_SCORES), NULL, error, dc_p_int64(pass->tenant_id),
        dc_p_text(pass->period), dc_p_time(pass->step->now), dc_p_int64s(set->ids, n),
        dc_p_int64s(set->parents, n), dc_p_int64s(set->known, n), dc_p_decimals(set->actuals, n),
        dc_p_decimals(set->targets, n), dc_p_decimals(set->attainments, n),
        dc_p_int64s(set->ranks, n), dc_p_int64s(set->people, n), dc_p_decimals(set->sums, n),
        dc_p_int64s(set->open_items, n), dc_p_texts(set->top_people, n),
        dc_p_texts(set->top_totals, n), dc_p_int64s(set->inputs, n), dc_p_int64s(set->versions, n),
        dc_p_texts(set->grade_codes, n), dc_p_texts(set->grade_people, n));
}

enum dc_code
store_save_units(struct pass *pass, struct dc_error *error)
{
    struct unit_set set = {0};
    unit_set_init(&set, pass->arena,
                  pass->changed_units < SET_UNITS ? pass->changed_units + 1 : SET_UNITS);
    for (size_t i = 0; i < pass->tree.count; i++) {
        if (pass->work[i].changed) {
            put_unit(pass, &set, (int32_t)i);
            if (set.count == SET_UNITS) {
                DC_TRY(flush_units(pass, &set, error));
            }
        }
    }
    DC_TRY(flush_units(pass, &set, error));
    if (pass->gone_count == 0) {
        return DC_OK;
    }
    return dc_db_run(pass->step->db, STATEMENT(REMOVE_UNIT_SCORES), NULL, error,
                     dc_p_int64(pass->tenant_id), dc_p_text(pass->period),
                     dc_p_int64s(pass->gone, pass->gone_count));
}
