/* store_rounds.c - rounds, who is rated in them, and how far they are. */
#include "store_internal.h"

enum { LACKS_SHOWN = 200, SUBJECTS_SHOWN = 5000, UNIT_LEAST = 3 };

static int64_t
time_or_zero(const struct dc_rows *rows, size_t i, int column)
{
    return dc_rows_is_null(rows, i, column) ? 0 : dc_rows_time(rows, i, column);
}

static Reviews__Round *
read_round(struct dc_arena *arena, const struct dc_rows *rows, size_t i)
{
    Reviews__Round *r = DC_NEW_MESSAGE(arena, Reviews__Round, reviews__round__init);
    r->rules = DC_NEW_MESSAGE(arena, Reviews__RaterRules, reviews__rater_rules__init);
    r->id = dc_rows_int64(rows, i, 0);
    r->name = store_text(arena, rows, i, 1);
    r->form_id = dc_rows_int64(rows, i, 2);
    r->form_version = dc_rows_int64(rows, i, 3);
    r->form_name = store_text(arena, rows, i, 4);
    r->form_name_en = store_text(arena, rows, i, 5);
    r->period = store_text(arena, rows, i, 6);
    r->unit_id = dc_rows_int64(rows, i, 7);
    r->measure_id = dc_rows_int64(rows, i, 8);
    r->state = (Reviews__RoundState)dc_rows_int64(rows, i, 9);
    r->rules->peers = (int32_t)dc_rows_int64(rows, i, 10);
    r->rules->peer_choice = (Reviews__PeerChoice)dc_rows_int64(rows, i, 11);
    r->rules->subordinates = (int32_t)dc_rows_int64(rows, i, 12);
    r->closes_itself = dc_rows_bool(rows, i, 13);
    r->author = store_text(arena, rows, i, 14);
    r->author_person_id = dc_rows_int64(rows, i, 15);
    r->started_at_us = dc_rows_time(rows, i, 16);
    r->opened_at_us = time_or_zero(rows, i, 17);
    r->closed_at_us = time_or_zero(rows, i, 18);
    r->released_at_us = time_or_zero(rows, i, 19);
    r->reason = store_text(arena, rows, i, 20);
    r->version = dc_rows_int64(rows, i, 21);
    return r;
}
enum { COMPUTED_TO = 22, BEHIND_ROUND = 23 };

/* --- starting ------------------------------------------------------------------------------------
 */

enum dc_code
store_unit_known(struct dc_step *step, int64_t unit_id, bool *ret_known, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(UNIT_NAME), &rows, error, TENANT, dc_p_int64(unit_id)));
    *ret_known = dc_rows_count(rows) > 0;
    return DC_OK;
}

enum dc_code
store_rated_twice(struct dc_step *step, const struct store_plan *plan, int64_t measure_id,
                  const char *period, const char **ret_person, const char **ret_round,
                  struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(RATED_TWICE), &rows, error, TENANT, dc_p_int64(plan->unit_id),
                     dc_p_date(plan->day), dc_p_int64(measure_id), dc_p_text(period)));
    *ret_person = *ret_round = NULL;
    if (dc_rows_count(rows) > 0) {
        *ret_person = store_text(step->arena, rows, 0, 0);
        *ret_round = store_text(step->arena, rows, 0, 1);
    }
    return DC_OK;
}

#define PLAN                                                                                       \
    dc_p_int64(plan->unit_id), dc_p_date(plan->day), dc_p_bool(plan->superior),                    \
        dc_p_bool(plan->self), dc_p_int64(plan->peers), dc_p_int64(plan->subordinates)

static Reviews__RelationCount *
relation_count(struct dc_arena *arena, int relation, int64_t count, int64_t given)
{
    Reviews__RelationCount *r =
        DC_NEW_MESSAGE(arena, Reviews__RelationCount, reviews__relation_count__init);
    r->relation = (Reviews__Relation)relation;
    r->count = count;
    r->given = given;
    return r;
}

