/// Files from elsewhere: git repositories, and what web servers have. What was fetched once is asked for again and only
/// sent again when it is another.
@NullMarked
package dev.gantry.build.fetch;

import org.jspecify.annotations.NullMarked;
