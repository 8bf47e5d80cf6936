/// A small blocking client of the Engine API: HTTP/1.1 over a Unix socket or TCP, with keep-alive, bodies that stream
/// in
/// both directions, and connections taken over for attach and exec. It starts fast, because a command waits for it.
/// It knows how to ask and what was answered; what to do about it is the caller's.
@NullMarked
package dev.gantry.api.client;

import org.jspecify.annotations.NullMarked;
