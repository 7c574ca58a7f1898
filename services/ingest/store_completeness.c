/* What the check of a submission looks at: records by day, teams, people, working days. */
#include <string.h>

#include "base/assert.h"
#include "ingest_sql.h"
#include "store_submissions.h"

#define SQL(name) (&ingest_statements[INGEST_##name])

enum { MONTHS_BEFORE = 3 };

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

/* --- thresholds ---------------------------------------------------------------------------------
 */
enum dc_code
store_thresholds(struct dc_step *step, struct store_thresholds *ret_thresholds,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(THRESHOLD_LOAD), &rows, error, tenant_of(step)));
    struct store_thresholds t = {.check = {.day_factor = DC_DECIMAL_INT(3),
                                           .period_factor = {DC_DECIMAL_ONE_UNITS * 3 / 2},
                                           .least_amount = DC_DECIMAL_INT(10000),
                                           .every_day = true,
                                           .every_person = true}};
    if (dc_rows_count(rows) > 0) {
        const char **positions;
        t.check.day_factor = dc_rows_decimal(rows, 0, 0);
        t.check.period_factor = dc_rows_decimal(rows, 0, 1);
        t.check.least_amount = dc_rows_decimal(rows, 0, 2);
        t.check.every_day = dc_rows_bool(rows, 0, 3);
        t.check.every_person = dc_rows_bool(rows, 0, 4);
        t.position_count = dc_rows_texts(rows, 0, 5, step->arena, &positions);
        t.positions = positions;
    }
    *ret_thresholds = t;
    return DC_OK;
}

enum dc_code
store_save_thresholds(struct dc_step *step, const struct store_thresholds *thresholds,
                      struct dc_error *error)
{
    return dc_db_run(
        step->db, SQL(THRESHOLD_SAVE), NULL, error, tenant_of(step),
        dc_p_decimal(thresholds->check.day_factor), dc_p_decimal(thresholds->check.period_factor),
        dc_p_decimal(thresholds->check.least_amount), dc_p_bool(thresholds->check.every_day),
        dc_p_bool(thresholds->check.every_person),
        dc_p_texts(thresholds->positions, thresholds->position_count));
}

/* --- facts --------------------------------------------------------------------------------------
 */
enum dc_code
store_unit_name(struct dc_step *step, int64_t unit_id, const char **ret_name,
                struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(UNIT_NAME), &rows, error, tenant_of(step), dc_p_int64(unit_id)));
    *ret_name = dc_rows_count(rows) > 0 ? text(step->arena, rows, 0, 0) : NULL;
    return DC_OK;
}

static enum dc_code
load_days(struct dc_step *step, dc_date first, struct completeness_facts *facts,
          struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SUBMISSION_DAYS), &rows, error, tenant_of(step),
                     dc_p_int64(facts->unit_id), dc_p_date(first), dc_p_date(facts->period.last)));
    facts->day_count = dc_rows_count(rows);
    struct completeness_day *days =
        DC_NEW_ARRAY(step->arena, struct completeness_day, facts->day_count);
    for (size_t i = 0; i < facts->day_count; i++) {
        days[i] = (struct completeness_day){.on = dc_rows_date(rows, i, 0),
                                            .records = dc_rows_int64(rows, i, 1),
                                            .amount = dc_rows_decimal(rows, i, 2)};
    }
    facts->days = days;
    return DC_OK;
}

static enum dc_code
load_exceptions(struct dc_step *step, struct completeness_facts *facts, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(CALENDAR_DAYS), &rows, error, tenant_of(step),
                     dc_p_date(facts->period.first), dc_p_date(facts->period.last)));
    facts->exception_count = dc_rows_count(rows);
    struct completeness_exception *exceptions =
        DC_NEW_ARRAY(step->arena, struct completeness_exception, facts->exception_count);
    for (size_t i = 0; i < facts->exception_count; i++) {
        exceptions[i] = (struct completeness_exception){.on = dc_rows_date(rows, i, 0),
                                                        .working = dc_rows_bool(rows, i, 1)};
    }
    facts->exceptions = exceptions;
    return DC_OK;
}

/* The month, its quarter and its year: whoever has a target in one of them is waited for. */
static struct dc_param
target_periods(struct dc_arena *arena, const struct dc_period *month)
{
    const char **periods = DC_NEW_ARRAY(arena, const char *, 3);
    for (enum dc_period_kind kind = DC_PERIOD_YEAR; kind <= DC_PERIOD_MONTH; kind++) {
        struct dc_period period = dc_period_containing(kind, month->first);
        char name[DC_PERIOD_TEXT];
        dc_period_format(&period, name);
        periods[kind] = dc_arena_strdup(arena, name);
    }
    return dc_p_texts(periods, 3);
}

