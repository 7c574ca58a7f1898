/* Tests a round from its start to its results on a real database: who is asked, who may see what,
 * and that nobody can learn from pages, events or tables who answered what. */
#include "stage_test.h"

#include <dacheng/org/v1/events.pb-c.h>
#include <dacheng/workflow/v1/events.pb-c.h>

#define RELATION(name) REVIEWS__RELATION__RELATION_##name
#define STATE(name) REVIEWS__ROUND_STATE__ROUND_STATE_##name

/* --- before each test ----------------------------------------------------------------------------
 */

static int64_t form_360, form_manager;

static int
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
    dc_test_pg_exec(stage.pg, "SET search_path = reviews; TRUNCATE form, form_version, measure, round,"
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

static Reviews__StartRoundRequest
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

static Reviews__Round *
start(Reviews__StartRoundRequest request)
{
    Reviews__StartRoundResponse response = REVIEWS__START_ROUND_RESPONSE__INIT;
    MUST(CALL(supervisor, reviews_start_round, &request, &response));
    return response.round;
}

static int64_t
open_round(Reviews__Round *round)
{
    Reviews__OpenRoundRequest request = REVIEWS__OPEN_ROUND_REQUEST__INIT;
    Reviews__OpenRoundResponse response = REVIEWS__OPEN_ROUND_RESPONSE__INIT;
    request.id = round->id;
    MUST(CALL(supervisor, reviews_open_round, &request, &response));
    return response.raters;
}

static enum dc_code
close_round(const struct who *who, Reviews__Round *round)
{
    Reviews__CloseRoundRequest request = REVIEWS__CLOSE_ROUND_REQUEST__INIT;
    Reviews__CloseRoundResponse response = REVIEWS__CLOSE_ROUND_RESPONSE__INIT;
    request.id = round->id;
    DC_TRY(CALL(*who, reviews_close_round, &request, &response));
    stage_run(reviews_close);
    return DC_OK;
}

static enum dc_code
release(const struct who *who, Reviews__Round *round)
{
    Reviews__ReleaseRoundRequest request = REVIEWS__RELEASE_ROUND_REQUEST__INIT;
    Reviews__ReleaseRoundResponse response = REVIEWS__RELEASE_ROUND_RESPONSE__INIT;
    request.id = round->id;
    return CALL(*who, reviews_release_round, &request, &response);
}

/* --- giving --------------------------------------------------------------------------------------
 */

static int64_t
assignment(int64_t rater, int64_t subject)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT coalesce(max(assignment_id), 0) FROM reviews.assignment WHERE rater_id = %lld "
             "AND subject_id = %lld", (long long)rater, (long long)subject);
    return stage_number(sql);
}

static enum dc_code
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
    return stage_call(&who, true, reviews_save_rating, &request.base, &response.base);
}

static enum dc_code
give(int64_t rater, int64_t subject, int level, const char *comment)
{
    return save_as(employee(rater), assignment(rater, subject), level, comment, true);
}

static enum dc_code
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

/* --- starting ------------------------------------------------------------------------------------
 */

static void
test_a_preview_writes_nothing(void **state)
{
    (void)state;
    Reviews__StartRoundRequest request = round_request(form_360, A);
    Reviews__StartRoundResponse response = REVIEWS__START_ROUND_RESPONSE__INIT;
    request.preview = true;
    MUST(CALL(supervisor, reviews_start_round, &request, &response));
    Reviews__Preview *preview = response.preview;
    assert_int_equal(preview->people, 6);
    /* The five have each other as peers; 2 has 1, 8 and 12, who have the same manager. */
    static const int64_t expected[] = {6, 5 * 4 + 3, 5, 0, 6};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(preview->relations[i]->count, expected[i]);
    }
    assert_int_equal(preview->lack_count, 0); /* nobody reports to the five: nothing is missing */
    request.unit_id = GROUP;
    MUST(CALL(supervisor, reviews_start_round, &request, &response));
    preview = response.preview; /* nobody is above the boss, nor beside him */
    assert_int_equal(preview->lack_count, 2);
    assert_int_equal(preview->lacks[0]->person_id, 9);
    assert_int_equal(preview->lacks[0]->relation, RELATION(SUPERIOR));
    assert_int_equal(preview->lacks[1]->relation, RELATION(PEER));
    assert_int_equal(preview->lacks[1]->raters, 0);
    assert_int_equal(stage_number("SELECT count(*) FROM reviews.round"), 0);
    assert_null(stage_hear(&reviews__round_changed__descriptor));
}

