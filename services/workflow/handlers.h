/*
 * handlers.h - what workflow answers, hears and does by itself, and the acts that these share.
 */
#ifndef DC_WORKFLOW_HANDLERS_H
#define DC_WORKFLOW_HANDLERS_H

#include "process.h"
#include "store.h"

/* What workflow is: spec.c. */
extern const struct dc_service_spec workflow_spec;

enum {
    FLOW_TASKS_PER_REQUEST = 500,
    FLOW_PAGE_DEFAULT = 50,
    FLOW_PAGE_MAX = 200,
    FLOW_URGE_PAUSE_S = 4 * 3600, /* a task is urged once in this time */
    FLOW_NAME_MAX = 100,          /* characters of a cycle's name */
    FLOW_REASON_MAX = 500,        /* characters */
};

/* Who reads boards, ledgers and others' tasks, within his reach. */
#define FLOW_READERS                                                                               \
    (DC_ROLE(TEAM_LEAD) | DC_ROLE(DIRECTOR) | DC_ROLE(VICE_PRESIDENT) | DC_ROLE(BOSS) |            \
     DC_ROLE(SUPERVISOR))

/* definitions.c, calendars.c */
dc_handler workflow_list_definitions, workflow_get_definition, workflow_check_definition,
    workflow_save_definition;
dc_handler workflow_get_calendar, workflow_save_calendar, workflow_import_calendar;
/* cycles.c, preview.c, moving.c */
dc_handler workflow_start_cycle, workflow_cancel_cycle, workflow_list_cycles;
dc_handler workflow_preview_cycle, workflow_move_cycle;
/* board.c, pages.c, ledger.c */
dc_handler workflow_get_board, workflow_list_tasks, workflow_list_my_tasks, workflow_get_task;
dc_handler workflow_get_ledger;
/* deciding.c, withdrawing.c, handing.c, urging.c, delegations.c */
dc_handler workflow_decide_task, workflow_decide_tasks, workflow_withdraw_decision;
dc_handler workflow_transfer_task, workflow_urge;
dc_handler workflow_list_delegations, workflow_save_delegation, workflow_end_delegation;
/* approvals.c */
dc_handler workflow_start_approval;

/* reactions.c, approvals.c */
dc_reaction_fn workflow_on_units_changed, workflow_on_people_changed, workflow_on_grants_changed;
dc_reaction_fn workflow_on_submission_checked;
dc_reaction_fn workflow_on_adjustment_proposed, workflow_on_proposal_settled;
dc_reaction_fn workflow_on_objection_raised, workflow_on_correction_stated;
dc_reaction_fn workflow_on_objection_settled;
dc_reaction_fn workflow_on_raters_asked, workflow_on_raters_finished, workflow_on_round_changed;

/* launch.c, firing.c, hand_over.c */
enum dc_code workflow_task_cycles(struct dc_step *step, bool *ret_more, struct dc_error *error);
enum dc_code workflow_task_timers(struct dc_step *step, bool *ret_more, struct dc_error *error);
enum dc_code workflow_task_people(struct dc_step *step, bool *ret_more, struct dc_error *error);

/* --- shipped.c: definitions and a calendar that every new tenant gets ----------------------------
 */
struct flow_shipped;
enum dc_code flow_shipped_read(const char *folder, struct flow_shipped **ret_shipped,
                               struct dc_error *error) DC_MUST_CHECK;
void flow_shipped_free(struct flow_shipped *shipped);
enum dc_code flow_shipped_install(struct flow_work *work, const struct flow_shipped *shipped,
                                  struct dc_error *error) DC_MUST_CHECK;
/* The code of the definition with `approval: true` and that purpose. A tenant that has none gets
 * the shipped one: it is older than what asks for it. FAILED_PRECONDITION when there is none at
 * all. */
enum dc_code flow_code_of_purpose(struct flow_work *work, const char *purpose,
                                  const char **ret_code, struct dc_error *error) DC_MUST_CHECK;

/* --- tell.c: events -----------------------------------------------------------------------------
 */
