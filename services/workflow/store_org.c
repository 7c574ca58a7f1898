/* store_org.c - people, grants and submissions, in the database. */
#include <stdlib.h>

#include "base/assert.h"
#include "store_internal.h"

/* --- who can decide ------------------------------------------------------------------------------
 */
struct question {
    const char *how;
    int64_t person_id, unit_id, role;
    const char *code, *unit_code;
};

static struct question
question_of(const struct flow_ask *ask)
{
    const struct wf_who *who = ask->who;
    switch (who->kind) {
    case WF_WHO_MANAGER:
        return (struct question){"manager", ask->person_id, 0, 0, "", ""};
    case WF_WHO_PERSON:
        return (struct question){"person", 0, 0, 0, who->person_code, ""};
    case WF_WHO_ROLE:
        return (struct question){"role",    0,  *who->unit_code ? 0 : ask->unit_id,
                                 who->role, "", who->unit_code};
    default:
        return (struct question){"", 0, 0, 0, "", ""}; /* known without looking */
    }
}

static int
by_question(const void *a, const void *b, void *context)
{
    const struct question *all = context;
    const struct question *x = &all[*(const size_t *)a], *y = &all[*(const size_t *)b];
    int order = strcmp(x->how, y->how);
    order = order ? order : (x->role > y->role) - (x->role < y->role);
    order = order ? order : (x->unit_id > y->unit_id) - (x->unit_id < y->unit_id);
    order = order ? order : (x->person_id > y->person_id) - (x->person_id < y->person_id);
    order = order ? order : strcmp(x->code, y->code);
    return order ? order : strcmp(x->unit_code, y->unit_code);
}

/* Asks each different question once; `number` gets the question's place per ask, -1: not asked. */
static enum dc_code
ask_once(struct flow_work *work, struct question *questions, size_t count, int64_t *number,
         struct dc_rows **ret_rows, size_t *ret_asked, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    size_t *order = DC_NEW_ARRAY(arena, size_t, count), n = 0;
    int64_t *k = DC_NEW_ARRAY(arena, int64_t, count), *people = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *units = DC_NEW_ARRAY(arena, int64_t, count),
            *roles = DC_NEW_ARRAY(arena, int64_t, count);
    const char **how = DC_NEW_ARRAY(arena, const char *, count);
    const char **codes = DC_NEW_ARRAY(arena, const char *, count);
    const char **unit_codes = DC_NEW_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        order[i] = i;
    }
    qsort_r(order, count, sizeof(*order), by_question, questions);
    for (size_t i = 0; i < count; i++) {
        const struct question *q = &questions[order[i]];
        bool again = i > 0 && by_question(&order[i - 1], &order[i], questions) == 0;
        if (!*q->how) {
            number[order[i]] = -1;
            continue;
        }
        if (!again) {
            k[n] = (int64_t)n;
            how[n] = q->how;
            people[n] = q->person_id;
            units[n] = q->unit_id;
            codes[n] = q->code;
            roles[n] = q->role;
            unit_codes[n] = q->unit_code;
            n++;
        }
        number[order[i]] = (int64_t)n - 1;
    }
    *ret_asked = n;
    return dc_db_run(work->step->db, SQL(CANDIDATES), ret_rows, error, TENANT,
                     dc_p_date(work->today), dc_p_int64s(k, n), dc_p_texts(how, n),
                     dc_p_int64s(people, n), dc_p_int64s(units, n), dc_p_texts(codes, n),
                     dc_p_int64s(roles, n), dc_p_texts(unit_codes, n));
}

/* Self and starter are known: one candidate without looking. */
static struct wf_candidates
known_one(struct flow_work *work, const struct flow_ask *ask)
{
    int64_t person = ask->who->kind == WF_WHO_SELF ? ask->person_id : ask->starter_id;
    struct wf_candidate *one = DC_NEW(work->step->arena, struct wf_candidate);
    one->person_id = person;
    return (struct wf_candidates){one, person != 0};
}

