#include "launch.h"

int release_run(const struct plan *plan) { (void)plan; return 0; }