/* Tasks as messages, with the names of everybody in them; in the order of `tasks`. */
enum dc_code flow_messages(struct flow_work *work, struct flow_task *const *tasks, size_t count,
                           Workflow__Task ***ret_messages, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_message(struct flow_work *work, struct flow_task *task,
                          Workflow__Task **ret_message, struct dc_error *error) DC_MUST_CHECK;
enum flow_told {
    FLOW_OPENED,
    FLOW_REMINDED,
    FLOW_ESCALATED,
    FLOW_HANDED_OVER,
    FLOW_DECIDED,
    FLOW_RESCHEDULED,
    FLOW_CANCELLED
};
/* Of the outcome of a decided task: "approve", ...; "" otherwise. */
const char *flow_outcome_kind(const struct flow_task *task);
/* What is the same for all tasks that are told of together. */
struct flow_tell {
    enum flow_told told;
    wf_channels channels;
    int32_t step;      /* reminder (0: by hand), rung, or seat (0: of all) */
    bool owner_untold; /* of an escalation */
    int64_t by_person_id;
    const char *reason;
};
/* At most 200 in an event, by the bucket of their ids. */
enum dc_code flow_tell_tasks(struct flow_work *work, struct flow_task *const *tasks, size_t count,
                             const struct flow_tell *tell, struct dc_error *error) DC_MUST_CHECK;
void flow_tell_cycle(struct flow_work *work, const Workflow__Cycle *cycle);
void flow_tell_cases(struct flow_work *work, Workflow__Case *const *cases, size_t count);
void flow_tell_stage_closed(struct flow_work *work, const Workflow__Cycle *cycle,
                            const char *stage);

/* Of each year of which there is one of these days; of one year. */
enum dc_code flow_tell_calendars(struct flow_work *work, const struct wf_day *days, size_t count,
                                 int64_t version, struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_tell_calendar(struct flow_work *work, int32_t year, int64_t version,
                                struct dc_error *error) DC_MUST_CHECK;

/* --- opening.c: tasks of cases that enter a stage
 * ------------------------------------------------- */
struct flow_opening {
    int64_t case_id, cycle_id, subject_id, unit_id, starter_id, before_id;
    Workflow__SubjectKind subject_kind;
    const char *cycle_name, *definition, *period;
    int32_t definition_version;
    const struct wf_definition *process;
    int32_t stage_index;
};
/* Who will sit where, without writing anything; ret_chosen has `count` elements. ret_tasks is
 * filled but for ids. */
enum dc_code flow_choose(struct flow_work *work, const struct flow_opening *openings, size_t count,
                         struct flow_task *ret_tasks, struct wf_chosen *ret_chosen,
                         struct dc_error *error) DC_MUST_CHECK;
/* Opens the tasks, with seats, timers and the events that tell of them. */
enum dc_code flow_open(struct flow_work *work, const struct flow_opening *openings, size_t count,
                       struct dc_error *error) DC_MUST_CHECK;
/* Of whom a task's rule is asked: the candidates of every `who`, or of a rung's. */
struct flow_ask flow_ask_of(const struct flow_task *task, const struct wf_who *who);
/* To whom a task falls for which nobody is found. */
int64_t flow_fallback(const struct flow_fallbacks *fallbacks, int64_t starter_id, bool approval,
                      int64_t barred_id);

/* --- planning.c: deadlines and timers
 * ----------------------------------------------------------- */
/* The deadline by the stage's rule, of an opening at `from`. */
void flow_plan(struct flow_work *work, struct flow_task *task, dc_time from);
/* The deadline of whose turn it is in a sequence: by when that began; from now, should that have
 * passed already. */
void flow_plan_turn(struct flow_work *work, struct flow_task *task);
/* The deadline by the rules of another version, as if the turn had begun by them. What would have
 * passed by now is counted from now on, and is never later than it was; who is late already stays
 * so, unless the new rules give him more time. */
void flow_plan_moved(struct flow_work *work, struct flow_task *task);
/* Timers of tasks that have none: what is to come from now on, of the ladder what is left. */
enum dc_code flow_set_timers(struct flow_work *work, struct flow_task *const *tasks, size_t count,
                             struct dc_error *error) DC_MUST_CHECK;
/* Stores deadlines that were planned anew, and timers by them in the place of those that there
 * are. `overdue` is saved with the task. */
enum dc_code flow_replan(struct flow_work *work, struct flow_task *const *tasks, size_t count,
                         struct dc_error *error) DC_MUST_CHECK;

/* --- replanning.c: a cycle goes over to another version
 * ------------------------------------------- */
/* What becomes of the deadlines of a stage's open tasks. */
struct flow_shift {
    const struct wf_stage *stage;
    int64_t earlier, later, same; /* same: reminders or the ladder are others */
    dc_time first_at;             /* of those that move; 0: none does */
};
enum dc_code flow_replan_preview(struct flow_work *work, int64_t cycle_id,
                                 const struct wf_definition *from, const struct wf_definition *to,
                                 struct flow_shift **ret_shifts, size_t *ret_count,
                                 struct dc_error *error) DC_MUST_CHECK;
/* A piece of a cycle that went over; ret_did: there was one. */
enum dc_code flow_replan_piece(struct flow_work *work, bool *ret_did,
                               struct dc_error *error) DC_MUST_CHECK;

/* --- deciding.c
 * ------------------------------------------------------------------------------------ */
/* Open tasks that ended elsewhere: decided by the owners of their seats with the outcome of the
 * kind submit; what follows is told and opened as after any decision. */
enum dc_code flow_finish_tasks(struct flow_work *work, const int64_t *ids, size_t count,
                               struct dc_error *error) DC_MUST_CHECK;

/* --- approvals.c: a cycle of one case, started by a proposal
 * --------------------------------------- */
struct flow_proposal {
    const char *definition;
    Workflow__SubjectKind subject_kind;
    struct flow_subject subject;
    const char *period, *title, *reference, *link, *reason;
    const struct wf_fact *facts;
    size_t fact_count;
    const char *author;
    int64_t author_person_id;
};
enum dc_code flow_start_approval(struct flow_work *work, const struct flow_proposal *proposal,
                                 struct flow_cycle *ret_cycle, int64_t *ret_case_id,
                                 struct dc_error *error) DC_MUST_CHECK;
/* Withdrawn where it was proposed: nobody need decide any more. */
enum dc_code flow_cancel_approval(struct flow_work *work, const char *reference, const char *reason,
                                  struct dc_error *error) DC_MUST_CHECK;
/* Cut to so many characters. */
const char *flow_cut(struct dc_arena *arena, const char *text, size_t most);

/* --- walking.c: what follows from decisions
 * -------------------------------------------------------- */
/* Decided tasks: their cases go on to the next stage, or end. */
enum dc_code flow_walk(struct flow_work *work, struct flow_task *const *tasks, size_t count,
                       struct dc_error *error) DC_MUST_CHECK;

/* --- gate.c
 * ---------------------------------------------------------------------------------------- */
#define FLOW_FACT_CORRECTION "correction" /* number of the one that was stated; "" = none yet */
struct flow_gate {
    bool open;
    const char **missing_zh, **missing_en;
    size_t missing_count;
};
/* One for each task; those whose stage has no gate are open. */
enum dc_code flow_gates(struct flow_work *work, struct flow_task *const *tasks, size_t count,
                        struct flow_gate *ret_gates, struct dc_error *error) DC_MUST_CHECK;

/* --- hand_over.c, succession.c: seats whose holder is away, or gone
 * --------------------------------- */
struct flow_progress {
    bool more;
    int64_t after; /* tasks up to this one were looked at */
    int64_t moved; /* tasks of which a seat moved */
};
/* Puts what people own or hold where today's delegations send it: *ret_moved tasks at once, and
 * what is above a batch (*ret_following tasks are left to be looked at) by the task "people". */
enum dc_code flow_delegate(struct flow_work *work, const int64_t *people, size_t count,
                           int64_t by_person_id, const char *reason, int64_t *ret_moved,
                           int64_t *ret_following, struct dc_error *error) DC_MUST_CHECK;
/* To deputies and back; to whom the rules find for people who are gone, or lost a role. */
enum dc_code flow_send_to_deputies(struct flow_work *work, const struct flow_piece *piece,
                                   struct flow_task *tasks, size_t count, int64_t *ret_moved,
                                   struct dc_error *error) DC_MUST_CHECK;
enum dc_code flow_succeed(struct flow_work *work, const struct flow_piece *piece,
                          struct flow_task *tasks, size_t count, int64_t *ret_moved,
                          struct dc_error *error) DC_MUST_CHECK;

/* --- pages.c
 * ----------------------------------------------------------------------------------------- */
/* May the caller see this task? `ret_mine`: he has, or had, a part in it. */
enum dc_code flow_may_see(struct flow_work *work, const struct flow_task *task, bool *ret_mine,
                          struct dc_error *error) DC_MUST_CHECK;
Workflow__Fact **flow_fact_messages(struct dc_arena *arena, const struct wf_fact *facts,
                                    size_t count);
/* One task, for update or not; NOT_FOUND for those who may see everything, otherwise
 * PERMISSION_DENIED. */
enum dc_code flow_load_task(struct flow_work *work, int64_t id, bool lock,
                            struct flow_task **ret_task, struct dc_error *error) DC_MUST_CHECK;

/* --- checks of outside words
 * --------------------------------------------------------------------------- */
enum dc_code flow_check_reason(const char *reason, bool needed,
                               struct dc_error *error) DC_MUST_CHECK;

#endif
