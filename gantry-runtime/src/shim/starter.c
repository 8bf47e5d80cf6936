/* The starter: spawns watches for one gantryd. It never executes anything after its own start, so that all watches
 * share its pages and none of them has a file of the host as /proc/<pid>/exe. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "faces.h"
#include "frame.h"
#include "sys.h"
#include "watch.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define SPAWN_MAX 256

static int copy_of_self(int self)
{
    struct stat info;
    if (fstat(self, &info) != 0)
        return -1;
    int copy = memfd_create("gantry-shim", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (copy < 0 && errno == EINVAL) /* before Linux 6.3 there is no MFD_EXEC, and every memfd is executable */
        copy = memfd_create("gantry-shim", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (copy < 0)
        return -1;
    for (off_t done = 0; done < info.st_size;) {
        ssize_t n = sendfile(copy, self, &done, (size_t)(info.st_size - done));
        if (n <= 0) {
            if (n == 0)
                errno = EIO;
            return -1;
        }
    }
    return fcntl(copy, F_ADD_SEALS, SEALS) == 0 ? copy : -1;
}

/* Executes a sealed copy of this program once; returns in the copy. CVE-2019-5736 is what this is about. */
static int become_sealed_copy(int argc, char **argv)
{
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (self < 0)
        return -1;
    int seals = fcntl(self, F_GET_SEALS);
    if (seals >= 0 && (seals & SEALS) == SEALS) {
        close(self);
        return 0;
    }
    int copy = copy_of_self(self);
    if (copy < 0)
        return -1;
    char **again = calloc((size_t)argc + 3, sizeof *again);
    if (again == NULL)
        return -1;
    again[0] = (char[]){"gantry-shim"};
    again[1] = (char[]){"starter"};
    memcpy(again + 2, argv, (size_t)argc * sizeof *argv);
    char *nothing[] = {NULL};
    fexecve(copy, again, nothing);
    return -1;
}

/* v1 knows `tasks`, where a single-threaded process enters without waiting for a grace period; v2 only cgroup.procs. */
static int join_cgroup(const char *path)
{
    static const char *const FILES[] = {"tasks", "cgroup.procs"};
    int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int rc = -1;
    for (size_t i = 0; dir >= 0 && rc != 0 && i < 2; i++) {
        int file = openat(dir, FILES[i], O_WRONLY | O_CLOEXEC);
        if (file < 0)
            continue;
        rc = write(file, "0", 1) == 1 ? 0 : -1;
        close(file);
    }
    if (dir >= 0)
        close(dir);
    return rc;
}

static int send_frame(uint16_t type, const struct field_writer *fields)
{
    unsigned char frame[FRAME_HEADER + SPAWN_MAX];
    size_t size = fields_size(fields);
    frame_head_put(frame, type, (uint32_t)size);
    memcpy(frame + FRAME_HEADER, fields->start, size);
    return write_all(STDOUT_FILENO, frame, FRAME_HEADER + size);
}

static int refuse(int err, const char *what)
{
    unsigned char bytes[SPAWN_MAX];
    struct field_writer out = field_writer(bytes, sizeof bytes);
    put_u32(&out, (uint32_t)err);
    put_str(&out, what);
    return send_frame(STARTER_REFUSED, &out);
}

/* Returns a listening socket at <dir>/s that only we may connect to; -1, errno and *what. */
static int listen_in(const char *dir, const char **what)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/s", dir);
    *what = "make a socket";
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    *what = "bind the socket";
    mode_t before = umask(0177);
    int rc = bind(fd, (const struct sockaddr *)&address, sizeof address);
    umask(before);
    if (rc == 0) {
        *what = "listen on the socket";
        rc = listen(fd, 128);
    }
    if (rc != 0) {
        int err = errno;
        close(fd);
        errno = err;
        return -1;
    }
    return fd;
}

static int spawn(const char *dir, bool own_network)
{
    const char *what;
    int listener = listen_in(dir, &what);
    if (listener < 0)
        return refuse(errno, what);
    pid_t pid = fork();
    if (pid == 0)
        watch_run(listener, dir, own_network);
    int err = errno;
    close(listener);
    if (pid < 0) {
        char path[sizeof(struct sockaddr_un)];
        snprintf(path, sizeof path, "%s/s", dir);
        unlink(path);
        return refuse(err, "fork the watch");
    }
    unsigned char bytes[16];
    struct field_writer out = field_writer(bytes, sizeof bytes);
    put_u32(&out, (uint32_t)pid);
    put_u64(&out, process_start_time(pid));
    return send_frame(STARTER_SPAWNED, &out);
}

static int handle(const struct frame_head *head, const unsigned char *payload)
{
    struct field_reader in = field_reader(payload, head->size);
    uint32_t length;
    const char *dir = get_str(&in, &length);
    uint32_t flags = get_u32(&in);
    if (head->type != STARTER_SPAWN || !fields_done(&in) || strlen(dir) != length)
        return -1;
    if (dir[0] != '/')
        return refuse(EINVAL, "the directory must be absolute");
    if (length + 2 > WATCH_SOCKET_PATH_MAX)
        return refuse(ENAMETOOLONG, "the directory's name is too long for a socket");
    if (flags & ~(uint32_t)SPAWN_OWN_NETWORK)
        return refuse(EINVAL, "there are flags that this starter does not know");
    return spawn(dir, (flags & SPAWN_OWN_NETWORK) != 0);
}

static int serve(void)
{
    unsigned char bytes[FRAME_HEADER], payload[SPAWN_MAX];
    struct field_writer hello = field_writer(payload, sizeof payload);
    put_u16(&hello, SHIM_VERSION);
    put_u32(&hello, (uint32_t)getpid());
    if (send_frame(STARTER_HELLO, &hello) != 0)
        return 1;
    for (;;) {
        struct frame_head head;
        int got = read_all(STDIN_FILENO, bytes, sizeof bytes);
        if (got == 0)
            return 0;
        if (got < 0 || !frame_head_get(bytes, &head) || head.size > sizeof payload ||
            (head.size > 0 && read_all(STDIN_FILENO, payload, head.size) != 1) || handle(&head, payload) != 0) {
            fputs("gantry-shim starter: malformed frame or broken pipe\n", stderr);
            return 1;
        }
    }
}

int face_starter(int argc, char **argv)
{
    if (become_sealed_copy(argc, argv) != 0) {
        fprintf(stderr, "gantry-shim starter: cannot run from a sealed copy: %s\n", strerror(errno));
        return 1;
    }
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--cgroup") != 0 || i + 1 == argc) {
            fputs("usage: gantry-shim starter [--cgroup PATH]...\n", stderr);
            return 2;
        }
        if (join_cgroup(argv[++i]) != 0) {
            fprintf(stderr, "gantry-shim starter: cannot join %s: %s\n", argv[i], strerror(errno));
            return 1;
        }
    }
    /* Ignored children are reaped by the kernel; watches take the default back. A dead reader shows as EPIPE. */
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    /* Buffers from 16 KiB on go back to the kernel when freed: an idle watch keeps nothing of a burst. */
    mallopt(M_MMAP_THRESHOLD, 16 << 10);
    mallopt(M_TRIM_THRESHOLD, 16 << 10);
    if (chdir("/") != 0)
        return 1;
    return serve();
}
