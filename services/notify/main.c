/* main.c - notify: messages to people, in their inbox and by their channels. */
#include "handlers.h"

int
main(int argc, char **argv)
{
    return dc_service_main(argc, argv, &notify_spec);
}
