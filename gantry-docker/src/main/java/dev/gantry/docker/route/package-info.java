/// From a method and a path to the code that answers: the table of routes, versions in the path, filters and times
/// as queries carry them, and errors in the words that clients know.
@NullMarked
package dev.gantry.docker.route;

import org.jspecify.annotations.NullMarked;
