/* The network namespace of a container, offered to whoever connects it. */
#include <errno.h>
#include <sys/socket.h>

#include "kernel.h"
#include "obey.h"

/* By the host's /proc, since the container may have none yet. Launch passes it on to the watch. */
int obey_handover(struct obey *o, struct fields in)
{
    (void)in;
    int network = openat(o->host_proc, "self/ns/net", O_RDONLY | O_CLOEXEC);
    if (network < 0)
        return -1;
    int rc = send_with(o->sync, 'n', network);
    int error = errno;
    close(network);
    errno = error;
    return rc;
}

/* Launch says it when the engine did; when it did not, launch ends us. */
int obey_await(struct obey *o, struct fields in)
{
    (void)in;
    char go;
    ssize_t n;
    do
        n = recv(o->sync, &go, 1, 0);
    while (n < 0 && errno == EINTR);
    if (n == 1)
        return 0;
    errno = n == 0 ? ECANCELED : errno;
    return -1;
}