static void
test_what_a_start_refuses(void **state)
{
    (void)state;
    Reviews__StartRoundResponse response = REVIEWS__START_ROUND_RESPONSE__INIT;
#define BAD(change, code_, field_)                                                                 \
    do {                                                                                           \
        Reviews__StartRoundRequest request = round_request(form_360, A);                           \
        change;                                                                                    \
        REFUSED(CALL(supervisor, reviews_start_round, &request, &response), code_, field_);        \
    } while (0)
    BAD(request.name = "", DC_INVALID_ARGUMENT, "name");
    BAD(request.period = "2026-13", DC_INVALID_ARGUMENT, "period");
    BAD(request.unit_id = 999, DC_NOT_FOUND, "unit_id");
    BAD(request.form_id = 999, DC_NOT_FOUND, "form_id");
    BAD(request.rules = NULL, DC_INVALID_ARGUMENT, "rules");
    BAD(rules.peers = 16, DC_INVALID_ARGUMENT, "rules");
    BAD(rules.peers = 2, DC_INVALID_ARGUMENT, "rules.peers");
    BAD(rules.subordinates = 0, DC_INVALID_ARGUMENT, "rules.subordinates");
    BAD(rules.peer_choice = 0, DC_INVALID_ARGUMENT, "rules.peer_choice");
    BAD(request.measure_id = 71, DC_NOT_FOUND, "measure_id");
    dc_test_pg_exec(stage.pg, "UPDATE reviews.measure SET scale_max = 10");
    BAD((void)0, DC_FAILED_PRECONDITION, "measure_id");
    dc_test_pg_exec(stage.pg, "UPDATE reviews.measure SET scale_max = 5");
    start(round_request(form_360, A));
    BAD(request.unit_id = GROUP, DC_FAILED_PRECONDITION, "unit_id"); /* rated already */
    start(round_request(form_360, B));
    Reviews__StartRoundRequest request = round_request(form_360, A);
    static const struct who *const others[] = {&supervisor_of_b, &director, &three, &boss,
                                               &auditor, &system_admin, &integrator};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        REFUSED(CALL(*others[i], reviews_start_round, &request, &response), DC_PERMISSION_DENIED,
                "");
    }
    REFUSED(CALL(stranger, reviews_start_round, &request, &response), DC_NOT_FOUND, "unit_id");
}

/* --- the whole round -----------------------------------------------------------------------------
 */

