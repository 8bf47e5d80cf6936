/// The routes of containers and execs. Requests become the engine's specs, checked for what this version cannot do;
/// the engine's containers become Docker's records; streams become Docker's framing.
@NullMarked
package dev.gantry.docker.container;

import org.jspecify.annotations.NullMarked;
