/// What callers may do: rules by caller, and the judgement of what they ask for once it is read. It knows no routes.
@NullMarked
package dev.gantry.docker.access;

import org.jspecify.annotations.NullMarked;