static enum dc_code
load_teams(struct dc_step *step, dc_date before, dc_date last,
           const struct store_thresholds *thresholds, struct completeness_facts *facts,
           struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SUBMISSION_TEAMS), &rows, error, tenant_of(step),
                     dc_p_int64(facts->unit_id), dc_p_date(facts->period.first), dc_p_date(last),
                     dc_p_date(before),
                     dc_p_texts(thresholds->positions, thresholds->position_count),
                     target_periods(step->arena, &facts->period)));
    facts->team_count = dc_rows_count(rows);
    struct completeness_team *teams =
        DC_NEW_ARRAY(step->arena, struct completeness_team, facts->team_count);
    for (size_t i = 0; i < facts->team_count; i++) {
        teams[i] = (struct completeness_team){.unit_id = dc_rows_int64(rows, i, 0),
                                              .name = text(step->arena, rows, i, 1),
                                              .present = dc_rows_bool(rows, i, 2)};
    }
    facts->teams = teams;
    return DC_OK;
}

static enum dc_code
load_people(struct dc_step *step, dc_date last, const struct store_thresholds *thresholds,
            struct completeness_facts *facts, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SUBMISSION_PEOPLE), &rows, error, tenant_of(step),
                     dc_p_int64(facts->unit_id), dc_p_date(facts->period.first), dc_p_date(last),
                     dc_p_texts(thresholds->positions, thresholds->position_count),
                     target_periods(step->arena, &facts->period)));
    facts->person_count = dc_rows_count(rows);
    struct completeness_person *people =
        DC_NEW_ARRAY(step->arena, struct completeness_person, facts->person_count);
    for (size_t i = 0; i < facts->person_count; i++) {
        people[i] = (struct completeness_person){.person_id = dc_rows_int64(rows, i, 0),
                                                 .name = text(step->arena, rows, i, 1),
                                                 .unit_id = dc_rows_int64(rows, i, 2),
                                                 .unit_name = text(step->arena, rows, i, 3),
                                                 .present = dc_rows_bool(rows, i, 4)};
    }
    facts->people = people;
    return DC_OK;
}

enum dc_code
store_facts(struct dc_step *step, int64_t unit_id, const struct dc_period *period, dc_date today,
            const struct store_thresholds *thresholds, struct completeness_facts *ret_facts,
            struct dc_error *error)
{
    struct completeness_facts facts = {.period = *period, .unit_id = unit_id};
    facts.whole = today - 1 < period->last ? today - 1 : period->last;
    struct dc_period before = *period;
    for (int i = 0; i < MONTHS_BEFORE; i++) {
        before = dc_period_containing(DC_PERIOD_MONTH, before.first - 1);
    }
    dc_date last = today < period->last ? today : period->last;
    DC_TRY(store_unit_name(step, unit_id, &facts.unit_name, error));
    facts.unit_name = facts.unit_name ? facts.unit_name : "";
    DC_TRY(load_days(step, before.first, &facts, error));
    DC_TRY(load_exceptions(step, &facts, error));
    DC_TRY(load_teams(step, before.first, last, thresholds, &facts, error));
    DC_TRY(load_people(step, last, thresholds, &facts, error));
    *ret_facts = facts;
    return DC_OK;
}

/* --- what others tell ----------------------------------------------------------------------------
 */
enum dc_code
store_calendar(struct dc_step *step, const Workflow__CalendarChanged *calendar, bool *ret_kept,
               struct dc_error *error)
{
    size_t count = 0;
    dc_date *days = DC_NEW_ARRAY(step->arena, dc_date, calendar->n_days);
    bool *working = DC_NEW_ARRAY(step->arena, bool, calendar->n_days);
    for (size_t i = 0; i < calendar->n_days; i++) {
        DC_TRY(dc_date_parse(calendar->days[i]->date, &days[count], error));
        working[count++] = calendar->days[i]->working;
    }
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(CALENDAR_SAVE), &rows, error, tenant_of(step),
                     dc_p_int64(calendar->year), dc_p_int64(calendar->version),
                     dc_p_dates(days, count), dc_p_bools(working, count)));
    *ret_kept = dc_rows_count(rows) > 0;
    return DC_OK;
}

enum dc_code
store_targets(struct dc_step *step, const Goals__TargetsAdjusted *adjusted, struct dc_error *error)
{
    size_t most = adjusted->n_targets, count = 0;
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, most);
    int64_t *people = DC_NEW_ARRAY(step->arena, int64_t, most);
    int64_t *versions = DC_NEW_ARRAY(step->arena, int64_t, most);
    const char **periods = DC_NEW_ARRAY(step->arena, const char *, most);
    bool *removed = DC_NEW_ARRAY(step->arena, bool, most);
    for (size_t i = 0; i < most; i++) {
        const Goals__Target *target = adjusted->targets[i];
        if (target->owner_kind == GOALS__OWNER_KIND__OWNER_KIND_PERSON) {
            ids[count] = target->id;
            people[count] = target->owner_id;
            versions[count] = target->version;
            periods[count] = target->period;
            removed[count++] = target->removed;
        }
    }
    if (count == 0) {
        return DC_OK;
    }
    return dc_db_run(step->db, SQL(TARGETS_SAVE), NULL, error, tenant_of(step),
                     dc_p_int64s(ids, count), dc_p_int64s(people, count),
                     dc_p_texts(periods, count), dc_p_int64s(versions, count),
                     dc_p_bools(removed, count));
}