enum dc_code
flow_store_candidates(struct flow_work *work, const struct flow_ask *asks, size_t count,
                      struct wf_candidates *ret_found, struct dc_error *error)
{
    struct dc_arena *arena = work->step->arena;
    struct question *questions = DC_NEW_ARRAY(arena, struct question, count + 1);
    int64_t *number = DC_NEW_ARRAY(arena, int64_t, count + 1);
    size_t asked;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    for (size_t i = 0; i < count; i++) {
        questions[i] = question_of(&asks[i]);
    }
    DC_TRY(ask_once(work, questions, count, number, &rows, &asked, error));
    size_t n = dc_rows_count(rows);
    struct wf_candidate *all = DC_NEW_ARRAY(arena, struct wf_candidate, n + 1);
    struct wf_candidates *answers = DC_NEW_ARRAY(arena, struct wf_candidates, asked + 1);
    for (size_t i = 0; i < n; i++) {
        int64_t k = dc_rows_int64(rows, i, 0);
        all[i] =
            (struct wf_candidate){dc_rows_int64(rows, i, 1), (int32_t)dc_rows_int64(rows, i, 2)};
        answers[k].items = answers[k].count ? answers[k].items : &all[i];
        answers[k].count++;
    }
    for (size_t i = 0; i < count; i++) {
        ret_found[i] = number[i] < 0 ? known_one(work, &asks[i]) : answers[number[i]];
    }
    return DC_OK;
}

enum dc_code
flow_delegations(struct flow_work *work, struct dc_error *error)
{
    if (work->delegations_known) {
        return DC_OK;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(DELEGATIONS_TODAY), &rows, error, TENANT,
                     dc_p_date(work->today)));
    size_t count = dc_rows_count(rows);
    struct wf_delegation *items = DC_NEW_ARRAY(work->step->arena, struct wf_delegation, count + 1);
    for (size_t i = 0; i < count; i++) {
        items[i] = (struct wf_delegation){dc_rows_int64(rows, i, 0), dc_rows_int64(rows, i, 1),
                                          dc_rows_date(rows, i, 2), dc_rows_date(rows, i, 3)};
    }
    work->delegations = (struct wf_delegations){items, count};
    work->delegations_known = true;
    return DC_OK;
}

enum dc_code
flow_store_fallbacks(struct flow_work *work, const int64_t *starters, size_t count,
                     struct flow_fallbacks *ret_fallbacks, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(FALLBACK_PEOPLE), &rows, error, TENANT,
                     dc_p_date(work->today), dc_p_int64s(starters, count)));
    ret_fallbacks->people = keep_ids(work, rows, 0, &ret_fallbacks->count);
    bool *trusted = DC_NEW_ARRAY(work->step->arena, bool, ret_fallbacks->count + 1);
    for (size_t i = 0; i < ret_fallbacks->count; i++) {
        trusted[i] = dc_rows_bool(rows, i, 1);
    }
    ret_fallbacks->trusted = trusted;
    return DC_OK;
}

enum dc_code
flow_store_employed(struct flow_work *work, const int64_t *people, size_t count,
                    int64_t **ret_people, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(EMPLOYED_PEOPLE), &rows, error, TENANT,
                     dc_p_date(work->today), dc_p_int64s(people, count)));
    *ret_people = keep_ids(work, rows, 0, ret_count);
    return DC_OK;
}

/* --- names ---------------------------------------------------------------------------------------
 */
enum dc_code
flow_store_names(struct flow_work *work, const int64_t *people, size_t people_count,
                 const int64_t *units, size_t unit_count, struct flow_names *ret_names,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(NAMES), &rows, error, TENANT,
                     dc_p_int64s(people, people_count), dc_p_int64s(units, unit_count)));
    size_t n = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(work->step->arena, int64_t, n + 1);
    const char **names = DC_NEW_ARRAY(work->step->arena, const char *, n + 1);
    size_t persons = 0;
    for (size_t i = 0; i < n; i++) {
        persons += dc_rows_int64(rows, i, 0) == 1;
        ids[i] = dc_rows_int64(rows, i, 1);
        names[i] = keep(work, rows, i, 2);
    }
    *ret_names =
        (struct flow_names){{ids, ids + persons}, {names, names + persons}, {persons, n - persons}};
    return DC_OK;
}

const char *
flow_name(const struct flow_names *names, int which, int64_t id)
{
    size_t low = 0, high = names->count[which];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (names->ids[which][middle] < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < names->count[which] && names->ids[which][low] == id;
    return found ? names->names[which][low] : "";
}

enum dc_code
flow_store_place(struct flow_work *work, int64_t person_id, bool *ret_found, const char **ret_name,
                 int64_t *ret_unit_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(PERSON_PLACE), &rows, error, TENANT, dc_p_int64(person_id),
                     dc_p_date(work->today)));
    *ret_found = dc_rows_count(rows) > 0;
    *ret_name = *ret_found ? keep(work, rows, 0, 0) : "";
    *ret_unit_id = *ret_found ? dc_rows_int64(rows, 0, 1) : 0;
    return DC_OK;
}

