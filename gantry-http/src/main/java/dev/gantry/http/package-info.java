/// HTTP/1.1 over Unix and TCP sockets, in front of an [dev.gantry.docker.ApiHandler].
/// One event loop moves bytes; each request is answered by blocking code on its own virtual thread, and bodies
/// stream both ways with back-pressure. Knows nothing of containers or routes.
@NullMarked
package dev.gantry.http;

import org.jspecify.annotations.NullMarked;
