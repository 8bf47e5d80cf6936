/* The faces of gantry-shim. Each takes the arguments after its own name and returns an exit code. */
#ifndef GANTRY_FACES_H
#define GANTRY_FACES_H

int face_starter(int argc, char **argv);
int face_launch(int argc, char **argv);
int face_init(int argc, char **argv);
int face_userns(int argc, char **argv);
int face_idmap(int argc, char **argv);
int face_rootless(int argc, char **argv);
int face_decode(int argc, char **argv);

#endif