static void
test_a_round(void **state)
{
    (void)state;
    Reviews__Result *result = NULL;
    Reviews__Round *round = start(round_request(form_360, A));
    REFUSED(give(3, 3, 4, ""), DC_PERMISSION_DENIED, ""); /* not open yet */
    assert_int_equal(open_round(round), 10); /* 9, 2 to 7, and 1, 8, 12 as peers of 2 */
    Reviews__RatersAsked *asked = (void *)stage_hear(&reviews__raters_asked__descriptor);
    assert_int_equal(asked->n_raters, 10);
    assert_string_equal(asked->round->name, "2026 年度 360");

    /* 3 is rated by 2, by peers 4, 5, 6, 7, and himself. */
    MUST(give(2, 3, 5, "主动复盘"));
    MUST(give(3, 3, 5, "自己的话"));
    MUST(give(4, 3, 4, "多沟通"));
    MUST(give(5, 3, 3, "少加班"));
    REFUSED(result_of(supervisor, round, 3, &result), DC_FAILED_PRECONDITION, "");
    MUST(give(6, 3, 2, ""));
    MUST(give(6, 3, 4, "早汇报")); /* changed until the round closes */
    REFUSED(save_as(employee(6), assignment(6, 3), 1, "", false), DC_FAILED_PRECONDITION, "");
    REFUSED(save_as(employee(7), assignment(6, 3), 1, "", true), DC_PERMISSION_DENIED, "");
    REFUSED(save_as(supervisor, assignment(6, 3), 1, "", true), DC_PERMISSION_DENIED, "");
    REFUSED(save_as(stranger, assignment(6, 3), 1, "", true), DC_PERMISSION_DENIED, "");
    REFUSED(save_as(employee(7), assignment(7, 3), 6, "", true), DC_INVALID_ARGUMENT, "answers");
    MUST(save_as(employee(7), assignment(7, 3), 1, "草稿", false)); /* a draft does not count */
    /* 4 is rated by two peers alone. */
    MUST(give(2, 4, 4, ""));
    MUST(give(3, 4, 1, "只有一个人这样说"));
    MUST(give(5, 4, 1, ""));

    REFUSED(close_round(&director, round), DC_PERMISSION_DENIED, "");
    REFUSED(close_round(&supervisor_of_b, round), DC_PERMISSION_DENIED, "");
    MUST(close_round(&supervisor, round));
    REFUSED(give(7, 3, 1, ""), DC_PERMISSION_DENIED, "");
    REFUSED(close_round(&supervisor, round), DC_FAILED_PRECONDITION, "");
    assert_int_equal(stage_number("SELECT count(*) FROM reviews.rating"), 0);

    MUST(result_of(supervisor, round, 3, &result));
    assert_string_equal(result->total, "4.43"); /* (40 * 5 + 30 * 11/3) / 70 = 31/7 */
    assert_string_equal(result->numerator, "31");
    assert_string_equal(result->denominator, "7");
    assert_int_equal(result->n_groups, 3);
    assert_int_equal(result->groups[2]->relations[0], RELATION(PEER));
    assert_int_equal(result->groups[2]->raters, 3);
    assert_string_equal(result->groups[2]->mean, "3.67");
    assert_int_equal(result->groups[2]->comments[0]->n_texts, 3);
    MUST(result_of(supervisor, round, 4, &result));
    assert_string_equal(result->total, "4.00"); /* the manager alone */
    assert_int_equal(result->n_groups, 1);
    assert_int_equal(result->n_hidden, 1);
    assert_int_equal(result->hidden[0], RELATION(PEER));

    Reviews__RatingsClosed *closed = (void *)stage_hear(&reviews__ratings_closed__descriptor);
    assert_int_equal(closed->measure_id, MEASURE);
    assert_int_equal(closed->n_results, 2); /* nobody could judge the others */
    assert_int_equal(closed->results[0]->person_id, 3);
    assert_string_equal(closed->results[0]->numerator, "31");
    assert_null(stage_hear(&reviews__ratings_closed__descriptor));

    REFUSED(result_of(three, round, 3, &result), DC_FAILED_PRECONDITION, "");
    REFUSED(result_of(director, round, 3, &result), DC_FAILED_PRECONDITION, "");
    REFUSED(release(&director, round), DC_PERMISSION_DENIED, "");
    MUST(release(&supervisor, round));
    MUST(result_of(three, round, 3, &result));
    MUST(result_of(director, round, 3, &result));
    REFUSED(release(&supervisor, round), DC_FAILED_PRECONDITION, "");
}

static void
test_who_may_not_see_results(void **state)
{
    (void)state;
    Reviews__Result *result = NULL;
    Reviews__Round *round = start(round_request(form_360, A));
    open_round(round);
    for (int64_t rater = 4; rater <= 7; rater++) {
        MUST(give(rater, 3, 4, ""));
        MUST(give(rater, 2, 3, "")); /* their manager */
    }
    MUST(give(1, 2, 2, "")); /* the supervisor is a peer of the director */
    MUST(close_round(&supervisor, round));
    MUST(release(&supervisor, round));
    /* He knows one of the answers: he could take it out of the group. */
    REFUSED(result_of(supervisor, round, 2, &result), DC_PERMISSION_DENIED, "");
    MUST(result_of(supervisor, round, 3, &result));
    struct who four_as_supervisor = supervisor;
    four_as_supervisor.person = 4;
    REFUSED(result_of(four_as_supervisor, round, 3, &result), DC_PERMISSION_DENIED, "");
    static const struct who *const others[] = {&supervisor_of_b, &eight, &auditor, &system_admin,
                                               &security_admin, &integrator, &stranger};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        REFUSED(result_of(*others[i], round, 3, &result), DC_PERMISSION_DENIED, "");
    }
    REFUSED(result_of(employee(4), round, 3, &result), DC_PERMISSION_DENIED, "");
    REFUSED(result_of(director, round, 999, &result), DC_PERMISSION_DENIED, "");

    Reviews__ListResultsRequest request = REVIEWS__LIST_RESULTS_REQUEST__INIT;
    Reviews__ListResultsResponse list = REVIEWS__LIST_RESULTS_RESPONSE__INIT;
    request.round_id = round->id;
    MUST(CALL(supervisor, reviews_list_results, &request, &list));
    assert_int_equal(list.n_results, 5); /* not the director's, whom he rated */
    MUST(CALL(three, reviews_list_results, &request, &list));
    assert_int_equal(list.n_results, 1);
    MUST(CALL(director, reviews_list_results, &request, &list));
    assert_int_equal(list.n_results, 6); /* his reports' and his own */
    REFUSED(CALL(eight, reviews_list_results, &request, &list), DC_PERMISSION_DENIED, "");
    REFUSED(CALL(stranger, reviews_list_results, &request, &list), DC_PERMISSION_DENIED, "");
}

