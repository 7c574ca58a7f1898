/*
 * choose.h - who sits where. Pure: persons that the store found in, seats out.
 *
 * For each `who` of a stage the store lists the persons whom the rule may mean, nearest first:
 *
 *     self      the subject, level 0
 *     manager   the chain of managers of the subject: his manager level 0, that one's level 1, ...
 *     person    the named one, level 0
 *     role      holders of the role whose grant reaches the unit: level 0 at the subject's own unit
 *               (or the named one), level 1 at the unit above, ...; COMPANY and GROUP scopes last
 *     starter   who started the cycle, level 0
 *
 * without those who have left. A level is looked at as a whole: the nearest level with somebody
 * who is not barred is the one that counts, so nobody is asked to approve himself where another is
 * meant: his own directorship is skipped, and the next one up is asked. self and starter mean
 * exactly that person and are never barred.
 *
 *     one         the first `who` that yields somebody; of several persons of a level the first
 *     any         every `who`, all persons of its level; those that yield nobody are left out
 *     all         every `who`, all persons of its level
 *     sequence    every `who` in its order, the first person of its level
 *
 * A `who` of all or sequence that yields nobody, and a task for which nobody at all was found,
 * falls to the fallback: the starter of a cycle; of an approval somebody else than the proposer
 * when the caller knows one. A person gets one seat in a task. Then absences: the holder is the
 * deputy.
 */
#ifndef DC_WORKFLOW_CHOOSE_H
#define DC_WORKFLOW_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"
#include "definition.h"
#include "seats.h"

struct wf_candidate {
    int64_t person_id;
    int32_t level; /* 0 = nearest; not descending */
};
struct wf_candidates { /* of one `who` */
    const struct wf_candidate *items;
    size_t count;
};

struct wf_choice {
    int64_t fallback_id;   /* never 0 */
    int64_t barred_id;     /* the subject, where it is a person; 0 = nobody */
    int64_t barred_too_id; /* of an approval: who proposed it; 0 = nobody */
    struct wf_delegations delegations;
    dc_date today;
};

struct wf_chosen {
    struct wf_seat seats[WF_SEATS_MAX]; /* ready for wf_task_open */
    size_t count;                       /* 1 or more */
    bool fell_back;                     /* a seat is the fallback's because nobody was found */
    uint32_t nobody;                    /* bit per `who` that yielded nobody */
    bool cut; /* more than WF_SEATS_MAX were meant; the nearest were taken */
};

/* `candidates` has stage->who_count lists, in the order of stage->who. */
void wf_choose_seats(const struct wf_stage *stage, const struct wf_candidates *candidates,
                     const struct wf_choice *choice, struct wf_chosen *ret_chosen);

/*
 * Who gets the right to decide on a rung: the nearest candidate who is not barred and is not the
 * owner or holder of an open seat already; else the fallback under the same conditions; 0 when
 * there is nobody else: then the right stays where it is. For wf_task_escalate; when he is absent,
 * wf_task_delegate after that brings it to his deputy. `choice->delegations` is not looked at.
 */
int64_t wf_choose_rung(const struct wf_candidates *candidates, const struct wf_task *task,
                       const struct wf_choice *choice);

#endif
