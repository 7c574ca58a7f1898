/*
 * store.h - reviews' tables. The only files that talk to the database are store*.c; all of it runs
 * in the step's transaction, for the step's tenant. Results live in the step's arena.
 */
#ifndef DC_REVIEWS_STORE_H
#define DC_REVIEWS_STORE_H

#include "life.h"
#include "service/access.h"
#include "service/service.h"

#include <dacheng/goals/v1/events.pb-c.h>
#include <dacheng/reviews/v1/reviews.pb-c.h>

/* --- forms and measures --------------------------------------------------------------------------
 */
enum dc_code store_forms(struct dc_step *step, Reviews__Form ***ret_forms, size_t *ret_count,
                         struct dc_error *error) DC_MUST_CHECK;
/* Version 0: the newest. NULL: there is none. */
enum dc_code store_form(struct dc_step *step, int64_t id, int64_t version,
                        Reviews__Form **ret_form, struct dc_error *error) DC_MUST_CHECK;
/* Writes the next version of the form and sets its id and version. ALREADY_EXISTS: the code;
 * ABORTED: it is not the newest version. */
enum dc_code store_save_form(struct dc_step *step, int64_t tenant_id, Reviews__Form *form,
                             struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_measures(struct dc_step *step, int64_t tenant_id,
                            const Goals__MeasuresDefined *event,
                            struct dc_error *error) DC_MUST_CHECK;
/* id 0: all. */
enum dc_code store_list_measures(struct dc_step *step, int64_t id,
                                 Reviews__RatingMeasure ***ret_measures, size_t *ret_count,
                                 struct dc_error *error) DC_MUST_CHECK;

/* --- rounds --------------------------------------------------------------------------------------
 */
/* Who is asked, out of the round's rules and the form's relations. */
struct store_plan {
    int64_t unit_id;
    dc_date day;
    bool superior, self;
    int64_t peers, subordinates;
};
/* Relations that a person has to have raters in. */
struct store_wanted {
    int64_t relations[8], minimums[8];
    size_t count;
};
enum dc_code store_unit_known(struct dc_step *step, int64_t unit_id, bool *ret_known,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_lock_measure(struct dc_step *step, int64_t measure_id,
                                struct dc_error *error) DC_MUST_CHECK;
/* NULL: nobody is rated twice. */
enum dc_code store_rated_twice(struct dc_step *step, const struct store_plan *plan,
                               int64_t measure_id, const char *period, const char **ret_person,
                               const char **ret_round, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_preview(struct dc_step *step, const struct store_plan *plan,
                           const struct store_wanted *wanted, Reviews__Preview **ret_preview,
                           struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_add_round(struct dc_step *step, const Reviews__Round *round,
                             const struct store_plan *plan, int64_t *ret_id,
                             struct dc_error *error) DC_MUST_CHECK;
enum store_hold { STORE_LOOK, STORE_SHARE, STORE_LOCK };
/* NULL: there is none. */
enum dc_code store_round(struct dc_step *step, int64_t id, enum store_hold hold,
                         Reviews__Round **ret_round, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_computed_to(struct dc_step *step, int64_t id, int64_t *ret_person_id,
                               struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_round_state(struct dc_step *step, int64_t id, Reviews__RoundState state,
                               const char *reason, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_rounds(struct dc_step *step, const struct dc_access_reach *supervised,
                          Reviews__RoundShown ***ret_rounds, size_t *ret_count,
                          struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_progress(struct dc_step *step, int64_t round_id,
                            Reviews__GetProgressResponse *response,
                            struct dc_error *error) DC_MUST_CHECK;

/* --- who rates -----------------------------------------------------------------------------------
 */
struct store_subject {
    bool found;
    int64_t unit_id, manager_id;
    const char *name, *unit_name;
};
enum dc_code store_subject(struct dc_step *step, int64_t round_id, int64_t person_id,
                           struct store_subject *ret_subject,
                           struct dc_error *error) DC_MUST_CHECK;
/* All of them, or the caller's reports and himself. */
enum dc_code store_subjects(struct dc_step *step, int64_t round_id, bool all,
                            const struct store_wanted *wanted, Reviews__Subject ***ret_subjects,
                            size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;
/* named_by not 0: those alone whom he named, and the named relations. */
enum dc_code store_raters(struct dc_step *step, int64_t round_id, int64_t person_id,
                          int64_t named_by, Reviews__NamedRater ***ret_raters, size_t *ret_count,
                          struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_candidates(struct dc_step *step, int64_t round_id, int64_t person_id,
                              const struct store_subject *subject,
                              Reviews__Candidate ***ret_candidates, size_t *ret_count,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_people_known(struct dc_step *step, const int64_t *people, size_t count,
                                size_t *ret_known, struct dc_error *error) DC_MUST_CHECK;
struct store_assignment {
    int64_t id, rater_id, named_by;
    Reviews__Relation relation;
    enum assignment_state state;
};
/* Held until the commit. */
enum dc_code store_assignments(struct dc_step *step, int64_t round_id, int64_t person_id,
                               struct store_assignment **ret_items, size_t *ret_count,
                               struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_name_raters(struct dc_step *step, int64_t round_id, int64_t person_id,
                               Reviews__Relation relation, const int64_t *raters, size_t count,
                               enum assignment_state state, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_move_assignments(struct dc_step *step, const int64_t *ids, size_t count,
                                    enum assignment_state state, const char *reason,
                                    struct dc_error *error) DC_MUST_CHECK;

/* --- asking --------------------------------------------------------------------------------------
 */
struct store_raters {
    Reviews__Rater **items;
    size_t count;
};
/* raters NULL: everybody of the round. Those who are asked now. */
enum dc_code store_ask(struct dc_step *step, int64_t round_id, const int64_t *raters, size_t count,
                       struct store_raters *ret_asked, struct dc_error *error) DC_MUST_CHECK;
/* Those who are through now. */
enum dc_code store_finish(struct dc_step *step, int64_t round_id, const int64_t *raters,
                          size_t count, struct store_raters *ret_finished,
                          struct dc_error *error) DC_MUST_CHECK;
/* What somebody was asked for and has not given lapses; his drafts go. */
enum dc_code store_lapse(struct dc_step *step, int64_t round_id, int64_t rater_id,
                         const char *reason, struct dc_error *error) DC_MUST_CHECK;
struct store_gone {
    int64_t round_id, rater_id;
};
enum dc_code store_lapse_gone(struct dc_step *step, int64_t limit, struct store_gone **ret_gone,
                              size_t *ret_count, struct dc_error *error) DC_MUST_CHECK;

/* --- rating --------------------------------------------------------------------------------------
 */
struct store_mine {
    Reviews__MyRating *message;
    enum assignment_state state;
    int64_t form_id, form_version;
};
/* Of the caller, in open rounds; 0 = all. */
enum dc_code store_my_ratings(struct dc_step *step, int64_t round_id, int64_t assignment_id,
                              struct store_mine **ret_items, size_t *ret_count,
                              struct dc_error *error) DC_MUST_CHECK;
/* NULL: nothing was answered. */
enum dc_code store_rating(struct dc_step *step, int64_t assignment_id,
                          Reviews__SaveRatingRequest **ret_rating,
                          struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_save_rating(struct dc_step *step, const Reviews__SaveRatingRequest *rating,
                               struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_drop_ratings(struct dc_step *step, const int64_t *assignments, size_t count,
                                struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_drop_round(struct dc_step *step, int64_t round_id,
                              struct dc_error *error) DC_MUST_CHECK;

/* --- results -------------------------------------------------------------------------------------
 */
/* 0: nothing is to be done. */
enum dc_code store_pick_going(struct dc_step *step, int64_t *ret_round_id,
                              Reviews__RoundState *ret_state,
                              struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_tenants_going(struct dc_step *step, const int64_t **ret_ids, size_t *ret_count,
                                 struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_next_subjects(struct dc_step *step, int64_t round_id, int64_t above,
                                 int64_t limit, int64_t **ret_people, size_t *ret_count,
                                 struct dc_error *error) DC_MUST_CHECK;
struct store_given {
    int64_t person_id;
    Reviews__Relation relation;
    Reviews__SaveRatingRequest *rating;
};
/* By person, shuffled. */
enum dc_code store_given(struct dc_step *step, int64_t round_id, const int64_t *people,
                         size_t count, struct store_given **ret_given, size_t *ret_count,
                         struct dc_error *error) DC_MUST_CHECK;
struct store_result {
    int64_t person_id, raters;
    struct dc_ratio total;
    const Reviews__Result *body;
};
/* And deletes the answers of everybody up to the last of them. */
enum dc_code store_add_results(struct dc_step *step, int64_t round_id,
                               const struct store_result *results, size_t count,
                               struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_result(struct dc_step *step, int64_t round_id, int64_t person_id,
                          Reviews__Result **ret_result, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_rated_unnamed(struct dc_step *step, int64_t round_id, int64_t person_id,
                                 bool *ret_rated, struct dc_error *error) DC_MUST_CHECK;
enum dc_code store_results(struct dc_step *step, int64_t round_id, bool all,
                           Reviews__ResultShown ***ret_results, size_t *ret_count,
                           struct dc_error *error) DC_MUST_CHECK;

dc_date store_today(const struct dc_step *step);

#endif