/* --- nothing tells who answered what -------------------------------------------------------------
 */

/* The words that a rater wrote are nowhere but in his rating, and after closing in the result. */
static void
test_answers_leave_no_trace(void **state)
{
    (void)state;
    Reviews__Round *round = start(round_request(form_360, A));
    open_round(round);
    static const char secret[] = "UNIQUE-WORDS-OF-FOUR";
    static const char traces[] =
        "SELECT sum((position('UNIQUE-WORDS-OF-FOUR'::bytea in %s::bytea) > 0)::int) FROM reviews.%s";
    char sql[300];
    MUST(give(4, 3, 1, secret));
    MUST(give(5, 3, 5, ""));
    MUST(give(6, 3, 5, ""));
    snprintf(sql, sizeof sql, traces, "body", "rating");
    assert_int_equal(stage_number(sql), 1);
    MUST(close_round(&supervisor, round));
    MUST(release(&supervisor, round));
    assert_int_equal(stage_number(sql), 0);
    snprintf(sql, sizeof sql, traces, "body", "result");
    assert_int_equal(stage_number(sql), 1);
    snprintf(sql, sizeof sql, traces, "body", "outbox");
    assert_int_equal(stage_number(sql), 0);
    /* Saving is no command: no hash of the answers stands beside the rater. */
    assert_int_equal(stage_number("SELECT count(*) FROM reviews.command"), 0);
    /* What stays says that he was asked and has rated, not what. */
    assert_int_equal(stage_number("SELECT count(*) FROM information_schema.columns WHERE table_schema "
                                  "= 'reviews' AND table_name = 'assignment' AND data_type NOT IN "
                                  "('bigint', 'smallint', 'text')"),
                     0);
    assert_int_equal(stage_number("SELECT count(*) FROM reviews.assignment WHERE reason <> ''"), 0);
}

/* Every event of the round: with a rater there is no rated person and no figure, and with a rated
 * person there is no rater. */
static void
test_no_event_joins_rater_and_value(void **state)
{
    (void)state;
    Reviews__Round *round = start(round_request(form_360, A));
    open_round(round);
    for (int64_t rater = 4; rater <= 7; rater++) {
        for (int64_t subject = 2; subject <= 7; subject++) {
            MUST(give(rater, subject, 3, "w"));
        }
    }
    MUST(close_round(&supervisor, round));
    int64_t finished = 0, closed = 0;
    for (Reviews__RatersFinished *event;
         (event = (void *)stage_hear(&reviews__raters_finished__descriptor));) {
        finished += (int64_t)event->n_raters;
        assert_int_equal(event->raters[0]->ratings, 0);
    }
    assert_int_equal(finished, 4); /* once each, with the last of six, whose order tells nothing */
    stage.heard = 0;
    for (Reviews__RatingsClosed *event;
         (event = (void *)stage_hear(&reviews__ratings_closed__descriptor));) {
        closed += (int64_t)event->n_results;
    }
    assert_int_equal(closed, 6);
    /* These are all the kinds of events there are. */
    assert_int_equal(
        stage_number("SELECT count(*) FROM reviews.outbox WHERE type NOT IN ('RoundChanged', "
                     "'RatersAsked', 'RatersFinished', 'RatingsClosed')"),
        0);
    assert_int_equal(reviews__rating_result__descriptor.n_fields, 4);
    assert_int_equal(reviews__rater__descriptor.n_fields, 3);
}

