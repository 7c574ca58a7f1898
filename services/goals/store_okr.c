/* Objectives and check-ins as they are kept. */
#include "store_okr.h"

#include <string.h>

#include "base/assert.h"
#include "goals.h"
#include "goals_sql.h"
#include "okr_rights.h"
#include "rights.h"
#include "store_rows.h"

#define SQL(name) (&goals_statements[GOALS_##name])

enum { CHECK_INS_MOST = 500, VERSIONS_MOST = 100, ALIGNED_MOST = 500 };

/* What the caller's grants and posts say of units. */
enum dc_code
store_okr_units(struct dc_step *step, dc_date day, const struct okr_reaches *reaches,
                const struct okr_unit **ret_units, size_t *ret_count, struct dc_error *error)
{
    const struct dc_access_reach *r = &reaches->reads, *s = &reaches->supervises,
                                 *h = &reaches->heads;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(
        step->db, SQL(OKR_UNITS), &rows, error, tenant_of(step), dc_p_date(day),
        dc_p_int64s(r->tree_units, r->tree_unit_count), dc_p_int64s(r->units, r->unit_count),
        dc_p_int64s(s->tree_units, s->tree_unit_count), dc_p_int64s(s->units, s->unit_count),
        dc_p_int64s(h->tree_units, h->tree_unit_count), dc_p_int64s(h->units, h->unit_count),
        dc_p_int64(step->context->person_id)));
    size_t count = dc_rows_count(rows);
    struct okr_unit *units = DC_NEW_ARRAY(step->arena, struct okr_unit, count + 1);
    for (size_t i = 0; i < count; i++) {
        units[i] = (struct okr_unit){.id = dc_rows_int64(rows, i, 0),
                                     .reads = dc_rows_bool(rows, i, 1),
                                     .supervises = dc_rows_bool(rows, i, 2),
                                     .heads = dc_rows_bool(rows, i, 3),
                                     .own = dc_rows_bool(rows, i, 4)};
    }
    *ret_units = units;
    *ret_count = count;
    return DC_OK;
}

/* --- which ones ---------------------------------------------------------------------------------
 */

/* Kind, owner and period in the first columns of rows. */
struct store_okr_owner *
store_read_okr_owners(struct dc_arena *arena, const struct dc_rows *rows, size_t *ret_count)
{
    size_t count = dc_rows_count(rows);
    struct store_okr_owner *owners = DC_NEW_ARRAY(arena, struct store_okr_owner, count + 1);
    for (size_t i = 0; i < count; i++) {
        owners[i] = (struct store_okr_owner){.kind = (Goals__OwnerKind)dc_rows_int64(rows, i, 0),
                                             .id = dc_rows_int64(rows, i, 1),
                                             .period = text(arena, rows, i, 2)};
    }
    *ret_count = count;
    return owners;
}

/* The first column of rows. */
static void
read_ids(struct dc_arena *arena, const struct dc_rows *rows, const int64_t **ret_ids,
         size_t *ret_count)
{
    size_t count = dc_rows_count(rows);
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = dc_rows_int64(rows, i, 0);
    }
    *ret_ids = ids;
    *ret_count = count;
}

enum dc_code
store_okr_wanted(struct dc_step *step, const struct store_okr_wanted *wanted,
                 const int64_t **ret_ids, size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_WANTED), &rows, error, tenant_of(step),
                     dc_p_text(wanted->period), dc_p_int64(wanted->kind),
                     dc_p_int64(wanted->owner_id), dc_p_int64s(wanted->units, wanted->unit_count),
                     dc_p_bool(wanted->tree), dc_p_date(goals_today(step)),
                     dc_p_int64(wanted->limit)));
    read_ids(step->arena, rows, ret_ids, ret_count);
    return DC_OK;
}

/* Parallel arrays of owners, as statements take them. */
struct owner_lists {
    struct dc_param kinds, ids, periods;
};

