/* Submissions, their findings and versions as they are kept. */
#include "store_submissions.h"

#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "ingest_sql.h"

#define SQL(name) (&ingest_statements[INGEST_##name])

enum { RUNS_NAMED = 5 };

static struct dc_param
tenant_of(const struct dc_step *step)
{
    return dc_p_int64(step->context->tenant_id);
}

static char *
text(struct dc_arena *arena, const struct dc_rows *rows, size_t i, int column)
{
    return dc_arena_strdup(arena, dc_rows_text(rows, i, column));
}

static char *
date_text(struct dc_arena *arena, dc_date date)
{
    char day[DC_DATE_TEXT];
    dc_date_format(date, day);
    return dc_arena_strdup(arena, day);
}

/* --- submissions --------------------------------------------------------------------------------
 */
static enum dc_code
take(struct dc_step *step, int64_t unit_id, const char *period, dc_date today,
     struct store_submission *ret, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SUBMISSION_LOCK), &rows, error, tenant_of(step),
                     dc_p_int64(unit_id), dc_p_text(period), dc_p_time(step->now),
                     dc_p_date(today)));
    *ret = (struct store_submission){
        .id = dc_rows_int64(rows, 0, 0),
        .unit_id = unit_id,
        .period = period,
        .state = (Ingest__SubmissionState)dc_rows_int64(rows, 0, 1),
        .version = dc_rows_int64(rows, 0, 2),
        .closed_at = dc_rows_is_null(rows, 0, 3) ? 0 : dc_rows_time(rows, 0, 3),
        .records = dc_rows_int64(rows, 0, 4),
        .amount = dc_rows_decimal(rows, 0, 5),
        .findings_open = dc_rows_int64(rows, 0, 6),
        .until = dc_rows_date(rows, 0, 7),
    };
    return DC_OK;
}

enum dc_code
store_submission_lock(struct dc_step *step, int64_t unit_id, const char *period, dc_date today,
                      struct store_submission *ret_submission, struct dc_error *error)
{
    DC_TRY(take(step, unit_id, period, today, ret_submission, error));
    bool is_new = ret_submission->state == INGEST__SUBMISSION_STATE__SUBMISSION_STATE_UNSPECIFIED;
    return is_new ? dc_db_run(step->db, SQL(LOCK_SUBMISSIONS), NULL, error, tenant_of(step))
                  : DC_OK;
}

enum dc_code
store_submission_save(struct dc_step *step, const struct store_submission *submission,
                      struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SUBMISSION_SAVE), NULL, error, tenant_of(step),
                     dc_p_int64(submission->id), dc_p_int64(submission->state),
                     dc_p_int64(submission->records), dc_p_decimal(submission->amount),
                     dc_p_int64(submission->findings_open), dc_p_time(step->now),
                     submission->closed_at ? dc_p_time(submission->closed_at) : dc_p_null(),
                     dc_p_int64(submission->version), dc_p_date(submission->until));
}

static Ingest__Submission *
read_submission(struct dc_arena *arena, const struct dc_rows *rows, size_t i)
{
    Ingest__Submission *s = DC_NEW_MESSAGE(arena, Ingest__Submission, ingest__submission__init);
    s->id = dc_rows_int64(rows, i, 0);
    s->unit_id = dc_rows_int64(rows, i, 1);
    s->unit_name = text(arena, rows, i, 2);
    s->period = text(arena, rows, i, 3);
    s->state = (Ingest__SubmissionState)dc_rows_int64(rows, i, 4);
    s->records = dc_rows_int64(rows, i, 5);
    s->amount = text(arena, rows, i, 6);
    s->findings_open = dc_rows_int64(rows, i, 7);
    s->checked_at_us = dc_rows_time(rows, i, 8);
    s->closed_at_us = dc_rows_is_null(rows, i, 9) ? 0 : dc_rows_time(rows, i, 9);
    s->version = (int32_t)dc_rows_int64(rows, i, 10);
    s->amount_closed = text(arena, rows, i, 11);
    s->until = date_text(arena, dc_rows_date(rows, i, 12));
    return s;
}

