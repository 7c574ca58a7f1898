/* Tests who rates whom on a real database: named, approved, declined, replaced, excused, gone; and
 * the forms that they rate by. */
#include "play_test.h"

#include <dacheng/workflow/v1/events.pb-c.h>

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
        TEST(test_raters_are_named_and_approved),
        TEST(test_a_decline_and_its_replacement),
        TEST(test_excused_and_gone),
        TEST(test_forms_are_versioned_and_checked),
    };
    return cmocka_run_group_tests_name("reviews raters", tests, stage_open, stage_down);
}