static struct owner_lists
list_owners(struct dc_arena *arena, const struct store_okr_owner *owners, size_t count)
{
    int64_t *kinds = DC_NEW_ARRAY(arena, int64_t, count + 1);
    int64_t *ids = DC_NEW_ARRAY(arena, int64_t, count + 1);
    const char **periods = DC_NEW_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        kinds[i] = owners[i].kind;
        ids[i] = owners[i].id;
        periods[i] = owners[i].period;
    }
    return (struct owner_lists){dc_p_int64s(kinds, count), dc_p_int64s(ids, count),
                                dc_p_texts(periods, count)};
}

enum dc_code
store_okr_owners(struct dc_step *step, struct store_okr_owner **ret_owners, size_t *ret_count,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_OWNERS), &rows, error, tenant_of(step)));
    *ret_owners = store_read_okr_owners(step->arena, rows, ret_count);
    return DC_OK;
}

enum dc_code
store_okr_confirmed(struct dc_step *step, const struct store_okr_owner *owners, size_t count,
                    const int64_t **ret_ids, size_t **ret_counts, struct dc_error *error)
{
    struct owner_lists lists = list_owners(step->arena, owners, count);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_CONFIRMED), &rows, error, tenant_of(step), lists.kinds,
                     lists.ids, lists.periods));
    size_t found, *counts = DC_NEW_ARRAY(step->arena, size_t, count + 1);
    read_ids(step->arena, rows, ret_ids, &found);
    for (size_t i = 0; i < found; i++) {
        counts[dc_rows_int64(rows, i, 1) - 1]++;
    }
    *ret_counts = counts;
    return DC_OK;
}

enum dc_code
store_okr_lock_owners(struct dc_step *step, const struct store_okr_owner *owners, size_t count,
                      struct dc_error *error)
{
    struct owner_lists lists = list_owners(step->arena, owners, count);
    return dc_db_run(step->db, SQL(OKR_LOCK_OWNERS), NULL, error, tenant_of(step), lists.kinds,
                     lists.ids, lists.periods);
}

enum dc_code
store_okr_count_results(struct dc_step *step, const struct store_okr_owner *owners, size_t count,
                        int64_t **ret_versions, struct dc_error *error)
{
    struct owner_lists lists = list_owners(step->arena, owners, count);
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_COUNT_RESULTS), &rows, error, tenant_of(step), lists.kinds,
                     lists.ids, lists.periods));
    DC_ASSERT(dc_rows_count(rows) == count);
    *ret_versions = DC_NEW_ARRAY(step->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        (*ret_versions)[i] = dc_rows_int64(rows, i, 0);
    }
    return DC_OK;
}

enum dc_code
store_okr_aligned(struct dc_step *step, int64_t id, const int64_t **ret_ids, size_t *ret_count,
                  struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_ALIGNED), &rows, error, tenant_of(step), dc_p_int64(id),
                     dc_p_int64(ALIGNED_MOST)));
    read_ids(step->arena, rows, ret_ids, ret_count);
    return DC_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

static enum dc_code
unpack(struct dc_step *step, struct dc_bytes body, Goals__Objective **ret_objective,
       struct dc_error *error)
{
    *ret_objective =
        goals__objective__unpack(dc_arena_allocator(step->arena), body.size, body.data);
    return *ret_objective ? DC_OK : dc_fail(error, DC_DATA_LOSS, "an objective cannot be read");
}

