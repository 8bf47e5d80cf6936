/// The Engine API's semantics over values: a request goes in, an answer comes out, nobody here knows a socket.
/// The daemon puts HTTP in front; an embedded program calls [dev.gantry.docker.ApiHandler] directly.
/// Docker's routes, status codes and words live here; what a container is does not.
@NullMarked
package dev.gantry.docker;

import org.jspecify.annotations.NullMarked;
