/*
 * closing.c - the tasks. "close" computes the results of rounds that are over, some people in a
 * transaction, tells them and deletes the answers; how far it has come stands in the round's row, so
 * a crash repeats nothing. "people" lets go of raters who left.
 */
#include <inttypes.h>
#include <sodium.h>

#include "handlers.h"
#include "outcome.h"

enum { PEOPLE_AT_ONCE = 500, GONE_AT_ONCE = 500 };

/* --- results -------------------------------------------------------------------------------------
 */

static uint32_t
lot(uint32_t of)
{
    return randombytes_uniform(of);
}

static void
tell_results(struct dc_step *step, Reviews__Round *round, const struct store_result *results,
             size_t count)
{
    Reviews__RatingsClosed event = REVIEWS__RATINGS_CLOSED__INIT;
    event.round_id = round->id;
    event.round_name = round->name;
    event.measure_id = round->measure_id;
    event.period = round->period;
    event.results = DC_NEW_ARRAY(step->arena, Reviews__RatingResult *, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (results[i].total.denominator.units == 0) {
            continue;
        }
        Reviews__RatingResult *r =
            DC_NEW_MESSAGE(step->arena, Reviews__RatingResult, reviews__rating_result__init);
        r->person_id = results[i].person_id;
        r->numerator = results[i].body->numerator;
        r->denominator = results[i].body->denominator;
        r->version = round->id; /* a person is rated once for a measure and a period, unless the
                                   round before was cancelled */
        event.results[event.n_results++] = r;
    }
    if (event.n_results > 0) {
        dc_emit(step, step->context->tenant_id,
                dc_arena_printf(step->arena, "round/%" PRId64, round->id), &event.base);
    }
}

static enum dc_code
compute(struct dc_step *step, Reviews__Round *round, const int64_t *people, size_t count,
        struct dc_error *error)
{
    struct dc_arena *arena = step->arena;
    Reviews__Form *form;
    struct form_scale scale;
    struct store_given *given;
    size_t given_count, at = 0;
    DC_TRY(store_form(step, round->form_id, round->form_version, &form, error));
    form_scale(form, arena, &scale);
    DC_TRY(store_given(step, round->id, people, count, &given, &given_count, error));
    struct outcome_rating *ratings = DC_NEW_ARRAY(arena, struct outcome_rating, given_count + 1);
    struct store_result *results = DC_NEW_ARRAY(arena, struct store_result, count);
    for (size_t i = 0; i < count; i++) {
        size_t n = 0;
        for (; at < given_count && given[at].person_id == people[i]; at++, n++) {
            ratings[n] = (struct outcome_rating){given[at].relation, given[at].rating};
        }
        results[i].person_id = people[i];
        results[i].body = outcome(form, &scale, ratings, n, lot, arena, &results[i].total,
                                  &results[i].raters);
    }
    DC_TRY(store_add_results(step, round->id, results, count, error));
    tell_results(step, round, results, count);
    return DC_OK;
}

static enum dc_code
close_piece(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    Reviews__Round *round;
    Reviews__RoundState state, to;
    int64_t id, computed_to, *people;
    size_t count;
    DC_TRY(store_pick_going(step, &id, &state, error));
    *ret_more = id != 0;
    if (id == 0) {
        return DC_OK;
    }
    DC_TRY(store_round(step, id, STORE_LOCK, &round, error));
    if (state == REVIEWS__ROUND_STATE__ROUND_STATE_OPEN) { /* nobody is asked for anything */
        DC_TRY(round_next(state, ROUND_CLOSE, &to, error));
        DC_TRY(store_round_state(step, id, to, "", error));
        return tell_round(step, id, &round, error);
    }
    DC_TRY(store_computed_to(step, id, &computed_to, error));
    DC_TRY(store_next_subjects(step, id, computed_to, PEOPLE_AT_ONCE, &people, &count, error));
    if (count > 0) {
        return compute(step, round, people, count, error);
    }
    DC_TRY(round_next(state, ROUND_COMPUTED, &to, error));
    DC_TRY(store_round_state(step, id, to, "", error));
    return tell_round(step, id, &round, error);
}

static enum dc_code
each_tenant(struct dc_step *step, dc_tenant_fn *fn, bool *ret_more, struct dc_error *error)
{
    const int64_t *tenants;
    size_t count;
    *ret_more = false;
    DC_TRY(dc_step_begin(step, 0, error));
    DC_TRY(store_tenants_going(step, &tenants, &count, error));
    DC_TRY(dc_step_commit(step, error));
    return dc_step_each_tenant(step, tenants, count, fn, ret_more, error);
}

enum dc_code
reviews_close(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    return each_tenant(step, close_piece, ret_more, error);
}

/* --- who left ------------------------------------------------------------------------------------
 */

static enum dc_code
let_go(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    struct store_gone *gone;
    size_t count;
    DC_TRY(store_lapse_gone(step, GONE_AT_ONCE, &gone, &count, error));
    for (size_t i = 0; i < count; i++) { /* few leave at a time */
        DC_TRY(finish(step, gone[i].round_id, &gone[i].rater_id, 1, error));
    }
    *ret_more = count == GONE_AT_ONCE;
    return DC_OK;
}

enum dc_code
reviews_people(struct dc_step *step, bool *ret_more, struct dc_error *error)
{
    return each_tenant(step, let_go, ret_more, error);
}