static enum dc_code
read_objective(struct dc_step *step, const struct dc_rows *rows, size_t i,
               struct store_objective *ret, struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    Goals__Objective *o, *up;
    DC_TRY(unpack(step, dc_rows_bytes(rows, i, 6), &o, error));
    o->id = dc_rows_int64(rows, i, 0);
    o->version = dc_rows_int64(rows, i, 1);
    o->state = (Goals__ObjectiveState)dc_rows_int64(rows, i, 2);
    o->owner_kind = (Goals__OwnerKind)dc_rows_int64(rows, i, 3);
    o->owner_id = dc_rows_int64(rows, i, 4);
    o->period = text(arena, rows, i, 5);
    o->author = text(arena, rows, i, 7);
    o->author_person_id = dc_rows_int64(rows, i, 8);
    o->reason = text(arena, rows, i, 9);
    o->changed_at_us = dc_rows_time(rows, i, 10);
    o->author_name = text(arena, rows, i, 11);
    o->owner_name = text(arena, rows, i, 12);
    *ret = (struct store_objective){.objective = o,
                                    .owner = {.kind = o->owner_kind,
                                              .id = o->owner_id,
                                              .above = dc_rows_int64(rows, i, 14),
                                              .name = o->owner_name,
                                              .found = dc_rows_bool(rows, i, 15)},
                                    .unit_name = text(arena, rows, i, 16),
                                    .unit_id = dc_rows_int64(rows, i, 24),
                                    .up_title = ""};
    if (dc_rows_int64(rows, i, 20) != 0) {
        DC_TRY(unpack(step, dc_rows_bytes(rows, i, 17), &up, error));
        ret->up_title = up->title;
        ret->up = (struct store_place){.kind = (Goals__OwnerKind)dc_rows_int64(rows, i, 19),
                                       .id = dc_rows_int64(rows, i, 20),
                                       .above = dc_rows_int64(rows, i, 22),
                                       .name = text(arena, rows, i, 18),
                                       .found = dc_rows_bool(rows, i, 23)};
    }
    return DC_OK;
}

Goals__KeyResult *
store_find_key_result(const struct store_objectives *objectives, size_t *at, int64_t objective_id,
                      int64_t key_result_id)
{
    for (size_t tried = 0; tried < objectives->count; tried++) {
        Goals__Objective *o = objectives->items[*at].objective;
        if (o->id != objective_id) {
            *at = (*at + 1) % objectives->count;
            continue;
        }
        for (size_t k = 0; k < o->n_key_results; k++) {
            if (o->key_results[k]->id == key_result_id) {
                return o->key_results[k];
            }
        }
        return NULL;
    }
    return NULL;
}

/* Puts the last check-ins into the key results. */
static enum dc_code
read_last_check_ins(struct dc_step *step, const int64_t *ids, size_t count,
                    struct store_objectives *objectives, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_LAST_CHECK_INS), &rows, error, tenant_of(step),
                     dc_p_int64s(ids, count)));
    size_t at = 0;
    for (size_t i = 0; objectives->count > 0 && i < dc_rows_count(rows); i++) {
        Goals__KeyResult *kr =
            store_find_key_result(objectives, &at, dc_rows_int64(rows, i, 0),
                                  dc_rows_int64(rows, i, 1));
        if (kr) { /* else it was taken away later */
            kr->value = number(step->arena, rows, i, 2);
            kr->health = (Goals__Health)dc_rows_int64(rows, i, 3);
            kr->confidence = number(step->arena, rows, i, 4);
            kr->note = text(step->arena, rows, i, 5);
            kr->checked_in_at_us = dc_rows_time(rows, i, 6);
            kr->checked_in_by = text(step->arena, rows, i, 7);
        }
    }
    return DC_OK;
}

enum dc_code
store_objectives(struct dc_step *step, const int64_t *ids, size_t count,
                 struct store_objectives *ret_objectives, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_LOAD), &rows, error, tenant_of(step),
                     dc_p_int64s(ids, count), dc_p_date(goals_today(step))));
    struct store_objectives found = {
        .items = DC_NEW_ARRAY(step->arena, struct store_objective, dc_rows_count(rows) + 1),
        .count = dc_rows_count(rows)};
    for (size_t i = 0; i < found.count; i++) {
        DC_TRY(read_objective(step, rows, i, &found.items[i], error));
    }
    DC_TRY(read_last_check_ins(step, ids, count, &found, error));
    DC_TRY(store_okr_read_fed(step, ids, count, &found, error));
    *ret_objectives = found;
    return DC_OK;
}

