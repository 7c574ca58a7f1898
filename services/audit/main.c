/* main.c - audit: the tamper-evident record of every change and of every denied or sensitive read.
 */
#include "handlers.h"

int
main(int argc, char **argv)
{
    return dc_service_main(argc, argv, &audit_spec);
}
