/* template_files.c - the files of templates/, embedded. Each holds one raw string, so that make
 * sees them change. */
#include <stddef.h>

#include "template_internal.h"

const struct notify_template_file notify_template_files[] = {
    {
        "targets_set",
        "zh-CN",
#include "templates/targets_set.zh-CN.txt"
    },
    {
        "targets_set",
        "en",
#include "templates/targets_set.en.txt"
    },
    {
        "targets_adjusted",
        "zh-CN",
#include "templates/targets_adjusted.zh-CN.txt"
    },
    {
        "targets_adjusted",
        "en",
#include "templates/targets_adjusted.en.txt"
    },
    {
        "unit_targets_set",
        "zh-CN",
#include "templates/unit_targets_set.zh-CN.txt"
    },
    {
        "unit_targets_set",
        "en",
#include "templates/unit_targets_set.en.txt"
    },
    {
        "unit_targets_adjusted",
        "zh-CN",
#include "templates/unit_targets_adjusted.zh-CN.txt"
    },
    {
        "unit_targets_adjusted",
        "en",
#include "templates/unit_targets_adjusted.en.txt"
    },
    {
        "plan_set",
        "zh-CN",
#include "templates/plan_set.zh-CN.txt"
    },
    {
        "plan_set",
        "en",
#include "templates/plan_set.en.txt"
    },
    {
        "weights_changed",
        "zh-CN",
#include "templates/weights_changed.zh-CN.txt"
    },
    {
        "weights_changed",
        "en",
#include "templates/weights_changed.en.txt"
    },
    {
        "proposal_settled",
        "zh-CN",
#include "templates/proposal_settled.zh-CN.txt"
    },
    {
        "proposal_settled",
        "en",
#include "templates/proposal_settled.en.txt"
    },
    {
        "check_in_due",
        "zh-CN",
#include "templates/check_in_due.zh-CN.txt"
    },
    {
        "check_in_due",
        "en",
#include "templates/check_in_due.en.txt"
    },
    {
        "check_in_manager",
        "zh-CN",
#include "templates/check_in_manager.zh-CN.txt"
    },
    {
        "check_in_manager",
        "en",
#include "templates/check_in_manager.en.txt"
    },
    {
        "run_finished",
        "zh-CN",
#include "templates/run_finished.zh-CN.txt"
    },
    {
        "run_finished",
        "en",
#include "templates/run_finished.en.txt"
    },
    {
        "run_refused",
        "zh-CN",
#include "templates/run_refused.zh-CN.txt"
    },
    {
        "run_refused",
        "en",
#include "templates/run_refused.en.txt"
    },
    {
        "tasks_opened",
        "zh-CN",
#include "templates/tasks_opened.zh-CN.txt"
    },
    {
        "tasks_opened",
        "en",
#include "templates/tasks_opened.en.txt"
    },
    {
        "tasks_reminded",
        "zh-CN",
#include "templates/tasks_reminded.zh-CN.txt"
    },
    {
        "tasks_reminded",
        "en",
#include "templates/tasks_reminded.en.txt"
    },
    {
        "tasks_urged",
        "zh-CN",
#include "templates/tasks_urged.zh-CN.txt"
    },
    {
        "tasks_urged",
        "en",
#include "templates/tasks_urged.en.txt"
    },
    {
        "tasks_escalated",
        "zh-CN",
#include "templates/tasks_escalated.zh-CN.txt"
    },
    {
        "tasks_escalated",
        "en",
#include "templates/tasks_escalated.en.txt"
    },
    {
        "tasks_escalated_owner",
        "zh-CN",
#include "templates/tasks_escalated_owner.zh-CN.txt"
    },
    {
        "tasks_escalated_owner",
        "en",
#include "templates/tasks_escalated_owner.en.txt"
    },
    {
        "tasks_handed_over",
        "zh-CN",
#include "templates/tasks_handed_over.zh-CN.txt"
    },
    {
        "tasks_handed_over",
        "en",
#include "templates/tasks_handed_over.en.txt"
    },
    {
        "tasks_rescheduled",
        "zh-CN",
#include "templates/tasks_rescheduled.zh-CN.txt"
    },
    {
        "tasks_rescheduled",
        "en",
#include "templates/tasks_rescheduled.en.txt"
    },
    {
        "cycle_closed",
        "zh-CN",
#include "templates/cycle_closed.zh-CN.txt"
    },
    {
        "cycle_closed",
        "en",
#include "templates/cycle_closed.en.txt"
    },
    {
        "approval_closed",
        "zh-CN",
#include "templates/approval_closed.zh-CN.txt"
    },
    {
        "approval_closed",
        "en",
#include "templates/approval_closed.en.txt"
    },
    {
        "test",
        "zh-CN",
#include "templates/test.zh-CN.txt"
    },
    {
        "test",
        "en",
#include "templates/test.en.txt"
    },
    {
        "digest",
        "zh-CN",
#include "templates/digest.zh-CN.txt"
    },
    {
        "digest",
        "en",
#include "templates/digest.en.txt"
    },
    {NULL, NULL, NULL},
};
