/*
 * calibrating.c - the requests about sessions that are open or were: reading, moving, closing.
 */
#include "calibration.h"
#include "calibration_tell.h"
#include "results.h"

#include "base/assert.h"
#include "base/text.h"

#include <string.h>

enum { SESSIONS_USUAL = 50, SESSIONS_MOST = 200, PEOPLE_USUAL = 200, PEOPLE_MOST = 1000 };

static const struct dc_access_reach EVERYTHING = {.all = true};

enum dc_code
calibration_tell(struct dc_step *step, int64_t id, Scoring__CalibrationMove *move,
                 Scoring__Calibration **ret_calibration, struct dc_error *error)
{
    Scoring__CalibrationChanged event = SCORING__CALIBRATION_CHANGED__INIT;
    Scoring__Calibration **sessions;
    size_t count;
    char key[40];
    DC_TRY(store_sessions(step, id, "", &EVERYTHING, 1, &sessions, &count, error));
    DC_ASSERT(count == 1);
    event.calibration = *ret_calibration = sessions[0];
    event.move = move;
    snprintf(key, sizeof(key), "calibration/%lld", (long long)id);
    dc_emit(step, step->context->tenant_id, key, &event.base);
    return DC_OK;
}

static enum dc_code
missing(struct dc_error *error)
{
    return dc_fail_field(error, DC_NOT_FOUND, "id", "there is no such session within your reach");
}

/* --- reading ------------------------------------------------------------------------------------
 */

DC_HANDLER(scoring_list_calibrations, Scoring__ListCalibrationsRequest,
           Scoring__ListCalibrationsResponse)
{
    struct dc_access_reach reach;
    int64_t limit;
    DC_TRY(dc_access_role(step, RESULTS_READERS, error));
    DC_TRY(results_limit(request->limit, SESSIONS_USUAL, SESSIONS_MOST, &limit, error));
    dc_access_reach(step, RESULTS_READERS, &reach);
    return store_sessions(step, 0, request->period, &reach, limit, &response->calibrations,
                          &response->n_calibrations, error);
}

/* How far from the suggested grade the caller may go with a person: the widest of his roles that
 * reaches him. */
static int
steps_of(struct dc_step *step, int64_t person_id)
{
    static const struct {
        unsigned roles;
        int steps;
    } limits[] = {{DC_ROLE(SUPERVISOR), CALIBRATION_ANY_STEPS},
                  {DC_ROLE(VICE_PRESIDENT), CALIBRATION_STEPS_VICE_PRESIDENT},
                  {DC_ROLE(DIRECTOR), CALIBRATION_STEPS_DIRECTOR}};
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct dc_error ignored;
        if (dc_access_person(step, limits[i].roles, person_id, &ignored) == DC_OK) {
            return limits[i].steps;
        }
    }
    return CALIBRATION_NO_STEPS;
}

static bool
holds_role(const struct dc_step *step, unsigned roles)
{
    struct dc_access_reach reach;
    dc_access_reach((struct dc_step *)step, roles, &reach);
    return reach.all || reach.tree_unit_count + reach.unit_count > 0;
}

static enum dc_code
read_pool(struct dc_step *step, const Scoring__GetCalibrationRequest *request,
          const struct dc_access_reach *reach, Scoring__GetCalibrationResponse *response,
          struct dc_error *error)
{
    int64_t limit;
    DC_TRY(results_limit(request->limit, PEOPLE_USUAL, PEOPLE_MOST, &limit, error));
    if (request->offset < 0) {
        return dc_fail_field(error, DC_INVALID_ARGUMENT, "offset", "0 or more, not %d",
                             request->offset);
    }
    response->pool = request->pool ? request->pool : response->pools[0]->number;
    DC_TRY(store_session_people(step, request->id, reach, response->pool, limit, request->offset,
                                &response->people, &response->n_people, error));
    bool open = response->calibration->state == SCORING__CALIBRATION_STATE__CALIBRATION_STATE_OPEN;
    bool moves =
        holds_role(step, DC_ROLE(SUPERVISOR) | DC_ROLE(VICE_PRESIDENT) | DC_ROLE(DIRECTOR));
    int64_t *ids = DC_NEW_ARRAY(step->arena, int64_t, response->n_people + 1);
    for (size_t i = 0; i < response->n_people; i++) {
        Scoring__CalibrationPerson *person = response->people[i];
        ids[i] = person->person_id;
        person->movable = open && moves && person->person_id != step->context->person_id;
    }
    return store_moves(step, request->id, ids, response->n_people, 0, &response->moves,
                       &response->n_moves, error);
}

