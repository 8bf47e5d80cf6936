/* What gantryd says to inside: a line each, answered by a line. Published ports are relayed here. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <unistd.h>

#include "inside.h"
#include "sys.h"

#define WORDS 6
#define CLIENT_SECONDS 1

struct door door;

static bool parse_address(const char *ip, const char *port, struct sockaddr_storage *out, socklen_t *size)
{
    uint64_t number;
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    if (!parse_u64(port, &number) || number == 0 || number > 65535)
        return false;
    if (inet_pton(AF_INET, ip, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)number);
        *size = sizeof *four;
        return true;
    }
    if (inet_pton(AF_INET6, ip, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)number);
        *size = sizeof *six;
        return true;
    }
    return false;
}

static struct relay **find(const char *name)
{
    struct relay **at = &door.relays;
    while (*at != NULL && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    return at;
}

/* Each returns 0 or an errno. */
static int do_listen(const char *name, bool datagrams, const char *ip, const char *port)
{
    struct wish_bind bind_to = {.wish = WISH_BIND, .type = datagrams ? SOCK_DGRAM : SOCK_STREAM};
    struct granted granted;
    socklen_t size;
    int fd = -1;
    if (!parse_address(ip, port, &bind_to.at, &size))
        return EINVAL;
    if (*find(name) != NULL)
        return EADDRINUSE;
    bind_to.size = size;
    if (wishes_ask(&bind_to, sizeof bind_to, &granted, &fd) != 0 || fd < 0)
        return errno == 0 ? EIO : errno;
    struct relay *relay = relay_open(name, fd, datagrams);
    if (relay == NULL) {
        close(fd);
        return ENOMEM;
    }
    relay->next = door.relays;
    door.relays = relay;
    return 0;
}

static int do_serve(const char *name, const char *ip, const char *port)
{
    struct sockaddr_storage to;
    socklen_t size;
    struct relay *relay = *find(name);
    if (relay == NULL)
        return ENOENT;
    if (!parse_address(ip, port, &to, &size))
        return EINVAL;
    return relay_serve(relay, &to, size) == 0 ? 0 : errno;
}

static int do_close(const char *name)
{
    struct relay **at = find(name), *relay = *at;
    if (relay == NULL)
        return ENOENT;
    *at = relay->next;
    relay_close(relay);
    return 0;
}

static _Noreturn void do_leave(int fd)
{
    unlinkat(door.state, "s", 0);
    if (write_all(fd, "ok\n", 3) == 0)
        wishes_end();
    _exit(0);
}

/* Who does not read his answer misses it, and all that follow. */
static void tell(int fd, const char *text, size_t size)
{
    if (write_all(fd, text, size) != 0)
        shutdown(fd, SHUT_RDWR);
}

static void list(int fd)
{
    for (struct relay *relay = door.relays; relay != NULL; relay = relay->next) {
        char line[RELAY_NAME + 1];
        int n = snprintf(line, sizeof line, "%s\n", relay->name);
        tell(fd, line, (size_t)n);
    }
}

static void say(int fd, int error)
{
    char line[DOOR_LINE];
    int n = error == 0 ? snprintf(line, sizeof line, "ok\n")
                       : snprintf(line, sizeof line, "error %d %s\n", error, strerror(error));
    tell(fd, line, (size_t)n);
}

/* `tcp 0.0.0.0 8080`; false when it is none. */
static bool name_of(char **words, char *name)
{
    return (strcmp(words[1], "tcp") == 0 || strcmp(words[1], "udp") == 0) &&
           snprintf(name, RELAY_NAME, "%s %s %s", words[1], words[2], words[3]) < RELAY_NAME;
}

static void obey(int fd, char *line)
{
    char *words[WORDS + 1] = {0}, *save, name[RELAY_NAME], text[DOOR_LINE];
    int count = 0;
    for (char *word = strtok_r(line, " ", &save); word != NULL && count <= WORDS; word = strtok_r(NULL, " ", &save))
        words[count++] = word;
    struct granted granted;
    if (count == 1 && strcmp(words[0], "status") == 0) {
        int n = snprintf(text, sizeof text, "ok %d %s\n", (int)getpid(), NET_NAMES[door.net]);
        tell(fd, text, (size_t)n);
    } else if (count == 1 && strcmp(words[0], "addresses") == 0) {
        const uint32_t word = WISH_ADDRESSES;
        int none;
        if (wishes_ask(&word, sizeof word, &granted, &none) != 0)
            say(fd, errno);
        else {
            int n = snprintf(text, sizeof text, "ok %s\n", granted.addresses);
            tell(fd, text, (size_t)n);
        }
    } else if (count == 1 && strcmp(words[0], "list") == 0) {
        list(fd);
        say(fd, 0);
    } else if (count == 1 && strcmp(words[0], "leave") == 0) {
        do_leave(fd);
    } else if (count < 4 || !name_of(words, name)) {
        say(fd, EINVAL);
    } else if (count == 4 && strcmp(words[0], "listen") == 0) {
        say(fd, do_listen(name, words[1][0] == 'u', words[2], words[3]));
    } else if (count == 6 && strcmp(words[0], "serve") == 0) {
        say(fd, do_serve(name, words[4], words[5]));
    } else if (count == 4 && strcmp(words[0], "close") == 0) {
        say(fd, do_close(name));
    } else {
        say(fd, EINVAL);
    }
}

void door_hear(struct watched *who, uint32_t events)
{
    struct door_client *client = (struct door_client *)who;
    (void)events;
    ssize_t n = read(who->fd, client->line + client->have, DOOR_LINE - client->have);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    char *end;
    client->have += n > 0 ? (size_t)n : 0;
    while ((end = memchr(client->line, '\n', client->have)) != NULL) {
        *end = 0;
        obey(who->fd, client->line);
        size_t used = (size_t)(end + 1 - client->line);
        client->have -= used;
        memmove(client->line, end + 1, client->have);
    }
    if (n <= 0 || client->have == DOOR_LINE)
        loop_bury(who, client);
}

void door_greet(struct watched *who, uint32_t events)
{
    (void)events;
    struct ucred peer;
    socklen_t size = sizeof peer;
    const struct timeval patience = {.tv_sec = CLIENT_SECONDS};
    int fd = accept4(who->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct door_client *client = calloc(1, sizeof *client);
    /* Id 0 of this namespace is the user, from wherever it calls. */
    if (client == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0) {
        free(client);
        close(fd);
        return;
    }
    client->watched = (struct watched){.fd = fd, .ready = door_hear};
    if (loop_wait_for(&client->watched, EPOLLIN) != 0)
        loop_bury(&client->watched, client);
}

void door_sweep(void)
{
    for (struct relay *relay = door.relays; relay != NULL; relay = relay->next)
        relay_sweep(relay, false);
}

void door_close_ports(void)
{
    while (door.relays != NULL) {
        struct relay *relay = door.relays;
        door.relays = relay->next;
        relay_close(relay);
    }
}