/* The service's own role can take no result back, nor change one, so that there is one look. */
static void
test_a_result_is_computed_once(void **state)
{
    (void)state;
    Reviews__Round *round = start(round_request(form_360, A));
    open_round(round);
    MUST(give(2, 3, 4, ""));
    MUST(close_round(&supervisor, round));
    assert_int_equal(stage_number("SELECT has_table_privilege('reviews', 'reviews.result', 'UPDATE')::int "
                                  "+ has_table_privilege('reviews', 'reviews.result', 'DELETE')::int"),
                     0);
    stage_run(reviews_close);
    assert_int_equal(stage_number("SELECT count(*) FROM reviews.result"), 6);
    Reviews__CancelRoundRequest cancel = REVIEWS__CANCEL_ROUND_REQUEST__INIT;
    Reviews__CancelRoundResponse cancelled = REVIEWS__CANCEL_ROUND_RESPONSE__INIT;
    cancel.id = round->id;
    cancel.reason = "重来";
    REFUSED(CALL(supervisor, reviews_cancel_round, &cancel, &cancelled), DC_FAILED_PRECONDITION, "");
}

/* --- raters --------------------------------------------------------------------------------------
 */

static enum dc_code
name_raters(struct who who, Reviews__Round *round, int64_t person, Reviews__Relation relation,
            const int64_t *raters, size_t count, Reviews__GetRatersResponse **ret_raters)
{
    Reviews__NameRatersRequest request = REVIEWS__NAME_RATERS_REQUEST__INIT;
    Reviews__NameRatersResponse response = REVIEWS__NAME_RATERS_RESPONSE__INIT;
    request.round_id = round->id;
    request.person_id = person;
    request.relation = relation;
    request.rater_ids = (int64_t *)raters;
    request.n_rater_ids = count;
    DC_TRY(CALL(who, reviews_name_raters, &request, &response));
    *ret_raters = response.raters;
    return DC_OK;
}

static enum dc_code
decide(struct who who, Reviews__Round *round, int64_t person, int64_t rater,
       Reviews__RaterDecision decision)
{
    Reviews__DecideRatersRequest request = REVIEWS__DECIDE_RATERS_REQUEST__INIT;
    Reviews__DecideRatersResponse response = REVIEWS__DECIDE_RATERS_RESPONSE__INIT;
    request.round_id = round->id;
    request.person_id = person;
    request.rater_ids = &rater;
    request.n_rater_ids = 1;
    request.decision = decision;
    request.reason = "不合适";
    return CALL(who, reviews_decide_raters, &request, &response);
}
#define APPROVE REVIEWS__RATER_DECISION__RATER_DECISION_APPROVE
#define REFUSE REVIEWS__RATER_DECISION__RATER_DECISION_REFUSE

static void
test_raters_are_named_and_approved(void **state)
{
    (void)state;
    Reviews__StartRoundRequest request = round_request(form_360, A);
    rules.peer_choice = REVIEWS__PEER_CHOICE__PEER_CHOICE_NOMINATED;
    Reviews__Round *round = start(request);
    Reviews__GetRatersResponse *raters = NULL;
    static const int64_t peers[] = {4, 5, 6, 7}, customer[] = {8}, self[] = {3}, unknown[] = {999};
    MUST(name_raters(three, round, 3, RELATION(PEER), peers, 4, &raters));
    assert_int_equal(raters->n_raters, 6); /* and superior and self, whom he knows */
    assert_false(raters->may_decide);
    MUST(name_raters(three, round, 3, RELATION(CUSTOMER), customer, 1, &raters));
    REFUSED(name_raters(three, round, 3, RELATION(CUSTOMER), customer, 1, &raters),
            DC_ALREADY_EXISTS, "rater_ids");
    REFUSED(name_raters(three, round, 3, RELATION(PEER), self, 1, &raters), DC_INVALID_ARGUMENT,
            "rater_ids");
    REFUSED(name_raters(three, round, 3, RELATION(PEER), unknown, 1, &raters), DC_NOT_FOUND,
            "rater_ids");
    REFUSED(name_raters(three, round, 3, RELATION(SUPERIOR), customer, 1, &raters),
            DC_INVALID_ARGUMENT, "relation");
    REFUSED(name_raters(employee(4), round, 3, RELATION(PEER), customer, 1, &raters),
            DC_PERMISSION_DENIED, "");
    REFUSED(decide(three, round, 3, 4, APPROVE), DC_PERMISSION_DENIED, "");
    REFUSED(decide(stranger, round, 3, 4, APPROVE), DC_PERMISSION_DENIED, "");
    MUST(decide(director, round, 3, 4, APPROVE));
    MUST(decide(director, round, 3, 5, REFUSE));
    MUST(decide(supervisor, round, 3, 6, APPROVE));
    open_round(round);
    REFUSED(give(7, 3, 4, ""), DC_PERMISSION_DENIED, ""); /* proposed, not approved */
    REFUSED(give(5, 3, 4, ""), DC_PERMISSION_DENIED, "");
    MUST(give(4, 3, 4, ""));
    MUST(decide(director, round, 3, 7, APPROVE)); /* while it is open, too: asked at once */
    MUST(give(7, 3, 4, ""));
    REFUSED(decide(director, round, 3, 7, REFUSE), DC_FAILED_PRECONDITION, "");
}

