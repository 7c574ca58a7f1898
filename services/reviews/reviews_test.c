/* Tests a round from its start to its results on a real database: what is asked and refused, who
 * may see what, and that nobody can learn from pages, events or tables who answered what. */
#include "play_test.h"

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
    static const struct who *const others[] = {&supervisor_of_b, &director,     &three,     &boss,
                                               &auditor,         &system_admin, &integrator};
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
    static const struct who *const others[] = {
        &supervisor_of_b, &eight, &auditor, &system_admin, &security_admin, &integrator, &stranger};
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
    static const char traces[] = "SELECT sum((position('UNIQUE-WORDS-OF-FOUR'::bytea in %s::bytea) "
                                 "> 0)::int) FROM reviews.%s";
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
    assert_int_equal(
        stage_number("SELECT count(*) FROM information_schema.columns WHERE table_schema "
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
    assert_int_equal(
        stage_number("SELECT has_table_privilege('reviews', 'reviews.result', 'UPDATE')::int "
                     "+ has_table_privilege('reviews', 'reviews.result', 'DELETE')::int"),
        0);
    stage_run(reviews_close);
    assert_int_equal(stage_number("SELECT count(*) FROM reviews.result"), 6);
    Reviews__CancelRoundRequest cancel = REVIEWS__CANCEL_ROUND_REQUEST__INIT;
    Reviews__CancelRoundResponse cancelled = REVIEWS__CANCEL_ROUND_RESPONSE__INIT;
    cancel.id = round->id;
    cancel.reason = "重来";
    REFUSED(CALL(supervisor, reviews_cancel_round, &cancel, &cancelled), DC_FAILED_PRECONDITION,
            "");
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
    };
    return cmocka_run_group_tests_name("reviews", tests, stage_open, stage_down);
}
