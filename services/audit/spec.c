/* spec.c - what audit answers and hears. */
#include <audit_sql.h>
#include <dacheng/audit/v1/audit.pb-c.h>

#include "handlers.h"

#define AUDIT &audit__audit_service__descriptor

static const struct dc_method methods[] = {
    {AUDIT, "Search", DC_QUERY, audit_search_entries, .sensitive = true},
    {AUDIT, "Verify", DC_QUERY, audit_verify_chain, .sensitive = true},
    {0},
};

/* Its own stream too: who read the record is recorded. */
static const struct dc_reaction reactions[] = {
    {"org", "*", NULL, audit_on_event},
    {"goals", "*", NULL, audit_on_event},
    {"ingest", "*", NULL, audit_on_event},
    {"scoring", "*", NULL, audit_on_event},
    {"workflow", "*", NULL, audit_on_event},
    {"notify", "*", NULL, audit_on_event},
    {"webhooks", "*", NULL, audit_on_event},
    {"audit", "*", NULL, audit_on_event},
    {"reviews", "*", NULL, audit_on_event},
    {0},
};

static const struct dc_statement *const statements[] = {audit_statements, NULL};
const struct dc_service_spec audit_spec = {
    .name = "audit",
    .sentence = "the tamper-evident record of every change and of every denied or sensitive read",
    .statements = statements,
    .migrations = audit_migrations,
    .methods = methods,
    .reactions = reactions,
    .batch_end = audit_append_batch,
    .publishes = true,
};
