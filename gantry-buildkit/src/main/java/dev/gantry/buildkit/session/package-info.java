/// Sessions of clients: while a client builds, it answers calls for its files, secrets, agents and logins.
@NullMarked
package dev.gantry.buildkit.session;

import org.jspecify.annotations.NullMarked;