enum dc_code
store_check_ins(struct dc_step *step, int64_t objective_id, Goals__CheckIn ***ret_check_ins,
                size_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_CHECK_INS), &rows, error, tenant_of(step),
                     dc_p_int64(objective_id), dc_p_int64(CHECK_INS_MOST)));
    struct dc_arena *arena = step->arena;
    size_t count = dc_rows_count(rows);
    Goals__CheckIn **items = DC_NEW_ARRAY(arena, Goals__CheckIn *, count + 1);
    for (size_t i = 0; i < count; i++) {
        Goals__CheckIn *c = DC_NEW_MESSAGE(arena, Goals__CheckIn, goals__check_in__init);
        c->id = dc_rows_int64(rows, i, 0);
        c->key_result_id = dc_rows_int64(rows, i, 1);
        c->value = number(arena, rows, i, 2);
        c->score = number(arena, rows, i, 3);
        c->health = (Goals__Health)dc_rows_int64(rows, i, 4);
        c->confidence = number(arena, rows, i, 5);
        c->note = text(arena, rows, i, 6);
        c->author = text(arena, rows, i, 7);
        c->author_name = text(arena, rows, i, 8);
        c->at_us = dc_rows_time(rows, i, 9);
        items[i] = c;
    }
    *ret_check_ins = items;
    *ret_count = count;
    return DC_OK;
}

enum dc_code
store_objective_versions(struct dc_step *step, const Goals__Objective *objective,
                         Goals__Objective ***ret_versions, size_t *ret_count,
                         struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_VERSIONS), &rows, error, tenant_of(step),
                     dc_p_int64(objective->id), dc_p_int64(VERSIONS_MOST)));
    struct dc_arena *arena = step->arena;
    size_t count = dc_rows_count(rows);
    Goals__Objective **items = DC_NEW_ARRAY(arena, Goals__Objective *, count + 1);
    for (size_t i = 0; i < count; i++) {
        DC_TRY(unpack(step, dc_rows_bytes(rows, i, 2), &items[i], error));
        items[i]->id = objective->id;
        items[i]->version = dc_rows_int64(rows, i, 0);
        items[i]->state = (Goals__ObjectiveState)dc_rows_int64(rows, i, 1);
        items[i]->author = text(arena, rows, i, 3);
        items[i]->author_person_id = dc_rows_int64(rows, i, 4);
        items[i]->reason = text(arena, rows, i, 5);
        items[i]->changed_at_us = dc_rows_time(rows, i, 6);
        items[i]->author_name = text(arena, rows, i, 7);
    }
    *ret_versions = items;
    *ret_count = count;
    return DC_OK;
}

/* --- writing ------------------------------------------------------------------------------------
 */

static enum dc_code
number_key_results(struct dc_step *step, Goals__Objective *objective, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_NEW_KEY_RESULTS), &rows, error,
                     dc_p_int64((int64_t)objective->n_key_results)));
    for (size_t i = 0; i < objective->n_key_results; i++) {
        if (objective->key_results[i]->id == 0) {
            objective->key_results[i]->id = dc_rows_int64(rows, i, 0);
        }
    }
    return DC_OK;
}

/* Of a version only what was agreed on. */
static struct dc_bytes
pack_agreed(struct dc_arena *arena, const Goals__Objective *objective)
{
    Goals__Objective agreed = GOALS__OBJECTIVE__INIT;
    agreed.owner_kind = objective->owner_kind;
    agreed.owner_id = objective->owner_id;
    agreed.period = objective->period;
    agreed.title = objective->title;
    agreed.description = objective->description;
    agreed.weight = objective->weight;
    agreed.parent_id = objective->parent_id;
    agreed.contributes_to = objective->contributes_to;
    agreed.n_contributes_to = objective->n_contributes_to;
    agreed.n_key_results = objective->n_key_results;
    agreed.key_results = DC_NEW_ARRAY(arena, Goals__KeyResult *, objective->n_key_results + 1);
    for (size_t i = 0; i < objective->n_key_results; i++) {
        const Goals__KeyResult *from = objective->key_results[i];
        Goals__KeyResult *kr = DC_NEW_MESSAGE(arena, Goals__KeyResult, goals__key_result__init);
        kr->id = from->id;
        kr->title = from->title;
        kr->kind = from->kind;
        kr->weight = from->weight;
        kr->unit_of_measure = from->unit_of_measure;
        kr->start = from->start;
        kr->commit = from->commit;
        kr->target = from->target;
        kr->stretch = from->stretch;
        kr->milestones = from->milestones;
        kr->n_milestones = from->n_milestones;
        kr->commit_score = from->commit_score;
        kr->target_score = from->target_score;
        kr->measure_id = from->measure_id;
        agreed.key_results[i] = kr;
    }
    uint8_t *data = dc_arena_alloc(arena, goals__objective__get_packed_size(&agreed) + 1);
    return (struct dc_bytes){data, goals__objective__pack(&agreed, data)};
}

