/* Answers the requests about moves during a period: what wants a decision, what a decision would make of
 * the targets, and the decision. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "definition.h"
#include "goals.h"
#include "moving.h"
#include "rights.h"

enum { LIMIT_MAX = 200, LIMIT_USUAL = 100, DECISIONS_MAX = 200 };

/* --- the list -----------------------------------------------------------------------------------
 */

DC_HANDLER(goals_list_moves, Goals__ListMovesRequest, Goals__ListMovesResponse)
{
    struct dc_access_reach reach;
    struct store_move *moves;
    size_t count;
    int64_t total;
    struct store_moves_wanted wanted = {.period = request->period,
                                        .limit = request->limit ? request->limit : LIMIT_USUAL,
                                        .offset = request->offset};
    dc_step_subject(step, "moves");
    DC_TRY(dc_access_role(step, DC_ROLE(SUPERVISOR), error));
    if (request->limit < 0 || request->limit > LIMIT_MAX || request->offset < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "limit", "1 to %d", LIMIT_MAX);
    }
    dc_access_reach(step, DC_ROLE(SUPERVISOR), &reach);
    DC_TRY(store_moves(step, goals_today(step), &wanted, &reach, &moves, &count, &total, error));
    response->items = DC_NEW_ARRAY(step->arena, Goals__MoveItem *, count + 1);
    for (size_t i = 0; i < count; i++) {
        moving_choices(step, &moves[i]);
        response->items[i] = moves[i].item;
    }
    response->n_items = count;
    response->total = (int32_t)total;
    return store_move_usual(step, &response->usual, error);
}

/* --- what is asked for --------------------------------------------------------------------------
 */

/* Some moves with one choice, in the order in which sheets are locked. */
struct asked {
    Goals__MoveChoice choice;
    const char *reason;
    const Goals__MoveDecision **decisions; /* parallel */
    const struct store_move **moves;       /* NULL: no question any more */
    size_t count;
    Goals__DecideMovesResponse *response;
};

static enum dc_code
check_asked(const Goals__DecideMovesRequest *request, bool preview, struct dc_error *error)
{
    if (request->choice != GOALS__MOVE_CHOICE__MOVE_CHOICE_STAY &&
        request->choice != GOALS__MOVE_CHOICE__MOVE_CHOICE_GO &&
        request->choice != GOALS__MOVE_CHOICE__MOVE_CHOICE_SPLIT) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "choice", "STAY, GO or SPLIT");
    }
    if (request->n_decisions == 0 || request->n_decisions > DECISIONS_MAX) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "decisions", "1 to %d", DECISIONS_MAX);
    }
    for (size_t i = 0; i < request->n_decisions; i++) {
        for (size_t j = i + 1; j < request->n_decisions; j++) {
            if (request->decisions[i]->target_id == request->decisions[j]->target_id) {
                return dc_fail_field(error, DC_INVALID_ARGUMENT, "decisions",
                                     "each target once; %" PRId64 " stands there twice",
                                     request->decisions[i]->target_id);
            }
        }
    }
    return preview ? DC_OK : definition_check_reason(request->reason, error);
}

static int
by_sheet(const void *a, const void *b)
{
    const Goals__Target *left = ((const struct store_move *)a)->item->target;
    const Goals__Target *right = ((const struct store_move *)b)->item->target;
    if (left->indicator_id != right->indicator_id) {
        return left->indicator_id < right->indicator_id ? -1 : 1;
    }
    int order = strcmp(left->period, right->period);
    return order ? order : (left->id > right->id) - (left->id < right->id);
}

