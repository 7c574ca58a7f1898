/* Which day it is for the tenant. */
#include "goals.h"
#include "service/access.h"

dc_date
goals_today(struct dc_step *step)
{
    return dc_date_of(step->now, DC_ACCESS_UTC_OFFSET);
}