enum dc_code
store_save_objective(struct dc_step *step, Goals__Objective *objective, struct dc_error *error)
{
    DC_TRY(number_key_results(step, objective, error));
    struct dc_bytes body = pack_agreed(step->arena, objective);
    objective->author = dc_arena_strdup(step->arena, store_author(step));
    objective->author_person_id = step->context->person_id;
    objective->changed_at_us = step->now;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_SAVE), &rows, error, tenant_of(step),
                     dc_p_int64(objective->id), dc_p_int64(objective->owner_kind),
                     dc_p_int64(objective->owner_id), dc_p_text(objective->period),
                     dc_p_int64(objective->state), dc_p_bytes(body.data, body.size),
                     dc_p_text(objective->author), dc_p_int64(objective->author_person_id),
                     dc_p_text(objective->reason), dc_p_time(step->now)));
    objective->id = dc_rows_int64(rows, 0, 0);
    objective->version = dc_rows_int64(rows, 0, 1);
    return DC_OK;
}

enum dc_code
store_okr_lock_links(struct dc_step *step, struct dc_error *error)
{
    return dc_db_run(step->db, SQL(OKR_LOCK_LINKS), NULL, error, tenant_of(step));
}

enum dc_code
store_okr_save_links(struct dc_step *step, const Goals__Objective *objective,
                     struct dc_error *error)
{
    size_t count = 0, most = objective->n_contributes_to + 1;
    int64_t *to = DC_NEW_ARRAY(step->arena, int64_t, most);
    bool *up = DC_NEW_ARRAY(step->arena, bool, most);
    if (objective->parent_id != 0) {
        up[count] = true;
        to[count++] = objective->parent_id;
    }
    for (size_t i = 0; i < objective->n_contributes_to; i++) {
        to[count++] = objective->contributes_to[i];
    }
    return dc_db_run(step->db, SQL(OKR_SAVE_LINKS), NULL, error, tenant_of(step),
                     dc_p_int64(objective->id), dc_p_int64s(to, count), dc_p_bools(up, count));
}

/* Runs a statement that answers yes or no. */
static enum dc_code
ask(struct dc_step *step, const struct dc_statement *statement, struct dc_param a,
    struct dc_param b, bool *ret_yes, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, statement, &rows, error, tenant_of(step), a, b));
    *ret_yes = dc_rows_bool(rows, 0, 0);
    return DC_OK;
}

enum dc_code
store_okr_circle(struct dc_step *step, int64_t id, const int64_t *to, size_t count,
                 bool *ret_circle, struct dc_error *error)
{
    return ask(step, SQL(OKR_CIRCLE), dc_p_int64(id), dc_p_int64s(to, count), ret_circle, error);
}

enum dc_code
store_okr_is_above(struct dc_step *step, int64_t upper, int64_t lower, bool *ret_above,
                   struct dc_error *error)
{
    return ask(step, SQL(OKR_IS_ABOVE), dc_p_int64(upper), dc_p_int64(lower), ret_above, error);
}

enum dc_code
store_okr_lock_owner(struct dc_step *step, Goals__OwnerKind kind, int64_t owner_id,
                     const char *period, int64_t *ret_count, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_LOCK_OWNER), &rows, error, tenant_of(step), dc_p_int64(kind),
                     dc_p_int64(owner_id), dc_p_text(period)));
    DC_ASSERT(dc_rows_count(rows) == 1);
    *ret_count = dc_rows_int64(rows, 0, 0);
    return DC_OK;
}