static enum dc_code
find_asked(struct dc_step *step, const Goals__DecideMovesRequest *request, struct asked *ret,
           struct dc_error *error)
{
    struct dc_access_reach reach;
    struct store_move *moves;
    size_t count;
    int64_t total, *ids = DC_NEW_ARRAY(step->arena, int64_t, request->n_decisions);
    for (size_t i = 0; i < request->n_decisions; i++) {
        ids[i] = request->decisions[i]->target_id;
    }
    struct store_moves_wanted wanted = {.period = "",
                                        .target_ids = ids,
                                        .target_count = request->n_decisions,
                                        .limit = DECISIONS_MAX};
    dc_access_reach(step, DC_ROLE(SUPERVISOR), &reach);
    DC_TRY(store_moves(step, goals_today(step), &wanted, &reach, &moves, &count, &total, error));
    if (count > 0) {
        qsort(moves, count, sizeof(*moves), by_sheet);
    }
    ret->decisions = DC_NEW_ARRAY(step->arena, const Goals__MoveDecision *, request->n_decisions);
    ret->moves = DC_NEW_ARRAY(step->arena, const struct store_move *, request->n_decisions);
    for (size_t m = 0; m < count; m++) { /* those that there are, in their order; then the others */
        for (size_t i = 0; i < request->n_decisions; i++) {
            if (request->decisions[i]->target_id == moves[m].item->target->id) {
                ret->decisions[ret->count] = request->decisions[i];
                ret->moves[ret->count++] = &moves[m];
            }
        }
    }
    for (size_t i = 0; i < request->n_decisions; i++) {
        bool found = false;
        for (size_t m = 0; m < count; m++) {
            found |= request->decisions[i]->target_id == moves[m].item->target->id;
        }
        if (!found) {
            ret->decisions[ret->count++] = request->decisions[i];
        }
    }
    return DC_OK;
}

/* --- trying -------------------------------------------------------------------------------------
 */

static char *
amount(struct dc_step *step, struct dc_decimal value, int decimals)
{
    char text[DC_DECIMAL_TEXT];
    return dc_arena_strdup(step->arena, dc_decimal_format_fixed(value, decimals, text));
}

/* A target above, over all that was asked for. */
struct above {
    int64_t target_id;
    struct dc_decimal old_value, change;
    int decimals;
    Goals__MoveFigure *figure;
};
struct sums_above {
    struct above *items;
    size_t count, capacity;
};

static struct above *
find_above(struct dc_step *step, struct sums_above *sums, int64_t target_id)
{
    for (size_t i = 0; i < sums->count; i++) {
        if (sums->items[i].target_id == target_id) {
            return &sums->items[i];
        }
    }
    if (sums->count == sums->capacity) {
        sums->capacity = sums->capacity ? 2 * sums->capacity : 16;
        struct above *more = DC_NEW_ARRAY(step->arena, struct above, sums->capacity);
        if (sums->count > 0) {
            memcpy(more, sums->items, sums->count * sizeof(*more));
        }
        sums->items = more;
    }
    sums->items[sums->count] = (struct above){.target_id = target_id};
    return &sums->items[sums->count++];
}

static void
add_figures(struct dc_step *step, const struct act *act, const struct store_move *move,
            struct sums_above *sums)
{
    for (size_t i = 0; i < act->tree.count; i++) {
        const struct cascade_node *node = &act->tree.nodes[i];
        struct dc_decimal change = dc_decimal_sub(node->value, node->old_value);
        if (dc_decimal_sign(change) == 0) {
            continue;
        }
        struct above *above = find_above(step, sums, act->tree.targets[i].id);
        if (!above->figure) {
            above->figure =
                DC_NEW_MESSAGE(step->arena, Goals__MoveFigure, goals__move_figure__init);
            above->old_value = node->old_value;
            above->decimals = act->indicator.decimals;
            above->figure->owner_id = act->tree.targets[i].owner_id;
            above->figure->indicator_id = act->indicator.id;
            above->figure->period = (char *)act->adjustment.period;
        }
        if (act->adjustment.policy == GOALS__ADJUST_POLICY__ADJUST_POLICY_SEGMENT) {
            above->figure->from = move->item->moved_on;
        }
        above->change = dc_decimal_add(above->change, change);
    }
}

