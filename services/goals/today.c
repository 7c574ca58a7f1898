/* Which day it is for the tenant. */
#include "goals.h"

dc_date
goals_today(struct dc_step *step)
{
    int64_t minutes = dc_config_int(dc_service_config(step->service), GOALS_OPTION_UTC_OFFSET);
    return dc_date_of(step->now, (int32_t)(minutes * 60));
}