DC_HANDLER(scoring_get_calibration, Scoring__GetCalibrationRequest, Scoring__GetCalibrationResponse)
{
    struct dc_access_reach reach;
    Scoring__Calibration **sessions;
    size_t count;
    dc_step_subject(step, "calibration/%lld", (long long)request->id);
    DC_TRY(dc_access_role(step, RESULTS_READERS, error));
    dc_access_reach(step, RESULTS_READERS, &reach);
    if (request->id <= 0) {
        return missing(error);
    }
    DC_TRY(store_sessions(step, request->id, "", &reach, 1, &sessions, &count, error));
    if (count == 0) {
        return missing(error);
    }
    response->calibration = sessions[0];
    DC_TRY(store_session_pools(step, request->id, &reach, &response->pools, &response->n_pools,
                               error));
    if (response->n_pools == 0) {
        return DC_OK;
    }
    struct dc_error ignored;
    response->may_close =
        sessions[0]->state == SCORING__CALIBRATION_STATE__CALIBRATION_STATE_OPEN &&
        dc_access_unit(step, DC_ROLE(SUPERVISOR), sessions[0]->unit_id, &ignored) == DC_OK;
    DC_TRY(store_session_changed(step, request->id, &reach, &response->changed, error));
    return read_pool(step, request, &reach, response, error);
}

/* --- moving -------------------------------------------------------------------------------------
 */

static int
row_of(const struct calibrated *person, const char *code)
{
    for (size_t i = 0; i < person->grade_count; i++) {
        if (strcmp(person->grades[i], code) == 0) {
            return (int)i + 1;
        }
    }
    return 0;
}

/* Checks, keeps and tells one move; `person` was read behind the session's lock. */
static enum dc_code
move(struct dc_step *step, int64_t id, int state, int64_t person_id,
     const struct calibrated *person, const char *grade, const char *expected, const char *reason,
     int64_t undoes, Scoring__CalibrationMove **ret_move, struct dc_error *error)
{
    Scoring__CalibrationMove **moves;
    Scoring__Calibration *calibration;
    size_t count;
    int64_t move_id;
    struct calibration_move wanted = {
        .open = state == SCORING__CALIBRATION_STATE__CALIBRATION_STATE_OPEN,
        .himself = person_id == step->context->person_id,
        .steps = steps_of(step, person_id),
        .grade = person->grade,
        .suggested = person->suggested,
        .held = person->held,
        .wanted = row_of(person, grade),
        .expected = expected,
        .code = person->grades[person->grade - 1],
        .held_code = person->held ? person->grades[person->held - 1] : ""};
    DC_TRY(calibration_check_move(&wanted, error));
    DC_TRY(results_check_reason(reason, error));
    DC_TRY(store_move(step, id, person_id, wanted.wanted, wanted.code,
                      person->grades[wanted.wanted - 1], reason, undoes, &move_id, error));
    DC_TRY(store_moves(step, id, NULL, 0, move_id, &moves, &count, error));
    DC_ASSERT(count == 1);
    *ret_move = moves[0];
    return calibration_tell(step, id, moves[0], &calibration, error);
}