static enum dc_code
answer_figures(struct dc_step *step, const struct sums_above *sums,
               Goals__DecideMovesResponse *response, struct dc_error *error)
{
    struct store_place *units = DC_NEW_ARRAY(step->arena, struct store_place, sums->count + 1);
    response->figures = DC_NEW_ARRAY(step->arena, Goals__MoveFigure *, sums->count + 1);
    for (size_t i = 0; i < sums->count; i++) {
        units[i] = (struct store_place){.kind = GOALS__OWNER_KIND__OWNER_KIND_UNIT,
                                        .id = sums->items[i].figure->owner_id};
    }
    DC_TRY(store_find_places(step, goals_today(step), units, sums->count, error));
    for (size_t i = 0; i < sums->count; i++) {
        const struct above *above = &sums->items[i];
        above->figure->owner_name = (char *)units[i].name;
        above->figure->old_value = amount(step, above->old_value, above->decimals);
        above->figure->new_value =
            amount(step, dc_decimal_add(above->old_value, above->change), above->decimals);
        response->figures[response->n_figures++] = above->figure;
    }
    return DC_OK;
}

/* What is refused of one of them, unless the database itself failed. */
static enum dc_code
take_problem(struct dc_step *step, struct asked *asked, size_t at, enum dc_code code,
             const struct dc_error *problem)
{
    if (code != DC_PERMISSION_DENIED && code != DC_FAILED_PRECONDITION && code != DC_ABORTED &&
        code != DC_INVALID_ARGUMENT && code != DC_NOT_FOUND && code != DC_OUT_OF_RANGE) {
        return code;
    }
    Goals__MoveProblem *said =
        DC_NEW_MESSAGE(step->arena, Goals__MoveProblem, goals__move_problem__init);
    said->target_id = asked->decisions[at]->target_id;
    said->code = dc_arena_strdup(step->arena, dc_code_wire_name(code));
    said->text_en = dc_arena_strdup(step->arena, problem->message);
    said->text_zh = dc_arena_strdup(step->arena, problem->message_zh);
    asked->response->problems[asked->response->n_problems++] = said;
    return DC_OK;
}

/* One of them by itself, as it was seen. */
static enum dc_code
try_one(struct dc_step *step, const struct asked *asked, size_t at, struct act *act,
        struct dc_error *error)
{
    const struct store_move *move = asked->moves[at];
    const Goals__MoveDecision *decision = asked->decisions[at];
    if (!move) {
        return dc_fail_field(error, DC_ABORTED, "decisions",
                             "this is not a question any more; look again");
    }
    if (decision->to_unit_id != move->item->to_unit_id ||
        (decision->expected_version != 0 &&
         decision->expected_version != move->item->target->version)) {
        return dc_fail_field(error, DC_ABORTED, "decisions",
                             "%s moved again or the target has been changed; look again",
                             move->item->owner_name);
    }
    if (asked->choice != GOALS__MOVE_CHOICE__MOVE_CHOICE_STAY) {
        return moving_decide(step, move, asked->choice, asked->reason, false, act, error);
    }
    struct store_place owner = {.kind = move->item->target->owner_kind,
                                .id = move->item->target->owner_id};
    DC_TRY(store_find_places(step, goals_today(step), &owner, 1, error));
    return rights_change(step, &owner, error);
}

static enum dc_code
try_all(struct dc_step *step, struct asked *asked, struct dc_error *error)
{
    struct sums_above sums = {0};
    asked->response->problems = DC_NEW_ARRAY(step->arena, Goals__MoveProblem *, asked->count + 1);
    for (size_t i = 0; i < asked->count; i++) {
        struct act act = {0};
        enum dc_code code = try_one(step, asked, i, &act, error);
        if (code != DC_OK) {
            DC_TRY(take_problem(step, asked, i, code, error));
        } else if (act.tree.count > 0) {
            add_figures(step, &act, asked->moves[i], &sums);
        }
    }
    return answer_figures(step, &sums, asked->response, error);
}

