/* Whom a plan reaches, and how closely. */
#include "specificity.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"

int64_t
specificity_rank(const struct specificity_scope *scope, const struct specificity_place *place)
{
    DC_ASSERT(scope && place && scope->position && place->position);
    if (scope->person_id != 0) {
        return scope->person_id == place->person_id ? SPECIFICITY_PERSON : SPECIFICITY_NONE;
    }
    bool positioned = scope->position[0] != '\0';
    if (positioned && strcmp(scope->position, place->position) != 0) {
        return SPECIFICITY_NONE;
    }
    if (scope->unit_id == 0) {
        return positioned;
    }
    for (size_t i = 0; i < place->unit_count; i++) {
        if (place->units[i] == scope->unit_id) {
            int64_t depth = (int64_t)(place->unit_count - 1 - i);
            return 2 * depth + 2 + positioned;
        }
    }
    return SPECIFICITY_NONE;
}
