/* handlers.h - what reviews answers, hears and does by itself; the tables are in spec.c. */
#ifndef DC_REVIEWS_HANDLERS_H
#define DC_REVIEWS_HANDLERS_H

#include "form.h"
#include "store.h"

extern const struct dc_service_spec reviews_spec;

enum {
    REVIEWS_REASON_MAX = 500,
    REVIEWS_RATERS_PER_EVENT = 200,
    REVIEWS_READERS = DC_ROLE(SUPERVISOR) | DC_ROLE(BOSS) | DC_ROLE(VICE_PRESIDENT) |
                      DC_ROLE(DIRECTOR) | DC_ROLE(TEAM_LEAD) | DC_ROLE(EMPLOYEE),
};

/* --- requests ------------------------------------------------------------------------------------
 */
dc_handler reviews_list_forms;
dc_handler reviews_save_form;
dc_handler reviews_start_round;
dc_handler reviews_open_round;
dc_handler reviews_close_round;
dc_handler reviews_release_round;
dc_handler reviews_cancel_round;
dc_handler reviews_list_rounds;
dc_handler reviews_get_progress;
dc_handler reviews_list_subjects;
dc_handler reviews_get_raters;
dc_handler reviews_name_raters;
dc_handler reviews_decide_raters;
dc_handler reviews_list_my_ratings;
dc_handler reviews_get_my_rating;
dc_handler reviews_save_rating;
dc_handler reviews_decline_rating;
dc_handler reviews_get_result;
dc_handler reviews_list_results;

dc_reaction_fn reviews_on_units_changed;
dc_reaction_fn reviews_on_measures_defined;
dc_reaction_fn reviews_on_cases_ended;

/* The tasks "close" (results of rounds that are over) and "people" (raters who left). */
enum dc_code reviews_close(struct dc_step *step, bool *ret_more, struct dc_error *error);
enum dc_code reviews_people(struct dc_step *step, bool *ret_more, struct dc_error *error);

/* --- rights --------------------------------------------------------------------------------------
 */
/* A round within sight of nobody is refused as one that is not there. */
enum dc_code rights_supervise(struct dc_step *step, int64_t round_id, enum store_hold hold,
                              Reviews__Round **ret_round, struct dc_error *error) DC_MUST_CHECK;
bool rights_supervises(struct dc_step *step, const Reviews__Round *round);
enum dc_code rights_refuse(struct dc_error *error) DC_MUST_CHECK;

/* --- telling and asking --------------------------------------------------------------------------
 */
/* The round as it is now, to everybody. */
enum dc_code tell_round(struct dc_step *step, int64_t round_id, Reviews__Round **ret_round,
                        struct dc_error *error) DC_MUST_CHECK;
void tell_asked(struct dc_step *step, Reviews__Round *round, const struct store_raters *raters);
/* Asks raters of an open round (NULL: everybody), and tells. */
enum dc_code ask(struct dc_step *step, Reviews__Round *round, const int64_t *raters, size_t count,
                 int64_t *ret_asked, struct dc_error *error) DC_MUST_CHECK;
/* Tells of those who are through. */
enum dc_code finish(struct dc_step *step, int64_t round_id, const int64_t *raters, size_t count,
                    struct dc_error *error) DC_MUST_CHECK;

/* Relations with a weight, and how many raters each must have; `peers`: also peers. */
void wanted_of(const Reviews__Form *form, bool peers, struct store_wanted *ret_wanted);

enum dc_code check_reason(const char *reason, size_t least, struct dc_error *error) DC_MUST_CHECK;

#endif