enum dc_code
store_preview(struct dc_step *step, const struct store_plan *plan,
              const struct store_wanted *wanted, Reviews__Preview **ret_preview,
              struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *counts = NULL;
    DC_AUTO(dc_rows) struct dc_rows *lacks = NULL;
    struct dc_arena *arena = step->arena;
    Reviews__Preview *p = DC_NEW_MESSAGE(arena, Reviews__Preview, reviews__preview__init);
    DC_TRY(dc_db_run(step->db, SQL(PREVIEW_COUNTS), &counts, error, TENANT, PLAN));
    DC_TRY(dc_db_run(step->db, SQL(PREVIEW_LACKS), &lacks, error, TENANT, PLAN,
                     dc_p_int64s(wanted->relations, wanted->count),
                     dc_p_int64s(wanted->minimums, wanted->count), dc_p_int64(LACKS_SHOWN)));
    p->people = dc_rows_int64(counts, 0, 0);
    p->raters = dc_rows_int64(counts, 0, 1);
    p->most_ratings = dc_rows_int64(counts, 0, 2);
    p->relations = DC_NEW_ARRAY(arena, Reviews__RelationCount *, 5);
    for (int r = 1; r <= 5; r++) {
        p->relations[p->n_relations++] =
            relation_count(arena, r, dc_rows_int64(counts, 0, 2 + r), 0);
    }
    p->n_lacks = dc_rows_count(lacks);
    p->lacks = DC_NEW_ARRAY(arena, Reviews__Lack *, p->n_lacks + 1);
    p->lack_count = p->n_lacks ? dc_rows_int64(lacks, 0, 5) : 0;
    for (size_t i = 0; i < p->n_lacks; i++) {
        Reviews__Lack *lack = DC_NEW_MESSAGE(arena, Reviews__Lack, reviews__lack__init);
        lack->person_id = dc_rows_int64(lacks, i, 0);
        lack->person_name = store_text(arena, lacks, i, 1);
        lack->relation = (Reviews__Relation)dc_rows_int64(lacks, i, 2);
        lack->raters = (int32_t)dc_rows_int64(lacks, i, 3);
        lack->minimum = (int32_t)dc_rows_int64(lacks, i, 4);
        p->lacks[i] = lack;
    }
    *ret_preview = p;
    return DC_OK;
}

enum dc_code
store_add_round(struct dc_step *step, const Reviews__Round *round, const struct store_plan *plan,
                int64_t *ret_id, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(
        step->db, SQL(ROUND_ADD), &rows, error, TENANT, dc_p_text(round->name),
        dc_p_int64(round->form_id), dc_p_int64(round->form_version), dc_p_text(round->form_name),
        dc_p_text(round->form_name_en), dc_p_text(round->period), dc_p_int64(round->unit_id),
        dc_p_int64(round->measure_id), dc_p_int64(round->rules->peers),
        dc_p_int64(round->rules->peer_choice), dc_p_int64(round->rules->subordinates),
        dc_p_bool(round->closes_itself), dc_p_text(step->context->account),
        dc_p_int64(step->context->person_id), dc_p_time(step->now), dc_p_text(round->reason)));
    *ret_id = dc_rows_int64(rows, 0, 0);
    DC_TRY(dc_db_run(step->db, SQL(SUBJECTS_ADD), NULL, error, TENANT, dc_p_int64(*ret_id),
                     dc_p_int64(plan->unit_id), dc_p_date(plan->day)));
    return dc_db_run(step->db, SQL(ASSIGNMENTS_ADD), NULL, error, TENANT, dc_p_int64(*ret_id), PLAN);
}

/* --- reading and moving --------------------------------------------------------------------------
 */

enum dc_code
store_round(struct dc_step *step, int64_t id, enum store_hold hold, Reviews__Round **ret_round,
            struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    const struct dc_statement *statements[] = {
        [STORE_LOOK] = SQL(ROUND_LOAD),
        [STORE_SHARE] = SQL(ROUND_SHARE),
        [STORE_LOCK] = SQL(ROUND_LOCK),
    };
    DC_TRY(dc_db_run(step->db, statements[hold], &rows, error, TENANT, dc_p_int64(id)));
    *ret_round = dc_rows_count(rows) > 0 ? read_round(step->arena, rows, 0) : NULL;
    return DC_OK;
}

enum dc_code
store_computed_to(struct dc_step *step, int64_t id, int64_t *ret_person_id,
                  struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(ROUND_LOAD), &rows, error, TENANT, dc_p_int64(id)));
    *ret_person_id = dc_rows_int64(rows, 0, COMPUTED_TO);
    return DC_OK;
}

enum dc_code
store_round_state(struct dc_step *step, int64_t id, Reviews__RoundState state, const char *reason,
                  struct dc_error *error)
{
    return dc_db_run(step->db, SQL(ROUND_STATE), NULL, error, TENANT, dc_p_int64(id),
                     dc_p_int64(state), dc_p_time(step->now), dc_p_text(reason));
}