static enum dc_code
lock_person(struct dc_step *step, int64_t id, int64_t person_id, int *ret_state,
            struct calibrated *ret_person, struct dc_error *error)
{
    dc_step_subject(step, "person/%lld", (long long)person_id);
    DC_TRY(dc_access_person(step, RESULTS_READERS, person_id, error));
    DC_TRY(store_lock_session(step, id, ret_state, error));
    DC_TRY(store_calibrated(step, id, person_id, ret_person, error));
    return ret_person->found ? DC_OK
                             : dc_fail_field(error, DC_NOT_FOUND, "person_id",
                                             "the person is not in this session");
}

DC_HANDLER(scoring_move_grade, Scoring__MoveGradeRequest, Scoring__MoveGradeResponse)
{
    int state;
    struct calibrated person;
    DC_TRY(lock_person(step, request->calibration_id, request->person_id, &state, &person, error));
    return move(step, request->calibration_id, state, request->person_id, &person, request->grade,
                request->expected_grade, request->reason, 0, &response->move, error);
}

DC_HANDLER(scoring_undo_move, Scoring__UndoMoveRequest, Scoring__UndoMoveResponse)
{
    int state;
    struct calibrated person;
    Scoring__CalibrationMove **moves;
    size_t count;
    DC_TRY(dc_access_role(step, RESULTS_READERS, error));
    DC_TRY(store_moves(step, request->calibration_id, NULL, 0,
                       request->move_id > 0 ? request->move_id : -1, &moves, &count, error));
    if (count == 0) {
        return dc_fail_field(error, DC_NOT_FOUND, "move_id", "there is no such move");
    }
    int64_t person_id = moves[0]->person_id;
    DC_TRY(lock_person(step, request->calibration_id, person_id, &state, &person, error));
    if (person.last_move != request->move_id) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "move_id",
                             "the person was moved again since; only the last move is taken back");
    }
    return move(step, request->calibration_id, state, person_id, &person, moves[0]->before, "",
                request->reason, request->move_id, &response->move, error);
}

/* --- closing ------------------------------------------------------------------------------------
 */

static enum dc_code
check_seats(struct dc_step *step, int64_t id, struct dc_error *error)
{
    const char **names;
    size_t count;
    DC_AUTO_TEXT struct dc_text list = DC_TEXT_INIT;
    DC_TRY(store_departures(step, id, &names, &count, error));
    for (size_t i = 0; i < count && i < 5; i++) {
        dc_text_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    return count == 0 ? DC_OK
                      : dc_fail_field(error, DC_FAILED_PRECONDITION, "accept_departures",
                                      "%zu pools have not as many of each grade as there are seats "
                                      "(%s); say so if that is meant",
                                      count, dc_text_cstr(&list));
}

DC_HANDLER(scoring_close_calibration, Scoring__CloseCalibrationRequest,
           Scoring__CloseCalibrationResponse)
{
    Scoring__Calibration **sessions;
    size_t count;
    int state;
    dc_step_subject(step, "calibration/%lld", (long long)request->id);
    DC_TRY(dc_access_role(step, DC_ROLE(SUPERVISOR), error));
    DC_TRY(store_sessions(step, request->id > 0 ? request->id : -1, "", &EVERYTHING, 1, &sessions,
                          &count, error));
    if (count == 0) {
        return missing(error);
    }
    DC_TRY(dc_access_unit(step, DC_ROLE(SUPERVISOR), sessions[0]->unit_id, error));
    DC_TRY(results_check_reason(request->reason, error));
    DC_TRY(store_lock_session(step, request->id, &state, error));
    if (state != SCORING__CALIBRATION_STATE__CALIBRATION_STATE_OPEN) {
        return dc_fail_field(error, DC_FAILED_PRECONDITION, "id",
                             "the session is closed; its grades stay as they are");
    }
    if (!request->cancel && !request->accept_departures) {
        DC_TRY(check_seats(step, request->id, error));
    }
    DC_TRY(store_close_session(step, request->id,
                               request->cancel
                                   ? SCORING__CALIBRATION_STATE__CALIBRATION_STATE_CANCELLED
                                   : SCORING__CALIBRATION_STATE__CALIBRATION_STATE_CLOSED,
                               request->reason, error));
    return calibration_tell(step, request->id, NULL, &response->calibration, error);
}