enum dc_code
store_submission(struct dc_step *step, int64_t unit_id, const char *period,
                 Ingest__Submission **ret_submission, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SUBMISSION_LOAD), &rows, error, tenant_of(step),
                     dc_p_int64(unit_id), dc_p_text(period)));
    *ret_submission = dc_rows_count(rows) > 0 ? read_submission(step->arena, rows, 0) : NULL;
    return DC_OK;
}

enum dc_code
store_submissions(struct dc_step *step, const char *period, int64_t unit_id,
                  const struct dc_access_reach *reach, int64_t limit,
                  Ingest__Submission ***ret_submissions, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SUBMISSION_LIST), &rows, error, tenant_of(step),
                     dc_p_text(period), dc_p_int64(unit_id), dc_p_bool(reach->all),
                     dc_p_int64s(reach->tree_units, reach->tree_unit_count),
                     dc_p_int64s(reach->units, reach->unit_count), dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    Ingest__Submission **items = DC_NEW_ARRAY(step->arena, Ingest__Submission *, count);
    for (size_t i = 0; i < count; i++) {
        items[i] = read_submission(step->arena, rows, i);
    }
    *ret_submissions = items;
    *ret_count = count;
    return DC_OK;
}

/* --- versions -----------------------------------------------------------------------------------
 */
enum dc_code
store_last_version(struct dc_step *step, int64_t submission_id, struct store_version *ret_version,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SUBMISSION_VERSION_LAST), &rows, error, tenant_of(step),
                     dc_p_int64(submission_id)));
    *ret_version = (struct store_version){0};
    if (dc_rows_count(rows) > 0) {
        *ret_version = (struct store_version){.version = dc_rows_int64(rows, 0, 0),
                                              .records = dc_rows_int64(rows, 0, 1),
                                              .amount = dc_rows_decimal(rows, 0, 2)};
    }
    return DC_OK;
}

enum dc_code
store_add_version(struct dc_step *step, int64_t submission_id, const struct store_version *version,
                  struct dc_decimal delta, const char *cause, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(SUBMISSION_VERSION_ADD), NULL, error, tenant_of(step),
                     dc_p_int64(submission_id), dc_p_int64(version->version), dc_p_time(step->now),
                     dc_p_int64(version->records), dc_p_decimal(version->amount),
                     dc_p_decimal(delta), dc_p_text(cause));
}

enum dc_code
store_versions(struct dc_step *step, int64_t submission_id,
               Ingest__SubmissionVersion ***ret_versions, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SUBMISSION_VERSIONS), &rows, error, tenant_of(step),
                     dc_p_int64(submission_id)));
    size_t count = dc_rows_count(rows);
    Ingest__SubmissionVersion **items =
        DC_NEW_ARRAY(step->arena, Ingest__SubmissionVersion *, count);
    for (size_t i = 0; i < count; i++) {
        Ingest__SubmissionVersion *v = DC_NEW_MESSAGE(step->arena, Ingest__SubmissionVersion,
                                                      ingest__submission_version__init);
        v->version = (int32_t)dc_rows_int64(rows, i, 0);
        v->at_us = dc_rows_time(rows, i, 1);
        v->records = dc_rows_int64(rows, i, 2);
        v->amount = text(step->arena, rows, i, 3);
        v->delta = text(step->arena, rows, i, 4);
        v->cause = text(step->arena, rows, i, 5);
        items[i] = v;
    }
    *ret_versions = items;
    *ret_count = count;
    return DC_OK;
}

/* --- findings -----------------------------------------------------------------------------------
 */
