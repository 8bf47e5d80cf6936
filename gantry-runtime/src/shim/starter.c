#include "faces.h"

int face_starter(int argc, char **argv) { (void)argc, (void)argv; return 2; }
