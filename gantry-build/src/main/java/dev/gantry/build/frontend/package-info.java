/// Makes a graph and the plan of an image from a Dockerfile and the wishes of whoever asked for the build. It does
/// nothing itself: what it must know of base images it asks of [Bases], and files it names only.
@NullMarked
package dev.gantry.build.frontend;

import org.jspecify.annotations.NullMarked;
