/* Prints a plan as text, for people and for the comparison with the Java encoder. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faces.h"
#include "plan.h"

static const char *const WHERES[] = {"watch", "prepare", "settle", "child", "release"};

static void print_text(struct text text, FILE *out)
{
    fputc('"', out);
    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            fputc('\\', out);
        if (c < 0x20 || c > 0x7e)
            fprintf(out, "\\x%02x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void print_bytes(struct text bytes, FILE *out)
{
    fputs("hex:", out);
    for (uint32_t i = 0; i < bytes.size; i++)
        fprintf(out, "%02x", (unsigned char)bytes.ptr[i]);
}

static void print_list(struct list list, FILE *out)
{
    fputc('[', out);
    for (const char *gap = ""; list.count > 0; gap = " ") {
        fputs(gap, out);
        print_text(list_next(&list), out);
    }
    fputc(']', out);
}

void plan_print(const struct plan *plan, FILE *out)
{
    for (uint16_t i = 0; i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        struct fields in = step_fields(step);
        fprintf(out, "%s %s", WHERES[step->where], op_name(step->op));
        for (const char *letter = op_fields(step->op); *letter != 0; letter++) {
            fputc(' ', out);
            switch (*letter) {
            case 's':
                print_text(field_s(&in), out);
                break;
            case 'b':
                print_bytes(field_b(&in), out);
                break;
            case 'l':
                print_list(field_l(&in), out);
                break;
            default:
                fprintf(out, "%" PRIu64, field_u(&in));
            }
        }
        fputc('\n', out);
    }
}

unsigned char *read_plan_bytes(int fd, size_t *size)
{
    size_t room = 1 << 16;
    unsigned char *bytes = malloc(room);
    *size = 0;
    while (bytes != NULL) {
        if (*size == room) {
            unsigned char *more = room < PLAN_MAX ? realloc(bytes, room *= 2) : NULL;
            if (more == NULL) {
                free(bytes);
                errno = EFBIG;
                return NULL;
            }
            bytes = more;
        }
        ssize_t n = read(fd, bytes + *size, room - *size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            free(bytes);
            return NULL;
        }
        if (n == 0)
            break;
        *size += (size_t)n;
    }
    return bytes;
}

int face_decode(int argc, char **argv)
{
    (void)argv;
    if (argc != 0) {
        fputs("usage: gantry-shim decode < PLAN\n", stderr);
        return 2;
    }
    size_t size;
    unsigned char *bytes = read_plan_bytes(STDIN_FILENO, &size);
    if (bytes == NULL) {
        fprintf(stderr, "read the plan: %s\n", strerror(errno));
        return 1;
    }
    struct plan plan;
    uint32_t step;
    const char *why;
    if (plan_decode(&plan, bytes, size, &step, &why) < 0) {
        if (step == NO_STEP)
            fprintf(stderr, "decode the plan: %s\n", why);
        else
            fprintf(stderr, "decode step %u of the plan: %s\n", step, why);
        free(bytes);
        return 1;
    }
    plan_print(&plan, stdout);
    plan_free(&plan);
    free(bytes);
    return fflush(stdout) == 0 ? 0 : 1;
}