static void
test_a_decline_and_its_replacement(void **state)
{
    (void)state;
    Reviews__Round *round = start(round_request(form_manager, A));
    open_round(round);
    stage_hear(&reviews__raters_asked__descriptor);
    Reviews__DeclineRatingRequest request = REVIEWS__DECLINE_RATING_REQUEST__INIT;
    Reviews__DeclineRatingResponse response = REVIEWS__DECLINE_RATING_RESPONSE__INIT;
    request.id = assignment(9, 2);
    REFUSED(CALL(boss, reviews_decline_rating, &request, &response), DC_INVALID_ARGUMENT, "reason");
    request.reason = "新任，共事不足一个月";
    REFUSED(CALL(three, reviews_decline_rating, &request, &response), DC_PERMISSION_DENIED, "");
    MUST(CALL(boss, reviews_decline_rating, &request, &response));
    Reviews__RatersFinished *finished = (void *)stage_hear(&reviews__raters_finished__descriptor);
    assert_int_equal(finished->raters[0]->person_id, 9);
    Reviews__GetRatersResponse *raters = NULL;
    static const int64_t other[] = {1};
    MUST(name_raters(supervisor, round, 2, RELATION(SUPERIOR), other, 1, &raters));
    Reviews__RatersAsked *asked = (void *)stage_hear(&reviews__raters_asked__descriptor);
    assert_int_equal(asked->n_raters, 1);
    assert_int_equal(asked->raters[0]->person_id, 1);
    MUST(give(1, 2, 4, ""));
    /* He is asked again, under another reference. */
    static const int64_t again[] = {9};
    MUST(name_raters(supervisor, round, 2, RELATION(SUPERIOR), again, 1, &raters));
    asked = (void *)stage_hear(&reviews__raters_asked__descriptor);
    assert_string_not_equal(asked->raters[0]->reference, finished->raters[0]->reference);
}

static void
test_excused_and_gone(void **state)
{
    (void)state;
    Reviews__StartRoundRequest request = round_request(form_manager, A);
    request.closes_itself = true;
    Reviews__Round *round = start(request);
    open_round(round);
    MUST(save_as(director, assignment(2, 3), 4, "草稿", false));
    Workflow__CasesEnded ended = WORKFLOW__CASES_ENDED__INIT;
    Workflow__Case one = WORKFLOW__CASE__INIT, *cases[] = {&one};
    char reference[60];
    snprintf(reference, sizeof reference, "reviews/round/%lld/2/1", (long long)round->id);
    one.reference = reference;
    one.outcome_kind = "submit";
    ended.cases = cases;
    ended.n_cases = 1;
    stage_tell(1, reviews_on_cases_ended, &ended.base);
    assert_int_equal(stage_number("SELECT count(*) FROM reviews.assignment WHERE state = 2"), 6);
    one.outcome_kind = "skip";
    one.reason = "休假";
    stage_tell(1, reviews_on_cases_ended, &ended.base);
    stage_tell(1, reviews_on_cases_ended, &ended.base); /* heard again */
    assert_int_equal(stage_number("SELECT count(*) FROM reviews.assignment WHERE state = 2"), 1);
    assert_int_equal(stage_number("SELECT count(*) FROM reviews.rating"), 0);
    dc_test_pg_exec(stage.pg, "UPDATE reviews.org_person SET employed_to = '2026-11-20' WHERE "
                              "person_id = 9");
    stage_run(reviews_people);
    assert_int_equal(stage_number("SELECT count(*) FROM reviews.assignment WHERE state = 2"), 0);
    /* Nobody is asked for anything any more: it closes itself. */
    stage_run(reviews_close);
    assert_int_equal(stage_number("SELECT state FROM reviews.round"), STATE(CLOSED));
    assert_int_equal(stage_number("SELECT count(*) FROM reviews.result WHERE denominator = 0"), 6);
}

