/*
 * play_test.h - a round as tests play it: started, opened, rated in, closed.
 */
#ifndef DC_REVIEWS_PLAY_TEST_H
#define DC_REVIEWS_PLAY_TEST_H

#include "stage_test.h"

#include <dacheng/org/v1/events.pb-c.h>

#define RELATION(name) REVIEWS__RELATION__RELATION_##name
#define STATE(name) REVIEWS__ROUND_STATE__ROUND_STATE_##name

/* --- before each test ----------------------------------------------------------------------------
 */

static int64_t form_360, form_manager __attribute__((unused));

static __attribute__((unused)) int
prepare(void **state)
{
    (void)state;
    Org__UnitsChanged units = ORG__UNITS_CHANGED__INIT;
    Org__Unit unit = ORG__UNIT__INIT, *list[] = {&unit};
    Goals__MeasuresDefined defined = GOALS__MEASURES_DEFINED__INIT;
    Goals__Measure measure = GOALS__MEASURE__INIT, *measures[] = {&measure};
    Reviews__ListFormsRequest request = REVIEWS__LIST_FORMS_REQUEST__INIT;
    Reviews__ListFormsResponse forms = REVIEWS__LIST_FORMS_RESPONSE__INIT;
    dc_arena_reset(stage.thread.arena, 0);
    dc_test_pg_exec(stage.pg,
                    "SET search_path = reviews; TRUNCATE form, form_version, measure, round,"
                    " subject, assignment, rating, asked, result, outbox;"
                    "UPDATE org_person SET employed_to = 'infinity'");
    stage.heard = 0;
    unit.id = GROUP;
    unit.kind = 1;
    unit.code = "u1";
    unit.name = "集团";
    unit.valid_from = "2020-01-01";
    unit.version = 1;
    units.units = list;
    units.n_units = 1;
    stage_tell(1, reviews_on_units_changed, &units.base);
    measure.id = MEASURE;
    measure.code = "review_360";
    measure.name = "360";
    measure.of = GOALS__MEASURE_OF__MEASURE_OF_RATING;
    measure.scale_min = "1";
    measure.scale_max = "5";
    measure.version = 1;
    defined.measures = measures;
    defined.n_measures = 1;
    stage_tell(1, reviews_on_measures_defined, &defined.base);
    MUST(CALL(supervisor, reviews_list_forms, &request, &forms));
    assert_int_equal(forms.n_forms, 3);
    assert_int_equal(forms.n_measures, 1);
    form_360 = forms.forms[0]->id;
    form_manager = forms.forms[1]->id;
    return 0;
}

static Reviews__RaterRules rules;

static __attribute__((unused)) Reviews__StartRoundRequest
round_request(int64_t form, int64_t unit)
{
    Reviews__StartRoundRequest request = REVIEWS__START_ROUND_REQUEST__INIT;
    reviews__rater_rules__init(&rules);
    rules.peers = 5;
    rules.peer_choice = REVIEWS__PEER_CHOICE__PEER_CHOICE_RANDOM;
    rules.subordinates = 5;
    request.name = "2026 年度 360";
    request.form_id = form;
    request.period = "2026";
    request.unit_id = unit;
    request.measure_id = MEASURE;
    request.rules = &rules;
    request.reason = "年度评价";
    return request;
}

static __attribute__((unused)) Reviews__Round *
start(Reviews__StartRoundRequest request)
{
    Reviews__StartRoundResponse response = REVIEWS__START_ROUND_RESPONSE__INIT;
    MUST(CALL(supervisor, reviews_start_round, &request, &response));
    return response.round;
}

static __attribute__((unused)) int64_t
open_round(Reviews__Round *round)
{
    Reviews__OpenRoundRequest request = REVIEWS__OPEN_ROUND_REQUEST__INIT;
    Reviews__OpenRoundResponse response = REVIEWS__OPEN_ROUND_RESPONSE__INIT;
    request.id = round->id;
    MUST(CALL(supervisor, reviews_open_round, &request, &response));
    return response.raters;
}

static __attribute__((unused)) enum dc_code
close_round(const struct who *who, Reviews__Round *round)
{
    Reviews__CloseRoundRequest request = REVIEWS__CLOSE_ROUND_REQUEST__INIT;
    Reviews__CloseRoundResponse response = REVIEWS__CLOSE_ROUND_RESPONSE__INIT;
    request.id = round->id;
    DC_TRY(CALL(*who, reviews_close_round, &request, &response));
    stage_run(reviews_close);
    return DC_OK;
}

static __attribute__((unused)) enum dc_code
release(const struct who *who, Reviews__Round *round)
{
    Reviews__ReleaseRoundRequest request = REVIEWS__RELEASE_ROUND_REQUEST__INIT;
    Reviews__ReleaseRoundResponse response = REVIEWS__RELEASE_ROUND_RESPONSE__INIT;
    request.id = round->id;
    return CALL(*who, reviews_release_round, &request, &response);
}

/* --- giving --------------------------------------------------------------------------------------
 */

static __attribute__((unused)) int64_t
assignment(int64_t rater, int64_t subject)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT coalesce(max(assignment_id), 0) FROM reviews.assignment WHERE rater_id = %lld "
             "AND subject_id = %lld",
             (long long)rater, (long long)subject);
    return stage_number(sql);
}

static __attribute__((unused)) enum dc_code
save_as(struct who who, int64_t id, int level, const char *comment, bool submit)
{
    static const char *const codes[] = {"results", "customer", "teamwork", "communication",
                                        "learning"};
    Reviews__SaveRatingRequest request = REVIEWS__SAVE_RATING_REQUEST__INIT;
    Reviews__SaveRatingResponse response = REVIEWS__SAVE_RATING_RESPONSE__INIT;
    Reviews__Answer answers[6], *list[6];
    for (size_t i = 0; i < 5; i++) {
        reviews__answer__init(&answers[i]);
        answers[i].question = (char *)codes[i];
        answers[i].level = level;
        answers[i].pass = level == 0;
        list[i] = &answers[i];
    }
    reviews__answer__init(&answers[5]);
    answers[5].question = "improve";
    answers[5].text = (char *)comment;
    list[5] = &answers[5];
    request.id = id;
    request.answers = list;
    request.n_answers = 6;
    request.submit = submit;
    return stage_call_free(&who, reviews_save_rating, &request.base, &response.base);
}

static __attribute__((unused)) enum dc_code
give(int64_t rater, int64_t subject, int level, const char *comment)
{
    return save_as(employee(rater), assignment(rater, subject), level, comment, true);
}

static __attribute__((unused)) enum dc_code
result_of(struct who who, Reviews__Round *round, int64_t person, Reviews__Result **ret_result)
{
    Reviews__GetResultRequest request = REVIEWS__GET_RESULT_REQUEST__INIT;
    Reviews__GetResultResponse response = REVIEWS__GET_RESULT_RESPONSE__INIT;
    request.round_id = round->id;
    request.person_id = person;
    DC_TRY(CALL(who, reviews_get_result, &request, &response));
    *ret_result = response.result;
    return DC_OK;
}

#endif
