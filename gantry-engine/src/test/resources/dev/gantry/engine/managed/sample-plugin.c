/* A volume, log and metrics plugin for tests: one request per connection, volumes below /mnt/state, all records in /mnt/log. What it says and does wrong is in
 * its environment. Started as `sample-plugin SOCKET`. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char name[256];

static void field(const char *body, const char *key) {
    name[0] = 0;
    const char *at = strstr(body, key);
    if (!at) return;
    at = strchr(at + strlen(key), '"');
    if (!at) return;
    size_t n = strcspn(at + 1, "\"");
    if (n >= sizeof name) n = sizeof name - 1;
    memcpy(name, at + 1, n);
    name[n] = 0;
}

static int is(const char *variable, const char *value) {
    const char *has = getenv(variable);
    return has && strcmp(has, value) == 0;
}

static void answer(int fd, const char *json) {
    char out[4096];
    int n = snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                     strlen(json), json);
    if (write(fd, out, n) < 0) perror("write");
}

static void copy(int from, int to) {
    static char bytes[65536];
    for (;;) {
        ssize_t n = read(from, bytes, sizeof bytes);
        if (n <= 0 || write(to, bytes, n) != n) _exit(n != 0);
    }
}

static void serve(int fd) {
    static char in[65536];
    size_t n = 0;
    while (n < sizeof in - 1) {
        ssize_t got = read(fd, in + n, sizeof in - 1 - n);
        if (got <= 0) return;
        n += got;
        in[n] = 0;
        char *body = strstr(in, "\r\n\r\n");
        char *length = strstr(in, "Content-Length: ");
        if (body && length && n >= (size_t) (body + 4 - in) + strtoul(length + 16, 0, 10)) break;
    }
    char *body = strstr(in, "\r\n\r\n");
    char path[512], json[2048];
    if (!body) return;
    field(body, "\"Name\":");
    snprintf(path, sizeof path, "/mnt/state/%s", name);
    struct stat st;
    if (strstr(in, "/VolumeDriver.Create")) {
        if (is("FAULT", "die")) _exit(1);
        if (is("FAULT", "hang")) for (;;) pause();
        mkdir("/mnt/state", 0755);
        mkdir(path, 0755);
        if (is("FAULT", "link")) { rmdir(path); if (symlink("/etc", path)) perror("link"); }
        answer(fd, "{\"Err\":\"\"}");
    } else if (strstr(in, "/VolumeDriver.Mount")) {
        if (is("KIND", "tmpfs") && mount("tmpfs", path, "tmpfs", 0, "size=1m")) perror("mount");
        if (is("FAULT", "lie")) answer(fd, "{\"Mountpoint\":\"../../etc\"}");
        else { snprintf(json, sizeof json, "{\"Mountpoint\":\"%s\"}", path); answer(fd, json); }
    } else if (strstr(in, "/VolumeDriver.Unmount")) {
        umount2(path, MNT_DETACH);
        answer(fd, "{}");
    } else if (strstr(in, "/VolumeDriver.Remove")) {
        rmdir(path);
        unlink(path);
        answer(fd, "{}");
    } else if (strstr(in, "/VolumeDriver.Get")) {
        if (lstat(path, &st)) answer(fd, "{\"Err\":\"no such volume\"}");
        else { snprintf(json, sizeof json, "{\"Volume\":{\"Name\":\"%s\",\"Mountpoint\":\"%s\"}}", name, path); answer(fd, json); }
    } else if (strstr(in, "/VolumeDriver.Capabilities")) {
        answer(fd, "{\"Capabilities\":{\"Scope\":\"local\"}}");
    } else if (strstr(in, "/LogDriver.Capabilities")) {
        answer(fd, "{\"Cap\":{\"ReadLogs\":true}}");
    } else if (strstr(in, "/LogDriver.StartLogging")) {
        field(body, "\"File\":");
        if (fork() == 0) copy(open(name, O_RDONLY), open("/mnt/log", O_WRONLY | O_CREAT | O_APPEND, 0600));
        answer(fd, "{}");
    } else if (strstr(in, "/MetricsCollector.StartMetrics")) {
        struct sockaddr_un from = {.sun_family = AF_UNIX, .sun_path = "/run/docker/metrics.sock"};
        int metrics = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(metrics, (struct sockaddr *) &from, sizeof from)) { answer(fd, "{\"Err\":\"no metrics\"}"); return; }
        dprintf(metrics, "GET /metrics HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n");
        if (fork() == 0) copy(metrics, open("/mnt/metrics", O_WRONLY | O_CREAT | O_APPEND, 0600));
        answer(fd, "{\"Err\":\"\"}");
    } else if (strstr(in, "/MetricsCollector.StopMetrics")) {
        dprintf(open("/mnt/metrics", O_WRONLY | O_CREAT | O_APPEND, 0600), "STOPPED\n");
        answer(fd, "{}");
    } else if (strstr(in, "/LogDriver.ReadLogs")) {
        if (fork() == 0) {
            dprintf(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            copy(open("/mnt/log", O_RDONLY), fd);
        }
    } else {
        answer(fd, "{}");
    }
}

static void end(int signal) { _exit(signal == SIGTERM ? 0 : 1); }

int main(int argc, char **argv) {
    signal(SIGTERM, is("FAULT", "stay") ? SIG_IGN : end);
    if (is("FAULT", "end") || argc < 2) return 3;
    if (is("FAULT", "deaf")) for (;;) pause();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/run/docker/plugins/%s", argv[1]);
    unlink(address.sun_path);
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(server, (struct sockaddr *) &address, sizeof address) || listen(server, 64)) { perror("bind"); return 4; }
    for (;;) {
        int fd = accept(server, 0, 0);
        if (fd < 0) continue;
        serve(fd);
        close(fd);
    }
}
