/* shared.c - who may, and what is told of rounds and raters. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "handlers.h"

/* --- rights --------------------------------------------------------------------------------------
 */

enum dc_code
rights_refuse(struct dc_error *error)
{
    return dc_fail(error, DC_PERMISSION_DENIED, "this is not yours to see or to change");
}

bool
rights_supervises(struct dc_step *step, const Reviews__Round *round)
{
    return dc_access_unit(step, DC_ROLE(SUPERVISOR), round->unit_id, NULL) == DC_OK;
}

enum dc_code
rights_supervise(struct dc_step *step, int64_t round_id, enum store_hold hold,
                 Reviews__Round **ret_round, struct dc_error *error)
{
    dc_step_subject(step, "round/%" PRId64, round_id);
    DC_TRY(dc_access_role(step, DC_ROLE(SUPERVISOR), error));
    DC_TRY(store_round(step, round_id, hold, ret_round, error));
    return *ret_round && rights_supervises(step, *ret_round) ? DC_OK : rights_refuse(error);
}

enum dc_code
check_reason(const char *reason, size_t least, struct dc_error *error)
{
    size_t length = dc_utf8_length(reason, strlen(reason));
    return length >= least && length <= REVIEWS_REASON_MAX
               ? DC_OK
               : dc_fail_field(error, DC_INVALID_ARGUMENT, "reason", "%zu to %d characters", least,
                               REVIEWS_REASON_MAX);
}

void
wanted_of(const Reviews__Form *form, bool peers, struct store_wanted *ret_wanted)
{
    *ret_wanted = (struct store_wanted){.count = 0};
    for (size_t i = 0; i < form->n_relations; i++) {
        const Reviews__RelationRule *rule = form->relations[i];
        bool asked = rule->relation == REVIEWS__RELATION__RELATION_PEER
                         ? peers
                         : rule->relation != REVIEWS__RELATION__RELATION_CUSTOMER;
        if (rule->weight > 0 && asked) {
            ret_wanted->relations[ret_wanted->count] = rule->relation;
            ret_wanted->minimums[ret_wanted->count++] = rule->minimum;
        }
    }
}

/* --- telling -------------------------------------------------------------------------------------
 */

static const char *
key_of(struct dc_step *step, int64_t round_id)
{
    return dc_arena_printf(step->arena, "round/%" PRId64, round_id);
}

enum dc_code
tell_round(struct dc_step *step, int64_t round_id, Reviews__Round **ret_round,
           struct dc_error *error)
{
    Reviews__RoundChanged event = REVIEWS__ROUND_CHANGED__INIT;
    DC_TRY(store_round(step, round_id, STORE_LOOK, &event.round, error));
    dc_emit(step, step->context->tenant_id, key_of(step, round_id), &event.base);
    *ret_round = event.round;
    return DC_OK;
}

void
tell_asked(struct dc_step *step, Reviews__Round *round, const struct store_raters *raters)
{
    for (size_t at = 0; at < raters->count; at += REVIEWS_RATERS_PER_EVENT) {
        size_t left = raters->count - at;
        Reviews__RatersAsked event = REVIEWS__RATERS_ASKED__INIT;
        event.round = round;
        event.raters = raters->items + at;
        event.n_raters = left < REVIEWS_RATERS_PER_EVENT ? left : REVIEWS_RATERS_PER_EVENT;
        dc_emit(step, step->context->tenant_id, key_of(step, round->id), &event.base);
    }
}

enum dc_code
ask(struct dc_step *step, Reviews__Round *round, const int64_t *raters, size_t count,
    int64_t *ret_asked, struct dc_error *error)
{
    struct store_raters asked;
    DC_TRY(store_ask(step, round->id, raters, count, &asked, error));
    tell_asked(step, round, &asked);
    *ret_asked = (int64_t)asked.count;
    return DC_OK;
}

enum dc_code
finish(struct dc_step *step, int64_t round_id, const int64_t *raters, size_t count,
       struct dc_error *error)
{
    struct store_raters finished;
    DC_TRY(store_finish(step, round_id, raters, count, &finished, error));
    for (size_t at = 0; at < finished.count; at += REVIEWS_RATERS_PER_EVENT) {
        size_t left = finished.count - at;
        Reviews__RatersFinished event = REVIEWS__RATERS_FINISHED__INIT;
        event.round_id = round_id;
        event.raters = finished.items + at;
        event.n_raters = left < REVIEWS_RATERS_PER_EVENT ? left : REVIEWS_RATERS_PER_EVENT;
        dc_emit(step, step->context->tenant_id, key_of(step, round_id), &event.base);
    }
    if (finished.count > 0) {
        dc_wake_on_commit(step, "close");
    }
    return DC_OK;
}
