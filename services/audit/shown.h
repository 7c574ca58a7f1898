/*
 * shown.h - an event's body as an auditor sees it: JSON, without the amounts.
 *
 * Auditors read who did what and when, never performance results (DOMAIN.md section 1): values of
 * targets, scores, records and totals are replaced by "***". The chain covers the true bytes.
 */
#ifndef DC_AUDIT_SHOWN_H
#define DC_AUDIT_SHOWN_H

#include "base/text.h"
#include "edge/db.h"

/* Appends to `text`; "{}" for a type that this program does not know. */
void audit_shown(const char *stream, const char *type, struct dc_bytes body, struct dc_text *text);

#endif