static Ingest__Finding *
read_finding(struct dc_arena *arena, const struct dc_rows *rows, size_t i)
{
    Ingest__Finding *f = DC_NEW_MESSAGE(arena, Ingest__Finding, ingest__finding__init);
    char amount[DC_DECIMAL_TEXT];
    f->id = dc_rows_int64(rows, i, 0);
    f->kind = (Ingest__FindingKind)dc_rows_int64(rows, i, 1);
    f->unit_id = dc_rows_int64(rows, i, 2);
    f->unit_name = text(arena, rows, i, 3);
    f->person_id = dc_rows_int64(rows, i, 4);
    f->person_name = text(arena, rows, i, 5);
    dc_date on = dc_rows_date(rows, i, 6);
    if (on != COMPLETENESS_NO_DAY) {
        f->date = date_text(arena, on);
    }
    if (f->kind == INGEST__FINDING_KIND__FINDING_KIND_AMOUNT_JUMP) {
        f->amount =
            dc_arena_strdup(arena, dc_decimal_format_fixed(dc_rows_decimal(rows, i, 7), 2, amount));
        f->expected =
            dc_arena_strdup(arena, dc_decimal_format_fixed(dc_rows_decimal(rows, i, 8), 2, amount));
    }
    f->sentence_zh = text(arena, rows, i, 9);
    f->sentence_en = text(arena, rows, i, 10);
    f->state = (Ingest__FindingState)dc_rows_int64(rows, i, 11);
    f->reason = text(arena, rows, i, 12);
    f->declared_by_id = dc_rows_int64(rows, i, 13);
    f->declared_by_name = text(arena, rows, i, 14);
    f->accepted_by_id = dc_rows_int64(rows, i, 15);
    f->accepted_by_name = text(arena, rows, i, 16);
    f->refusal = text(arena, rows, i, 17);
    return f;
}

enum dc_code
store_findings(struct dc_step *step, int64_t submission_id, bool only_open, int64_t limit,
               struct store_findings *ret_findings, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(FINDINGS_LIST), &rows, error, tenant_of(step),
                     dc_p_int64(submission_id), dc_p_bool(only_open), dc_p_int64(limit)));
    struct store_findings found = {.count = dc_rows_count(rows)};
    found.items = DC_NEW_ARRAY(step->arena, Ingest__Finding *, found.count);
    found.deviations = DC_NEW_ARRAY(step->arena, struct dc_decimal, found.count);
    for (size_t i = 0; i < found.count; i++) {
        found.items[i] = read_finding(step->arena, rows, i);
        found.deviations[i] = dc_rows_decimal(rows, i, 18);
    }
    *ret_findings = found;
    return DC_OK;
}

enum dc_code
store_save_findings(struct dc_step *step, int64_t submission_id,
                    const struct completeness_finding *findings, const bool *kept, size_t count,
                    struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    int64_t *kinds = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *units = DC_NEW_ARRAY(arena, int64_t, count);
    int64_t *people = DC_NEW_ARRAY(arena, int64_t, count);
    dc_date *days = DC_NEW_ARRAY(arena, dc_date, count);
    struct dc_decimal *amounts = DC_NEW_ARRAY(arena, struct dc_decimal, count);
    struct dc_decimal *expected = DC_NEW_ARRAY(arena, struct dc_decimal, count);
    const char **chinese = DC_NEW_ARRAY(arena, const char *, count);
    const char **english = DC_NEW_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        kinds[i] = findings[i].kind;
        units[i] = findings[i].unit_id;
        people[i] = findings[i].person_id;
        days[i] = findings[i].on;
        amounts[i] = findings[i].amount;
        expected[i] = findings[i].expected;
        chinese[i] = findings[i].sentence_zh;
        english[i] = findings[i].sentence_en;
    }
    return dc_db_run(
        step->db, SQL(FINDINGS_SAVE), NULL, error, tenant_of(step), dc_p_int64(submission_id),
        dc_p_int64s(kinds, count), dc_p_int64s(units, count), dc_p_int64s(people, count),
        dc_p_dates(days, count), dc_p_decimals(amounts, count), dc_p_decimals(expected, count),
        dc_p_texts(chinese, count), dc_p_texts(english, count), dc_p_bools(kept, count));
}

enum dc_code
store_declare(struct dc_step *step, int64_t submission_id, const int64_t *ids, size_t count,
              const char *reason, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(FINDINGS_DECLARE), NULL, error, tenant_of(step),
                     dc_p_int64(submission_id), dc_p_int64s(ids, count), dc_p_text(reason),
                     dc_p_int64(step->context->person_id), dc_p_time(step->now));
}

enum dc_code
store_accept(struct dc_step *step, int64_t submission_id, const int64_t *ids, size_t count,
             struct dc_error *error)
{
    return dc_db_run(step->db, SQL(FINDINGS_ACCEPT), NULL, error, tenant_of(step),
                     dc_p_int64(submission_id), dc_p_int64s(ids, count),
                     dc_p_int64(step->context->person_id), dc_p_time(step->now));
}

