/* libFuzzer target: whatever bytes come, the decoder refuses them or gives steps whose fields can all be read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static FILE *sink;
    if (sink == NULL && (sink = fopen("/dev/null", "w")) == NULL)
        abort();
    /* A copy of the exact size: reading beyond it is seen. */
    unsigned char *bytes = malloc(size + (size == 0));
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data, size);
    struct plan plan;
    uint32_t step;
    const char *why;
    if (plan_decode(&plan, bytes, size, &step, &why) == 0) {
        plan_print(&plan, sink);
        plan_find(&plan, OP_EXEC);
        plan_free(&plan);
    } else if (why == NULL || *why == 0)
        abort();
    free(bytes);
    return 0;
}
