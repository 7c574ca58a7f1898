/*
 * form.h - what a form must be, what an answer to it must be, and the form as tally reads it. Pure.
 */
#ifndef DC_REVIEWS_FORM_H
#define DC_REVIEWS_FORM_H

#include "base/error.h"
#include "tally.h"

#include <dacheng/reviews/v1/reviews.pb-c.h>

enum {
    FORM_SECTIONS_MAX = 20,
    FORM_TEXT_MAX = 300,
    FORM_ANCHOR_MAX = 200,
    ANSWER_TEXT_MAX = 2000,
};

/* INVALID_ARGUMENT with the path of the first field at fault. */
enum dc_code form_check(const Reviews__Form *form, struct dc_error *error) DC_MUST_CHECK;

/* The questions with a scale, in their order. */
struct form_scale {
    struct tally_form tally;
    const Reviews__Question **questions;
};
void form_scale(const Reviews__Form *form, struct dc_arena *arena, struct form_scale *ret_scale);
const Reviews__RelationRule *form_relation(const Reviews__Form *form, Reviews__Relation relation);

/* Answers to a form: known questions, each once, levels of the scale; `whole`: every question with a
 * scale has a level, or is passed where it may be. */
enum dc_code form_check_answers(const Reviews__Form *form, Reviews__Answer *const *answers,
                                size_t count, bool whole, struct dc_error *error) DC_MUST_CHECK;
/* Levels by question of the scale; 0 where there is none. */
const int *form_levels(const struct form_scale *scale, Reviews__Answer *const *answers,
                       size_t count, struct dc_arena *arena);

/* The forms that a tenant begins with. */
size_t form_shipped(struct dc_arena *arena, Reviews__Form ***ret_forms);

#endif