enum dc_code
store_refuse(struct dc_step *step, int64_t submission_id, const int64_t *ids, size_t count,
             const char *reason, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(FINDINGS_REFUSE), NULL, error, tenant_of(step),
                     dc_p_int64(submission_id), dc_p_int64s(ids, count), dc_p_text(reason));
}

/* --- touches ------------------------------------------------------------------------------------
 */
/* Each (path, month, run) of the entries once. A key without padding. */
struct touch {
    int64_t path_id, month, run_id;
};

static void
collect_touches(const struct store_entries *entries, struct lookup *touches)
{
    bool is_new;
    for (size_t i = 0; i < entries->count; i++) {
        int year, month, day;
        const struct store_entry *entry = &entries->items[i];
        if (entry->run_id == 0) {
            continue; /* not brought by anybody: no sale */
        }
        dc_date_to_civil(entry->entry.on, &year, &month, &day);
        struct touch touch = {entry->path_id, year * 100 + month, entry->run_id};
        lookup_add(touches, &touch, &is_new);
    }
}

enum dc_code
store_touch(struct dc_step *step, const struct store_entries *entries, struct dc_error *error)
{
    struct lookup touches;
    lookup_init(&touches, sizeof(struct touch));
    collect_touches(entries, &touches);
    size_t count = touches.count;
    int64_t *paths = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *runs = DC_NEW_ARRAY(step->arena, int64_t, count);
    const char **periods = DC_NEW_ARRAY(step->arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        const struct touch *touch = lookup_key(&touches, i);
        char period[SPAN_TEXT];
        book_period_text(NULL, (int32_t)touch->month, period);
        paths[i] = touch->path_id;
        runs[i] = touch->run_id;
        periods[i] = dc_arena_strdup(step->arena, period);
    }
    lookup_release(&touches);
    if (count == 0) {
        return DC_OK;
    }
    DC_TRY(dc_db_run(step->db, SQL(SHARE_SUBMISSIONS), NULL, error, tenant_of(step)));
    return dc_db_run(step->db, SQL(TOUCH_ADD), NULL, error, tenant_of(step),
                     dc_p_int64s(paths, count), dc_p_texts(periods, count),
                     dc_p_int64s(runs, count));
}

enum dc_code
store_touch_all(struct dc_step *step, int64_t year, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(TOUCH_ALL), NULL, error, tenant_of(step), dc_p_int64(year));
}

enum dc_code
store_take_touches(struct dc_step *step, int64_t submission_id, const char **ret_runs,
                   struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_AUTO_TEXT struct dc_text runs = DC_TEXT_INIT;
    DC_TRY(dc_db_run(step->db, SQL(TOUCH_TAKE), &rows, error, tenant_of(step),
                     dc_p_int64(submission_id)));
    size_t count = dc_rows_count(rows);
    for (size_t i = 0; i < count && i < RUNS_NAMED; i++) {
        dc_text_printf(&runs, "%srun %" PRId64 " (%s: %s)", i ? ", " : "",
                       dc_rows_int64(rows, i, 0), dc_rows_text(rows, i, 1),
                       dc_rows_text(rows, i, 2));
    }
    if (count > RUNS_NAMED) {
        dc_text_printf(&runs, ", and %zu more up to run %" PRId64, count - RUNS_NAMED,
                       dc_rows_int64(rows, count - 1, 0));
    }
    *ret_runs = dc_arena_strdup(step->arena, dc_text_cstr(&runs));
    return DC_OK;
}

enum dc_code
store_touched(struct dc_step *step, int64_t limit, struct store_touched **ret_items,
              size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TOUCHED), &rows, error, tenant_of(step), dc_p_int64(limit)));
    size_t count = dc_rows_count(rows);
    struct store_touched *items = DC_NEW_ARRAY(step->arena, struct store_touched, count);
    for (size_t i = 0; i < count; i++) {
        items[i] = (struct store_touched){.unit_id = dc_rows_int64(rows, i, 0),
                                          .period = text(step->arena, rows, i, 1)};
    }
    *ret_items = items;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_tenants_to_check(struct dc_step *step, const int64_t **ret_ids, size_t *ret_count,
                       struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(TENANTS_TO_CHECK), &rows, error));
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_ids = ids;
    *ret_count = count;
    return DC_OK;
}
