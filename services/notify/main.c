/* main.c - notify: notices to people, in their inbox and by mail. */
#include "handlers.h"

int
main(int argc, char **argv)
{
    return dc_service_main(argc, argv, &notify_spec);
}
