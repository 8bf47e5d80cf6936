#include "faces.h"

int face_userns(int argc, char **argv) { (void)argc, (void)argv; return 2; }