/* --- forms ---------------------------------------------------------------------------------------
 */

static Reviews__Form *
any_form(void)
{
    Reviews__Form **forms;
    form_shipped(stage.thread.arena, &forms);
    forms[0]->code = "own_form";
    return forms[0];
}

static void
test_forms_are_versioned_and_checked(void **state)
{
    (void)state;
    Reviews__SaveFormRequest request = REVIEWS__SAVE_FORM_REQUEST__INIT;
    Reviews__SaveFormResponse response = REVIEWS__SAVE_FORM_RESPONSE__INIT;
    request.form = any_form();
    REFUSED(CALL(director, reviews_save_form, &request, &response), DC_PERMISSION_DENIED, "");
    MUST(CALL(supervisor, reviews_save_form, &request, &response));
    Reviews__Round *round = start(round_request(response.form->id, A));
    request.form = any_form();
    request.form->id = response.form->id;
    request.form->version = 1;
    request.form->sections[0]->questions[0]->zh = "新问题";
    MUST(CALL(supervisor, reviews_save_form, &request, &response));
    assert_int_equal(response.form->version, 2);
    request.form->version = 1;
    REFUSED(CALL(supervisor, reviews_save_form, &request, &response), DC_ABORTED, "form.version");
    /* The round keeps the version that it started with. */
    open_round(round);
    Reviews__GetMyRatingRequest mine = REVIEWS__GET_MY_RATING_REQUEST__INIT;
    Reviews__GetMyRatingResponse shown = REVIEWS__GET_MY_RATING_RESPONSE__INIT;
    mine.id = assignment(2, 3);
    MUST(CALL(director, reviews_get_my_rating, &mine, &shown));
    assert_string_not_equal(shown.form->sections[0]->questions[0]->zh, "新问题");
#define BAD_FORM(change, code_, field_)                                                            \
    do {                                                                                           \
        Reviews__Form *form = request.form = any_form();                                           \
        form->code = "other_form";                                                                 \
        change;                                                                                    \
        REFUSED(CALL(supervisor, reviews_save_form, &request, &response), code_, field_);          \
    } while (0)
    BAD_FORM(form->code = "Bad", DC_INVALID_ARGUMENT, "form.code");
    BAD_FORM(form->code = "own_form", DC_ALREADY_EXISTS, "form.code");
    BAD_FORM(form->scale_max = 1, DC_INVALID_ARGUMENT, "form.scale_min");
    BAD_FORM(form->scale_max = 11, DC_INVALID_ARGUMENT, "form.scale_min");
    BAD_FORM(form->relations[1]->minimum = 1, DC_INVALID_ARGUMENT, "form.relations[1]");
    BAD_FORM(form->relations[1]->below = 0, DC_INVALID_ARGUMENT, "form.relations[1]");
    BAD_FORM(form->relations[0]->minimum = 2, DC_INVALID_ARGUMENT, "form.relations[0]");
    BAD_FORM(form->relations[2]->relation = RELATION(PEER), DC_INVALID_ARGUMENT,
             "form.relations[2]");
    BAD_FORM(form->relations[0]->weight = 41, DC_INVALID_ARGUMENT, "form.relations");
    BAD_FORM(form->sections[0]->questions[1]->weight = 1, DC_INVALID_ARGUMENT, "form.sections");
    BAD_FORM(form->sections[0]->questions[1]->code = "results", DC_INVALID_ARGUMENT,
             "form.sections[0].questions[0]");
    BAD_FORM(form->sections[0]->questions[0]->anchors[2]->level = 6, DC_INVALID_ARGUMENT,
             "form.sections[0].questions[0]");
    BAD_FORM(form->n_sections = 0, DC_INVALID_ARGUMENT, "form.sections");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, prepare)
    const struct CMUnitTest tests[] = {
        TEST(test_a_preview_writes_nothing),
        TEST(test_what_a_start_refuses),
        TEST(test_a_round),
        TEST(test_who_may_not_see_results),
        TEST(test_answers_leave_no_trace),
        TEST(test_no_event_joins_rater_and_value),
        TEST(test_a_result_is_computed_once),
        TEST(test_raters_are_named_and_approved),
        TEST(test_a_decline_and_its_replacement),
        TEST(test_excused_and_gone),
        TEST(test_forms_are_versioned_and_checked),
    };
    return cmocka_run_group_tests_name("reviews", tests, stage_open, stage_close);
}