static enum dc_code
prepare(struct dc_step *step, const Goals__DecideMovesRequest *request, bool preview,
        Goals__DecideMovesResponse *response, struct asked *ret, struct dc_error *error)
{
    dc_step_subject(step, "moves");
    DC_TRY(dc_access_role(step, DC_ROLE(SUPERVISOR), error));
    DC_TRY(check_asked(request, preview, error));
    *ret = (struct asked){
        .choice = request->choice, .reason = request->reason, .response = response};
    DC_TRY(find_asked(step, request, ret, error));
    return try_all(step, ret, error);
}

DC_HANDLER(goals_preview_moves, Goals__DecideMovesRequest, Goals__DecideMovesResponse)
{
    struct asked asked;
    return prepare(step, request, true, response, &asked, error);
}

/* --- deciding -----------------------------------------------------------------------------------
 */

static enum dc_code
keep_stays(struct dc_step *step, const struct asked *asked, struct dc_error *error)
{
    int64_t *targets = DC_NEW_ARRAY(step->arena, int64_t, asked->count);
    int64_t *units = DC_NEW_ARRAY(step->arena, int64_t, asked->count);
    for (size_t i = 0; i < asked->count; i++) {
        targets[i] = asked->moves[i]->item->target->id;
        units[i] = asked->moves[i]->item->to_unit_id;
    }
    return store_save_stays(step, targets, units, asked->count, asked->reason, error);
}

/* One after the other, each on what the ones before made. */
static enum dc_code
carry_out(struct dc_step *step, const struct asked *asked, struct dc_error *error)
{
    Goals__DecideMovesResponse *response = asked->response;
    response->adjustment_ids = DC_NEW_ARRAY(step->arena, int64_t, asked->count);
    for (size_t i = 0; i < asked->count; i++) {
        struct act act = {0};
        DC_TRY(moving_decide(step, asked->moves[i], asked->choice, asked->reason, true, &act,
                             error));
        DC_TRY(act_write(step, &act, error));
        response->changed += act.adjustment.changed;
        response->adjustment_ids[response->n_adjustment_ids++] = act.adjustment.id;
    }
    return DC_OK;
}

static void
tell(struct dc_step *step, const struct asked *asked)
{
    Goals__MovesDecided event = GOALS__MOVES_DECIDED__INIT;
    event.choice = asked->choice;
    event.decisions = (Goals__MoveDecision **)asked->decisions;
    event.n_decisions = asked->count;
    event.reason = (char *)asked->reason;
    event.author = (char *)store_author(step);
    event.author_person_id = step->context->person_id;
    event.at_us = step->now;
    event.adjustment_ids = asked->response->adjustment_ids;
    event.n_adjustment_ids = asked->response->n_adjustment_ids;
    dc_emit(step, step->context->tenant_id, "moves", &event.base);
}

DC_HANDLER(goals_decide_moves, Goals__DecideMovesRequest, Goals__DecideMovesResponse)
{
    struct asked asked;
    DC_TRY(prepare(step, request, false, response, &asked, error));
    if (response->n_problems > 0) {
        return DC_OK;
    }
    DC_TRY(asked.choice == GOALS__MOVE_CHOICE__MOVE_CHOICE_STAY ? keep_stays(step, &asked, error)
                                                                : carry_out(step, &asked, error));
    response->decided = (int64_t)asked.count;
    tell(step, &asked);
    return DC_OK;
}

DC_HANDLER(goals_save_move_settings, Goals__SaveMoveSettingsRequest,
           Goals__SaveMoveSettingsResponse)
{
    DC_TRY(rights_define(step, error));
    if (request->usual > GOALS__MOVE_CHOICE__MOVE_CHOICE_SPLIT) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "usual",
                             "STAY, GO, SPLIT, or UNSPECIFIED for none of them");
    }
    response->usual = request->usual;
    return store_save_move_usual(step, request->usual, error);
}
