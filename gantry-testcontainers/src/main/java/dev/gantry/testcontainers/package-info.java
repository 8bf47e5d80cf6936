/// Testcontainers on an engine inside the tests' own process: nothing is installed, and nothing is left when the tests
/// end or are killed. Knows how Testcontainers looks for an engine, and nothing of containers.
@NullMarked
package dev.gantry.testcontainers;

import org.jspecify.annotations.NullMarked;