enum dc_code
store_add_check_ins(struct dc_step *step, const Goals__CheckInRequest *request,
                    const char *const *values, const char *const *scores, struct dc_error *error)
{
    size_t count = request->n_check_ins;
    int64_t *key_results = DC_NEW_ARRAY(step->arena, int64_t, count);
    int64_t *health = DC_NEW_ARRAY(step->arena, int64_t, count);
    struct dc_decimal *points = DC_NEW_ARRAY(step->arena, struct dc_decimal, count);
    struct dc_decimal *confidence = DC_NEW_ARRAY(step->arena, struct dc_decimal, count);
    const char **notes = DC_NEW_ARRAY(step->arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        const Goals__KeyResultCheckIn *entry = request->check_ins[i];
        key_results[i] = entry->key_result_id;
        health[i] = entry->health;
        notes[i] = entry->note;
        confidence[i] = DC_DECIMAL_INT(-1);
        DC_TRY(dc_decimal_parse(scores[i], &points[i], error));
        if (entry->confidence[0]) {
            DC_TRY(dc_decimal_parse(entry->confidence, &confidence[i], error));
        }
    }
    return dc_db_run(step->db, SQL(OKR_ADD_CHECK_INS), NULL, error, tenant_of(step),
                     dc_p_int64(request->objective_id), dc_p_int64s(key_results, count),
                     dc_p_texts(values, count), dc_p_decimals(points, count),
                     dc_p_int64s(health, count), dc_p_decimals(confidence, count),
                     dc_p_texts(notes, count), dc_p_text(store_author(step)),
                     dc_p_int64(step->context->person_id), dc_p_time(step->now));
}

/* --- settings, measure --------------------------------------------------------------------------
 */

enum dc_code
store_okr_settings(struct dc_step *step, Goals__OkrSettings **ret_settings, struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_SETTINGS), &rows, error, tenant_of(step)));
    Goals__OkrSettings *s =
        DC_NEW_MESSAGE(step->arena, Goals__OkrSettings, goals__okr_settings__init);
    s->commit_score = (char *)"0.3";
    s->target_score = (char *)"0.7";
    s->check_in_days = 7;
    if (dc_rows_count(rows) > 0) {
        s->version = dc_rows_int64(rows, 0, 0);
        s->commit_score = number(step->arena, rows, 0, 1);
        s->target_score = number(step->arena, rows, 0, 2);
        s->check_in_days = (int32_t)dc_rows_int64(rows, 0, 3);
        s->author = text(step->arena, rows, 0, 4);
        s->changed_at_us = dc_rows_time(rows, 0, 5);
        s->manager_after_days = (int32_t)dc_rows_int64(rows, 0, 6);
    }
    *ret_settings = s;
    return DC_OK;
}

enum dc_code
store_save_okr_settings(struct dc_step *step, Goals__OkrSettings *settings, struct dc_error *error)
{
    struct dc_decimal commit, target;
    DC_TRY(dc_decimal_parse(settings->commit_score, &commit, error));
    DC_TRY(dc_decimal_parse(settings->target_score, &target, error));
    settings->author = dc_arena_strdup(step->arena, store_author(step));
    settings->changed_at_us = step->now;
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(OKR_SAVE_SETTINGS), &rows, error, tenant_of(step),
                     dc_p_int64(settings->version), dc_p_decimal(commit), dc_p_decimal(target),
                     dc_p_int64(settings->check_in_days), dc_p_text(settings->author),
                     dc_p_time(step->now), dc_p_int64(settings->manager_after_days)));
    return dc_rows_count(rows) > 0 ? DC_OK : dc_fail(error, DC_ABORTED, "they were changed since");
}

enum dc_code
store_measure_of(struct dc_step *step, Goals__MeasureOf of, int64_t *ret_measure_id,
                 struct dc_error *error)
{
    DC_AUTO(dc_rows) struct dc_rows *rows = NULL;
    DC_TRY(dc_db_run(step->db, SQL(MEASURE_OF), &rows, error, tenant_of(step), dc_p_int64(of)));
    *ret_measure_id = dc_rows_count(rows) > 0 ? dc_rows_int64(rows, 0, 0) : 0;
    return DC_OK;
}
