/* store_internal.h - what the files of the store share. */
#ifndef DC_WEBHOOKS_STORE_INTERNAL_H
#define DC_WEBHOOKS_STORE_INTERNAL_H

#include <webhooks_sql.h>

#include "store.h"

#define SQL(which) (&webhooks_statements[which])

#endif