enum dc_code
store_rounds(struct dc_step *step, const struct dc_access_reach *supervised,
             Reviews__RoundShown ***ret_rounds, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(ROUND_LIST), &rows, error, TENANT,
                     dc_p_int64(step->context->person_id), dc_p_bool(supervised->all),
                     dc_p_int64s(supervised->tree_units, supervised->tree_unit_count),
                     dc_p_int64s(supervised->units, supervised->unit_count)));
    *ret_count = dc_rows_count(rows);
    *ret_rounds = DC_NEW_ARRAY(step->arena, Reviews__RoundShown *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        Reviews__RoundShown *shown =
            DC_NEW_MESSAGE(step->arena, Reviews__RoundShown, reviews__round_shown__init);
        shown->round = read_round(step->arena, rows, i);
        shown->supervises = dc_rows_bool(rows, i, BEHIND_ROUND);
        shown->rated = dc_rows_bool(rows, i, BEHIND_ROUND + 1);
        shown->manages = dc_rows_bool(rows, i, BEHIND_ROUND + 2);
        shown->to_give = dc_rows_int64(rows, i, BEHIND_ROUND + 3);
        (*ret_rounds)[i] = shown;
    }
    return DC_OK;
}

enum dc_code
store_progress(struct dc_step *step, int64_t round_id, Reviews__GetProgressResponse *response,
               struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *counts = NULL;
    DC_AUTO(dc_rows) struct dc_rows *units = NULL;
    struct dc_arena *arena = step->arena;
    DC_TRY(dc_db_run(step->db, SQL(PROGRESS), &counts, error, TENANT, dc_p_int64(round_id)));
    DC_TRY(dc_db_run(step->db, SQL(PROGRESS_UNITS), &units, error, TENANT, dc_p_int64(round_id),
                     dc_p_date(store_today(step)), dc_p_int64(UNIT_LEAST)));
    response->people = dc_rows_int64(counts, 0, 0);
    response->proposed = dc_rows_int64(counts, 0, 1);
    response->declined = dc_rows_int64(counts, 0, 2);
    response->relations = DC_NEW_ARRAY(arena, Reviews__RelationCount *, 5);
    for (int r = 1; r <= 5; r++) {
        response->relations[response->n_relations++] = relation_count(
            arena, r, dc_rows_int64(counts, 0, 1 + 2 * r), dc_rows_int64(counts, 0, 2 + 2 * r));
    }
    response->n_units = dc_rows_count(units);
    response->units = DC_NEW_ARRAY(arena, Reviews__UnitProgress *, response->n_units + 1);
    for (size_t i = 0; i < response->n_units; i++) {
        Reviews__UnitProgress *unit =
            DC_NEW_MESSAGE(arena, Reviews__UnitProgress, reviews__unit_progress__init);
        unit->unit_id = dc_rows_int64(units, i, 0);
        unit->unit_name = store_text(arena, units, i, 1);
        unit->asked = dc_rows_int64(units, i, 2);
        unit->given = dc_rows_int64(units, i, 3);
        response->units[i] = unit;
    }
    return DC_OK;
}

/* --- who is rated --------------------------------------------------------------------------------
 */

enum dc_code
store_subject(struct dc_step *step, int64_t round_id, int64_t person_id,
              struct store_subject *ret_subject, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SUBJECT_LOAD), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_int64(person_id)));
    *ret_subject = (struct store_subject){.found = dc_rows_count(rows) > 0};
    if (ret_subject->found) {
        ret_subject->unit_id = dc_rows_int64(rows, 0, 0);
        ret_subject->manager_id = dc_rows_int64(rows, 0, 1);
        ret_subject->name = store_text(step->arena, rows, 0, 2);
        ret_subject->unit_name = store_text(step->arena, rows, 0, 3);
    }
    return DC_OK;
}

enum dc_code
store_subjects(struct dc_step *step, int64_t round_id, bool all, const struct store_wanted *wanted,
               Reviews__Subject ***ret_subjects, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(SUBJECTS_LIST), &rows, error, TENANT, dc_p_int64(round_id),
                     dc_p_bool(all), dc_p_int64(step->context->person_id),
                     dc_p_int64s(wanted->relations, wanted->count),
                     dc_p_int64s(wanted->minimums, wanted->count), dc_p_int64(SUBJECTS_SHOWN)));
    *ret_count = dc_rows_count(rows);
    *ret_subjects = DC_NEW_ARRAY(step->arena, Reviews__Subject *, *ret_count + 1);
    for (size_t i = 0; i < *ret_count; i++) {
        Reviews__Subject *s =
            DC_NEW_MESSAGE(step->arena, Reviews__Subject, reviews__subject__init);
        s->person_id = dc_rows_int64(rows, i, 0);
        s->person_name = store_text(step->arena, rows, i, 1);
        s->unit_name = store_text(step->arena, rows, i, 2);
        s->raters = dc_rows_int64(rows, i, 3);
        s->proposed = dc_rows_int64(rows, i, 4);
        s->declined = dc_rows_int64(rows, i, 5);
        s->lacking = dc_rows_bool(rows, i, 6);
        (*ret_subjects)[i] = s;
    }
    return DC_OK;
}