enum dc_code
flow_store_unit(struct flow_work *work, int64_t unit_id, bool *ret_found, const char **ret_name,
                int32_t *ret_kind, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(UNIT_NAME), &rows, error, TENANT, dc_p_int64(unit_id),
                     dc_p_date(work->today)));
    *ret_found = dc_rows_count(rows) > 0;
    *ret_name = *ret_found ? keep(work, rows, 0, 0) : "";
    *ret_kind = *ret_found ? (int32_t)dc_rows_int64(rows, 0, 1) : 0;
    return DC_OK;
}

enum dc_code
flow_store_preview_people(struct flow_work *work, const int64_t *people, size_t count,
                          Workflow__PreviewPerson ***ret_people, size_t *ret_count,
                          struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(PEOPLE_NAMES), &rows, error, TENANT,
                     dc_p_int64s(people, count)));
    *ret_count = dc_rows_count(rows);
    *ret_people = DC_NEW_ARRAY(work->step->arena, Workflow__PreviewPerson *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        Workflow__PreviewPerson *person = DC_NEW_MESSAGE(work->step->arena, Workflow__PreviewPerson,
                                                         workflow__preview_person__init);
        person->person_id = dc_rows_int64(rows, i, 0);
        person->name = keep(work, rows, i, 1);
        person->unit_name = keep(work, rows, i, 2);
        (*ret_people)[i] = person;
    }
    return DC_OK;
}

enum dc_code
flow_store_root(struct flow_work *work, int64_t *ret_unit_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(ROOT_UNIT), &rows, error, TENANT));
    *ret_unit_id = dc_rows_count(rows) > 0 ? dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}

/* --- what others told ----------------------------------------------------------------------------
 */
enum dc_code
flow_store_save_grants(struct flow_work *work, int64_t person_id, const int64_t *roles,
                       const int64_t *scopes, const int64_t *units, size_t count,
                       struct dc_error *error)
{
    DC_TRY(dc_db_run(work->step->db, SQL(DROP_GRANTS), NULL, error, TENANT, dc_p_int64(person_id)));
    return dc_db_run(work->step->db, SQL(SAVE_GRANTS), NULL, error, TENANT, dc_p_int64(person_id),
                     dc_p_int64s(roles, count), dc_p_int64s(scopes, count),
                     dc_p_int64s(units, count));
}

enum dc_code
flow_store_save_submission(struct flow_work *work, const struct flow_submission *submission,
                           dc_time checked_at, struct dc_error *error)
{
    return dc_db_run(work->step->db, SQL(SAVE_SUBMISSION), NULL, error, TENANT,
                     dc_p_int64(submission->unit_id), dc_p_text(submission->period),
                     dc_p_int64(submission->state), dc_p_time(checked_at),
                     dc_p_int64(submission->findings),
                     dc_p_texts(submission->missing_zh, submission->missing_count),
                     dc_p_texts(submission->missing_en, submission->missing_count));
}

enum dc_code
flow_store_submissions(struct flow_work *work, const int64_t *units, const char *const *periods,
                       size_t count, struct flow_submission **ret_items, size_t *ret_count,
                       struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(work->step->db, SQL(LOAD_SUBMISSIONS), &rows, error, TENANT,
                     dc_p_int64s(units, count), dc_p_texts(periods, count)));
    struct dc_arena *arena = work->step->arena;
    *ret_count = dc_rows_count(rows);
    *ret_items = DC_NEW_ARRAY(arena, struct flow_submission, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        struct flow_submission *item = &(*ret_items)[i];
        *item = (struct flow_submission){.unit_id = dc_rows_int64(rows, i, 0),
                                         .period = keep(work, rows, i, 1),
                                         .state = (int32_t)dc_rows_int64(rows, i, 2),
                                         .findings = dc_rows_int64(rows, i, 3)};
        item->missing_count = dc_rows_texts(rows, i, 4, arena, &item->missing_zh);
        dc_rows_texts(rows, i, 5, arena, &item->missing_en);
    }
    return DC_OK;
}
