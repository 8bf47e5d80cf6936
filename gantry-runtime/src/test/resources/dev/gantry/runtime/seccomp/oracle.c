/* Lets libseccomp compile a filter, to hold ours against. Standard input:
 *   default ACTION
 *   arch TOKEN
 *   rule ACTION NAME COUNT { INDEX OPERATOR A B }
 * The program comes out on standard output; names that the library does not know go to standard error. */
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

static int comparison(const char *name)
{
    static const char *const names[] = {"", "NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"};
    for (int i = 1; i < 8; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    return 0;
}

int main(void)
{
    char word[16], name[64];
    uint32_t action;
    scmp_filter_ctx filter = NULL;
    while (scanf("%15s", word) == 1) {
        if (strcmp(word, "default") == 0) {
            if (scanf("%" SCNu32, &action) != 1 || (filter = seccomp_init(action)) == NULL)
                return 2;
        } else if (strcmp(word, "arch") == 0) {
            if (scanf("%" SCNu32, &action) != 1)
                return 3;
            seccomp_arch_add(filter, action);
        } else {
            int count;
            struct scmp_arg_cmp args[6];
            if (scanf("%" SCNu32 " %63s %d", &action, name, &count) != 3 || count > 6)
                return 4;
            for (int i = 0; i < count; i++) {
                if (scanf("%u %15s %" SCNu64 " %" SCNu64, &args[i].arg, word, &args[i].datum_a, &args[i].datum_b) != 4)
                    return 5;
                args[i].op = (enum scmp_compare)comparison(word);
            }
            int number = seccomp_syscall_resolve_name(name);
            if (number == __NR_SCMP_ERROR)
                fprintf(stderr, "%s\n", name);
            else if (seccomp_rule_add_array(filter, action, number, (unsigned)count, args) < 0)
                fprintf(stderr, "%s\n", name);
        }
    }
    return seccomp_export_bpf(filter, 1) < 0 ? 6 : 0;
}
